import { ModullmError } from "../core/error.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { assemble, fillTemplate, type Maker, type ProgramFiles } from "./assemble.ts";
import type { Draft, PartName } from "./draft.ts";
import { fieldList } from "./parts/fields.ts";
import { PART_NAMES, partOf } from "./parts.ts";
import type { Scaffold } from "./scaffold.ts";
import { templateInput } from "./template-program.ts";
import { loadTemplate, type ProgramTemplate, type TemplateName } from "./templates.ts";

/** What a new program is made from; what nothing says is the template's. */
export interface Recipe {
  /** Of the program, and of its file without the ending. */
  readonly name: string;
  readonly maker: Maker;
  readonly template: TemplateName | null;
  readonly scaffold: Scaffold | null;
  /** Contracts that win over all others; null: none is given. */
  readonly input: JsonSchema | null;
  readonly output: JsonSchema | null;
}

export interface MadeProgram {
  readonly files: ProgramFiles;
  readonly template: TemplateName;
  /** An input to try it with. */
  readonly sample: JsonObject;
}

/** The template where none is named: its limits fit most. */
const USUAL: TemplateName = "extract";
/** Keys of a scaffold that a draft has parts for, or that the maker decides. */
const IN_DRAFT = new Set(
  "description author version max_context_window input_schema output_schema input_fields output_fields llm llm_params tags prompt system recovery_prompt".split(
    " ",
  ),
);

/**
 * The files of a new program, made without a model.
 * @throws {ModullmError} RLLM_018 where the scaffold holds what can't be used, and what `writeProgram` throws
 */
export async function makeProgram(recipe: Recipe): Promise<MadeProgram> {
  const { name, maker, scaffold, input, output } = recipe;
  const kind = recipe.template ?? scaffold?.template ?? USUAL;
  const template = await loadTemplate(kind);
  if (scaffold === null && input === null && output === null)
    return { files: fillTemplate(template, name, maker), template: kind, sample: templateInput(template) };
  const keys = scaffold?.keys ?? {};
  const given = givenParts(recipe, keys, template);
  let draft: Draft = {};
  for (const part of PART_NAMES) {
    const value = given[part] ?? null;
    const accepted = value === null ? null : partOf(part).accept(value as JsonObject, draft);
    // A prompt for other fields is of no use with contracts of the caller's own: the plain one takes its place.
    const replaceable = (part === "prompt" || part === "recovery") && (input !== null || output !== null);
    if (accepted?.ok === false && !replaceable) throw unusable(partOf(part).title, accepted.reason);
    const settled = accepted?.ok === true ? accepted.value : partOf(part).fallback(draft, template, "");
    draft = { ...draft, [part]: settled };
  }
  const others = Object.fromEntries(Object.entries(keys).filter(([key]) => !IN_DRAFT.has(key)));
  const llm = isObject(keys["llm"]) ? { llm: { ...keys["llm"], model: maker.model } } : {};
  const params = isObject(keys["llm_params"]) ? { llm_params: keys["llm_params"] } : {};
  const whole = draft as Required<Draft>;
  const file = { ...whole.file, file_name: `${name}.rllm` };
  const goal = { ...whole.goal, name };
  const files = assemble({ ...whole, file, goal }, template, maker, { ...params, ...llm, ...others });
  return { files, template: kind, sample: whole.test.input };
}

type Given = { readonly [Name in PartName]?: object | null };

/** What recipe and scaffold say of each part, still to be accepted; null: nothing. */
function givenParts(recipe: Recipe, keys: JsonObject, template: ProgramTemplate): Given {
  const { name, input, output } = recipe;
  return {
    goal: { name, description: keys["description"] ?? describe(recipe, template), kind: template.name },
    inputs: input === null ? contractIn(keys, "input") : fieldList(input),
    outputs: output === null ? contractIn(keys, "output") : fieldList(output),
    limits: limitsIn(keys),
    prompt: "prompt" in keys ? { prompt: keys["prompt"] ?? null, system: keys["system"] ?? null } : null,
    recovery: "recovery_prompt" in keys ? { recovery_prompt: keys["recovery_prompt"] ?? null } : null,
    file: { file_name: `${name}.rllm`, tags: keys["tags"] ?? [] },
  };
}

/** What can be said of a program when only its contracts are known. */
function describe({ template, input, output }: Recipe, { summary }: ProgramTemplate): string {
  if (template !== null || input === null || output === null) return `From ${summary}.`;
  return `From ${namesOf(input)} to ${namesOf(output)}.`;
}

function namesOf({ properties }: JsonSchema): string {
  return Object.keys(isObject(properties) ? properties : {}).join(", ");
}

function contractIn(keys: JsonObject, side: "input" | "output"): object | null {
  const [schema, fields] = [keys[`${side}_schema`], keys[`${side}_fields`]];
  if (isObject(schema)) return fieldList(schema);
  return fields === undefined ? null : { fields };
}

function limitsIn({ max_context_window: window, llm_params: params }: JsonObject): object | null {
  if (window === undefined) return null;
  const { max_tokens = null, temperature = null } = isObject(params) ? params : {};
  return { max_context_window: window, max_tokens, temperature };
}

function unusable(part: string, reason: string): ModullmError {
  return new ModullmError("RLLM_018", `The scaffold can't be used: ${part}: ${reason}`, { details: { reason } });
}
