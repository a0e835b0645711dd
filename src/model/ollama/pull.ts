import type { ProgressResponse, PullRequest } from "ollama/browser";
import { EventSplitter } from "../events.ts";
import type { Exchange } from "../exchange.ts";
import { inBandFailure, providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";
import type { ModelNote } from "../model.ts";
import { isError } from "../said.ts";

/** One pull, however often it is asked for. */
export interface Pull {
  readonly name: string;
  readonly url: URL;
  readonly note: (note: ModelNote) => void;
  /** Bytes that the server has of the largest part it was seen to load. */
  most: number;
}

/**
 * Pulls a model, with a `progress` note for every new step and every new percent of one.
 * @throws {ModullmError} RLLM_017 when the server reports an error, or ends before it has all of it
 */
export async function pullModel(exchange: Exchange, callee: Callee, pull: Pull): Promise<void> {
  const body = JSON.stringify({ model: pull.name, stream: true } satisfies PullRequest);
  const response = await exchange.fetch(pull.url, { method: "POST", body });
  const splitter = new EventSplitter();
  const decoder = new TextDecoder();
  const progress = { shown: "", succeeded: false };
  for await (const bytes of exchange.read(response))
    for (const { data } of splitter.push(decoder.decode(bytes, { stream: true })))
      take(data, callee, pull, progress);
  for (const { data } of splitter.end()) take(data, callee, pull, progress);
  if (progress.succeeded) return;
  const reason = `${callee.host} sent a stream that ended before the model did`;
  throw providerFailure(callee, reason, { retryable: true });
}

interface Progress {
  shown: string;
  succeeded: boolean;
}

function take(line: string, callee: Callee, pull: Pull, progress: Progress): void {
  const step = stepIn(line);
  if (step === null) return;
  if (isError(step)) throw inBandFailure(callee, step);
  // Steps that are not downloads have neither number, whatever the package's types promise.
  const { status, completed = 0, total = 0 }: Partial<ProgressResponse> = step;
  progress.succeeded ||= status === "success";
  pull.most = Math.max(pull.most, completed);
  const percent = total > 0 ? ` ${Math.floor((completed / total) * 100)} %` : "";
  const message = `Pulling "${pull.name}": ${status ?? "working"}${percent}`;
  if (message === progress.shown) return;
  progress.shown = message;
  pull.note({ kind: "progress", message, data: { completed, total, status: status ?? "" } });
}

function stepIn(line: string): Record<string, unknown> | null {
  try {
    // A line begins with a brace: it is an object or no JSON.
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
