import type { Message } from "../../model/model.ts";
import { renderTemplate } from "../../program/template.ts";
import type { Run } from "../state.ts";

/** Fills the templates: the system message, the examples as turns, then the prompt. */
export function renderMessages(run: Run): void {
  const { prompt, system, examples } = run.loaded.program;
  const messages: Message[] = [];
  if (system) messages.push({ role: "system", content: renderTemplate(system, run.values) });
  for (const example of examples) {
    messages.push({ role: "user", content: renderTemplate(prompt, { ...run.values, input: example.input }) });
    messages.push({ role: "assistant", content: JSON.stringify(example.output) });
  }
  messages.push({ role: "user", content: renderTemplate(prompt, run.values) });
  run.messages = messages;
}
