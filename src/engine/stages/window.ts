import { ModullmError } from "../../core/error.ts";
import type { Message } from "../../model/model.ts";
import { boundMessages, countMessages } from "../message-tokens.ts";
import type { Run } from "../state.ts";

/** Refuses a prompt over `max_context_window`. Counted only when the byte bound can't decide. */
export async function checkWindow(run: Run): Promise<void> {
  const { program } = run.loaded;
  const estimate = await overWindow(run, run.messages);
  if (estimate === null) return;
  throw new ModullmError(
    "RLLM_012",
    `The prompt of "${program.name}" is about ${estimate} tokens, but max_context_window is ` +
      program.maxContextWindow,
    {
      details: {
        estimated_tokens: estimate,
        max_context_window: program.maxContextWindow,
        app: program.name,
      },
    },
  );
}

/** The estimated tokens of a conversation that is over the program's window; null when it fits. */
export async function overWindow(run: Run, messages: readonly Message[]): Promise<number | null> {
  const { tokens } = run.tree.tools;
  const limit = run.loaded.program.maxContextWindow;
  if (limit === null) return null;
  const [model] = run.tree.models.get(run.loaded) ?? [];
  const id = model?.id ?? "";
  if (boundMessages(messages, tokens, id) <= limit) return null;
  const count = await countMessages(messages, tokens, id);
  return count > limit ? count : null;
}

/**
 * A retry that would pass the window shows no failed answer; the reasons still stand.
 * @param before what was said up to the failed answer
 */
export async function withinWindow(
  run: Run,
  before: readonly Message[],
  messages: readonly Message[],
): Promise<readonly Message[]> {
  if ((await overWindow(run, messages)) === null) return messages;
  const last = messages.at(-1);
  const prompt = before.at(-1);
  if (!last || !prompt) return before;
  run.emit({
    type: "note",
    kind: "degraded",
    message: "The retry would pass max_context_window, so it does not show the failed answer",
  });
  const shorter =
    prompt.role === "tool"
      ? [...before, last]
      : [...before.slice(0, -1), { ...prompt, content: `${prompt.content}\n\n${last.content}` }];
  return (await overWindow(run, shorter)) === null ? shorter : before;
}
