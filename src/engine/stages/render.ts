import type { Message } from "../../model/model.ts";
import { renderTemplate } from "../../program/template.ts";
import { retakeMedia } from "../media.ts";
import { withMedia } from "../media-text.ts";
import type { Run } from "../state.ts";
import { writeJson } from "../../core/json.ts";

/** Fills the templates: the system message, the examples as turns, then the prompt. */
export function renderMessages(run: Run): void {
  const { prompt, system, examples, takesMedia } = run.loaded.program;
  if (takesMedia) retakeMedia(run);
  const messages: Message[] = [];
  if (system) messages.push({ role: "system", content: renderTemplate(system, run.values) });
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
