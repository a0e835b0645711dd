import type { Message } from "../../model/model.ts";
import { renderTemplate } from "../../program/template.ts";
import { retakeMedia } from "../media.ts";
import { withMedia } from "../media-text.ts";
import type { Run } from "../state.ts";
import { STANDING } from "../tools/words.ts";
import { writeJson } from "../../core/json.ts";

/** Fills the templates: the system message, the examples as turns, then the prompt. */
export function renderMessages(run: Run): void {
  const { prompt, examples, takesMedia } = run.loaded.program;
  if (prompt === null) return;
  if (takesMedia) retakeMedia(run);
  const messages: Message[] = [];
  const told = systemText(run);
  if (told !== null) messages.push({ role: "system", content: told });
  for (const example of examples) {
    messages.push({
      role: "user",
      content: renderTemplate(prompt, { ...run.values, input: example.input }),
    });
    messages.push({ role: "assistant", content: writeJson(example.output) });
  }
  messages.push({ role: "user", content: renderTemplate(prompt, run.values) });
  run.messages = run.media.length > 0 ? withMedia(run, messages) : messages;
}

/** The system message; a model that has tools is told what their results are. */
function systemText(run: Run): string | null {
  const { system, tools } = run.loaded.program;
  const text = system ? renderTemplate(system, run.values) : null;
  if (tools.length === 0 && !run.tree.toolboxes.has(run.loaded)) return text;
  return text === null ? STANDING : `${text}\n\n${STANDING}`;
}
