import type { ProgressResponse, PullRequest } from "ollama/browser";
import { EventSplitter } from "../events.ts";
import type { Exchange } from "../exchange.ts";
import { inBandFailure, providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { ModelNote } from "../model.ts";
import { isError } from "../said.ts";

/**
 * Pulls a model, with a `progress` note for every new step and every new percent of one.
 * @throws {ModullmError} RLLM_017 when the server reports an error, or ends before it has all of it
 */
export async function pullModel(
  { exchange, callee, url }: { exchange: Exchange; callee: Callee; url: URL },
  name: string,
  note: (note: ModelNote) => void,
): Promise<void> {
  const body = JSON.stringify({ model: name, stream: true } satisfies PullRequest);
  const response = await exchange.fetch(url, { method: "POST", body });
  const splitter = new EventSplitter();
  const decoder = new TextDecoder();
  const progress = { name, shown: "", succeeded: false, note };
  for await (const bytes of exchange.read(response))
    for (const { data } of splitter.push(decoder.decode(bytes, { stream: true })))
      take(data, callee, progress);
  for (const { data } of splitter.end()) take(data, callee, progress);
  if (progress.succeeded) return;
  const reason = `${callee.host} sent a stream that ended before the model did`;
  throw providerFailure(callee, reason, { retryable: true });
}

interface PullProgress {
  readonly name: string;
  readonly note: (note: ModelNote) => void;
  shown: string;
  succeeded: boolean;
}

function take(line: string, callee: Callee, state: PullProgress): void {
  const step = stepIn(line);
  if (step === null) return;
  if (isError(step)) throw inBandFailure(callee, step);
  // Steps that are not downloads have neither number, whatever the package's types promise.
  const { status, completed = 0, total = 0 }: Partial<ProgressResponse> = step;
  state.succeeded ||= status === "success";
  const percent = total > 0 ? ` ${Math.floor((completed / total) * 100)} %` : "";
  const message = `Pulling "${state.name}": ${status ?? "working"}${percent}`;
  if (message === state.shown) return;
  state.shown = message;
  state.note({ kind: "progress", message, data: { completed, total, status: status ?? "" } });
}

function stepIn(line: string): Record<string, unknown> | null {
  try {
    // A line begins with a brace: it is an object or no JSON.
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
