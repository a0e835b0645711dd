import type { JsonObject } from "../core/json.ts";
import { writeProgram, writeYaml } from "../program/write.ts";
import type { Draft, Parts } from "./draft.ts";
import { hasContractsOf, templateFront, templateProgram } from "./template-program.ts";
import type { ProgramTemplate } from "./templates.ts";

/** Files of a program by name, the program itself first. */
export type ProgramFiles = Readonly<Record<string, string>>;

export interface Maker {
  readonly author: string;
  /** `provider/name` */
  readonly model: string;
}

/**
 * Keys that every program has, and those that a draft decides; a template's others stay where its
 * contracts do.
 */
const DECIDED = new Set(
  (
    "name description version author max_context_window input_schema output_schema llm " +
    "llm_params tags recommended_models"
  ).split(" "),
);

/**
 * A template as a program of somebody's own: its name, author and model, and the names of the files
 * it uses; all else stays, comments too.
 */
export function fillTemplate(
  { text, parts, name: from }: ProgramTemplate,
  name: string,
  maker: Maker,
): ProgramFiles {
  const own = { author: maker.author, llm: maker.model };
  const files: Record<string, string> = { [`${name}.rllm`]: renamed(text, { name, ...own }) };
  for (const [file, part] of Object.entries(parts)) {
    const partName = `${name}_${file.slice(from.length + 1).replace(/\.rllm$/, "")}`;
    files[`${partName}.rllm`] = renamed(part, { name: partName, ...own });
    files[`${name}.rllm`] = (files[`${name}.rllm`] ?? "").replace(
      `./${file}`,
      `./${partName}.rllm`,
    );
  }
  return files;
}

function renamed(
  text: string,
  { name, author, llm }: { name: string; author: string; llm: string },
): string {
  return text
    .replace(/^name: .*$/m, () => writeYaml({ name }).trimEnd())
    .replace(/^author: .*$/m, () => writeYaml({ author }).trimEnd())
    .replace(/^llm: .*$/m, () => writeYaml({ llm: { model: llm } }).trimEnd());
}

/**
 * A whole draft as files. Blocks, `uses` and examples of the template stay as long as both its
 * contracts do.
 * @param others keys that a draft says nothing of; they win
 * @throws {ModullmError} what `writeProgram` throws
 */
export function assemble(
  draft: Required<Draft>,
  template: ProgramTemplate,
  maker: Maker,
  others: JsonObject = {},
): ProgramFiles {
  const kept = hasContractsOf(draft, template);
  const { file_name: file } = draft.file;
  const own = kept ? fillTemplate(template, file.replace(/\.rllm$/, ""), maker) : {};
  const more = { ...(kept ? keptKeys(template, own, file) : {}), ...others };
  const front = frontOf(draft, maker, more);
  const blocks = kept ? templateProgram(template).blocks : [];
  if ((more["output"] ?? null) !== null) {
    const text = writeProgram({ front: withoutModel(front), blocks });
    return { ...own, [file]: text };
  }
  const text = writeProgram({
    front,
    prompt: draft.prompt.prompt,
    system: draft.prompt.system,
    recovery: draft.recovery.recovery_prompt,
    blocks,
  });
  return { ...own, [file]: text };
}

/** What says how a model is asked is of no use where none is. */
function withoutModel(front: JsonObject): JsonObject {
  const { max_context_window: _window, llm: _llm, llm_params: _params, ...others } = front;
  return others;
}

/**
 * What the template says beside what a draft decides; `uses` leads to the files as they are named
 * now.
 */
function keptKeys(template: ProgramTemplate, files: ProgramFiles, file: string): JsonObject {
  const front = templateFront({ ...template, text: files[file] ?? template.text });
  return Object.fromEntries(Object.entries(front).filter(([key]) => !DECIDED.has(key)));
}

function frontOf(
  { goal, inputs, outputs, limits, file }: Required<Draft>,
  maker: Maker,
  more: JsonObject,
): JsonObject {
  return {
    name: goal.name,
    description: goal.description,
    version: "0.1.0",
    author: maker.author,
    max_context_window: limits.max_context_window,
    input_schema: inputs.schema as JsonObject,
    output_schema: outputs.schema as JsonObject,
    llm: { model: limits.model ?? maker.model },
    llm_params: paramsOf(limits),
    ...(file.tags.length === 0 ? {} : { tags: file.tags }),
    ...more,
  };
}

export function paramsOf({ temperature, max_tokens }: Parts["limits"]): JsonObject {
  return {
    ...(temperature === null ? {} : { temperature }),
    ...(max_tokens === null ? {} : { max_tokens }),
  };
}
