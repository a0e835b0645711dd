import { FIELD_NAME } from "../../program/fields.ts";
import { parseTemplate } from "../../program/template.ts";
import { startsPart } from "../../program/body.ts";
import { ROOTS } from "../../program/template-check.ts";
import {
  type Accepted,
  accepted,
  type Draft,
  type Part,
  type PromptTexts,
  refused,
} from "../draft.ts";
import { absenceText } from "../absence.ts";
import { hasContractsOf, templateProgram } from "../template-program.ts";

export const prompt: Part<"prompt"> = {
  name: "prompt",
  title: "Prompt",
  accept({ prompt: text, system = null }, draft): Accepted<PromptTexts> {
    if (typeof text !== "string" || text.trim() === "") return refused("the prompt is empty");
    const message = typeof system === "string" && system.trim() !== "" ? system.trim() : null;
    const fault = placeholderFault(`${text}\n${message ?? ""}`, draft);
    if (fault !== null) return refused(fault);
    const used = parseTemplate(text).parts.flatMap((part) =>
      typeof part === "string" ? [] : part.path.join("."),
    );
    const unused = (draft.inputs?.fields ?? []).filter(
      ({ name, required }) =>
        required && !used.some((path) => path === "input" || path.split(".")[1] === name),
    );
    const [first] = unused;
    // What the program uses may hold the input already.
    if (first !== undefined && !used.some((path) => path.startsWith("uses.")))
      return refused(
        `the prompt never shows the required field ${first.name}: {{input.${first.name}}} is ` +
          "missing",
      );
    return accepted({ prompt: text.trim(), system: message });
  },
  fallback(draft, template) {
    if (hasContractsOf(draft, template)) {
      const program = templateProgram(template);
      if (program.prompt !== null)
        return { prompt: program.prompt.text, system: program.system?.text ?? null };
    }
    return { prompt: plainPrompt(draft), system: null };
  },
  texts: [
    {
      label: "Prompt",
      multiline: true,
      text: (value) => value.prompt,
      put: (value, text) => ({ ...value, prompt: text }),
    },
    {
      label: "System message",
      multiline: true,
      empty: "none",
      text: ({ system }) => system ?? "",
      put: (value, system) => ({ ...value, system }),
    },
  ],
};

/** Why a template would render a hole; null where it would not. */
export function placeholderFault(
  text: string,
  draft: Draft,
  roots: readonly string[] = ROOTS,
): string | null {
  if (text.split("\n").some(startsPart))
    return "it holds a line that would start a section or a block of the file";
  const names = (draft.inputs?.fields ?? []).map(({ name }) => name);
  for (const part of parseTemplate(text).parts) {
    if (typeof part === "string") continue;
    const [root = "", name] = part.path;
    const shown = `{{${part.path.join(".")}}}`;
    if (!roots.includes(root))
      return `${shown} stands for nothing: write {{input.…}} with the name of a field`;
    if (root === "input" && name !== undefined && !names.includes(name))
      return `${shown} stands for nothing: the fields are ${names.join(", ")}`;
    if (root === "schema" && name !== "output" && name !== "input")
      return `${shown} stands for nothing: {{schema.output}} is the form of the answer`;
  }
  return null;
}

/** The task, the form of the answer, then the data. */
function plainPrompt({ goal, inputs, outputs }: Draft): string {
  const fields = inputs?.fields ?? [];
  const sayable = fields.every(({ name }) => FIELD_NAME.test(name));
  const data = sayable
    ? fields.map(({ name }) => `${titleOf(name)}:\n{{input.${name}}}`)
    : ["Input:\n{{input}}"];
  const task = goal?.description ?? "";
  return [
    startsPart(task) || placeholderFault(task, {}) !== null
      ? "Do what the fields of the answer say."
      : task,
    `${absenceText(outputs?.schema ?? {})} Answer with JSON of this form:\n{{schema.output}}`,
    ...data,
  ].join("\n\n");
}

function titleOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
