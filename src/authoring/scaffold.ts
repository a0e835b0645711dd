import { ModullmError } from "../core/error.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { parseYaml } from "../core/yaml.ts";
import { FRONTMATTER_KEYS } from "../program/metadata.ts";
import { writeYaml } from "../program/write.ts";
import type { Draft } from "./draft.ts";
import { type Maker, paramsOf } from "./assemble.ts";
import { hasContractsOf } from "./template-program.ts";
import { type ProgramTemplate, TEMPLATE_NAMES, type TemplateName } from "./templates.ts";

/**
 * What programs of one kind have in common, to begin others with: any keys of a frontmatter but its
 * name, `prompt`, and `template`, whose blocks and `uses` come along where the contracts are its
 * own.
 */
export interface Scaffold {
  /** Of the file it was read from. */
  readonly path: string;
  readonly template: TemplateName | null;
  /** `prompt`, `system` and `recovery_prompt` among them. */
  readonly keys: JsonObject;
}

/** Contracts may be written as lists of fields, as the onboarding programs give them. */
const KEYS = [
  "template",
  "prompt",
  "input_fields",
  "output_fields",
  ...FRONTMATTER_KEYS.filter((key) => key !== "name"),
];

/** @throws {ModullmError} RLLM_018 for a text that is none */
export function parseScaffold(text: string, path: string): Scaffold {
  function wrong(reason: string, details: object = {}): ModullmError {
    return new ModullmError("RLLM_018", `Cannot read scaffold "${path}": ${reason}`, {
      details: { path, reason, ...details },
      hint:
        "A scaffold is a YAML mapping with keys of a frontmatter, and prompt; `modullm " +
        "onboard` writes one.",
    });
  }
  const read = parseYaml(text);
  if (!read.ok) throw wrong(read.reason, { line: text.slice(0, read.offset).split("\n").length });
  if (!isObject(read.value)) throw wrong("it is no mapping");
  const { template = null, name: _, ...keys } = read.value as JsonObject;
  const unknown = Object.keys(keys).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw wrong(`the key "${unknown}" is not known.${didYouMean(unknown, KEYS)}`, {
      field: unknown,
    });
  const known = TEMPLATE_NAMES.find((each) => each === template) ?? null;
  if (template !== null && known === null)
    throw wrong(`the template is not one of ${TEMPLATE_NAMES.join(", ")}`, { field: "template" });
  return { path, template: known, keys };
}

/** A draft as a scaffold's text. */
export function writeScaffold(
  draft: Required<Draft>,
  template: ProgramTemplate,
  { author, model }: Maker,
): string {
  const { goal, inputs, outputs, limits, prompt, recovery, file } = draft;
  const keys: Record<string, unknown> = {
    ...(hasContractsOf(draft, template) ? { template: template.name } : {}),
    description: goal.description,
    author,
    max_context_window: limits.max_context_window,
    input_schema: inputs.schema,
    output_schema: outputs.schema,
    llm: { model: limits.model ?? model },
    llm_params: paramsOf(limits),
    tags: file.tags,
    prompt: prompt.prompt,
    ...(prompt.system === null ? {} : { system: prompt.system }),
    ...(recovery.recovery_prompt === null ? {} : { recovery_prompt: recovery.recovery_prompt }),
  };
  return (
    "# What other programs can begin with: modullm new NAME " +
    `--scaffold FILE\n${writeYaml(keys)}`
  );
}
