import { ModullmError } from "../../core/error.ts";
import type { Message } from "../../model/model.ts";
import type { Run } from "../state.ts";
import { overWindow } from "../stages/window.ts";
import type { Results } from "./results.ts";
import { LEFT_OUT } from "./words.ts";

/**
 * A conversation that outgrew `max_context_window` without its oldest results: each can be read
 * again with `read_result`.
 * @throws {ModullmError} RLLM_012 where that is not enough
 */
export async function fitTalk(
  run: Run,
  messages: readonly Message[],
  results: Results,
): Promise<readonly Message[]> {
  if ((await overWindow(run, messages)) === null) return messages;
  let fitted = messages;
  let left = 0;
  for (const [index, message] of messages.entries()) {
    if (message.role !== "tool" || message.content.length <= LEFT_OUT.length) continue;
    const { attachments: _, ...rest } = message;
    fitted = fitted.with(index, { ...rest, content: LEFT_OUT });
    left++;
    if ((await overWindow(run, fitted)) === null) break;
  }
  const estimate = await overWindow(run, fitted);
  if (estimate !== null) throw tooLong(run, estimate);
  results.openReader();
  run.emit({
    type: "note",
    kind: "degraded",
    message:
      "The conversation would pass max_context_window, so the " +
      `${left === 1 ? "oldest result is" : `${left} oldest results are`} left out of it`,
    data: { left_out: left },
  });
  return fitted;
}

function tooLong({ loaded }: Run, estimate: number): ModullmError {
  const { name, maxContextWindow: limit } = loaded.program;
  return new ModullmError(
    "RLLM_012",
    `The conversation of "${name}" with its tools is about ${estimate} tokens, but ` +
      `max_context_window is ${limit}`,
    { details: { estimated_tokens: estimate, max_context_window: limit, app: name } },
  );
}
