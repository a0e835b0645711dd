import type { Message } from "../../model/model.ts";
import { renderTemplate } from "../../program/template.ts";
import { retakeMedia } from "../media.ts";
import { withMedia } from "../media-text.ts";
import { conversationOf, type Run } from "../state.ts";
import { STANDING } from "../tools/words.ts";
import { writeJson } from "../../core/json.ts";

/**
 * Fills the templates: the system message, the examples as turns, what was said before, then the
 * prompt.
 */
export function renderMessages(run: Run): void {
  const { prompt, examples, takesMedia } = run.loaded.program;
  if (prompt === null) return;
  if (takesMedia) retakeMedia(run);
  const before = conversationOf(run);
  const messages: Message[] = [];
  run.system = before?.system === undefined ? ownSystem(run) : before.system;
  const told = withStanding(run);
  if (told !== null) messages.push({ role: "system", content: told });
  for (const example of examples) {
    messages.push({
      role: "user",
      content: renderTemplate(prompt, { ...run.values, input: example.input }),
    });
    messages.push({ role: "assistant", content: writeJson(example.output) });
  }
  messages.push(...(before?.messages ?? []));
  messages.push({ role: "user", content: renderTemplate(prompt, run.values) });
  run.messages = run.media.length > 0 ? withMedia(run, messages) : messages;
}

function ownSystem({ loaded, values }: Run): string | null {
  const { system } = loaded.program;
  return system ? renderTemplate(system, values) : null;
}

/** A model that has tools is told what their results are. */
function withStanding({ system, loaded, tree }: Run): string | null {
  if (loaded.program.tools.length === 0 && !tree.toolboxes.has(loaded)) return system;
  return system === null ? STANDING : `${system}\n\n${STANDING}`;
}
