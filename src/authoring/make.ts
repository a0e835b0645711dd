import { ModullmError } from "../core/error.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { compileContract } from "../contract/compile.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { assemble, fillTemplate, type Maker, type ProgramFiles } from "./assemble.ts";
import type { Draft, PartName } from "./draft.ts";
import { fieldList } from "./parts/fields.ts";
import { PART_NAMES, partOf } from "./parts.ts";
import type { Scaffold } from "./scaffold.ts";
import { hasContractsOf, templateInput, templateProgram } from "./template-program.ts";
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
  /** An input of the user's own; null: none is known. */
  readonly example: JsonObject | null;
}

export interface MadeProgram {
  readonly files: ProgramFiles;
  readonly template: TemplateName;
  /** What was left out or replaced, and why. */
  readonly warnings: readonly string[];
  /** An input to try it with; null where none is known that it takes. */
  readonly sample: JsonObject | null;
}

/** The template where none is named: its limits fit most. */
const USUAL: TemplateName = "extract";
/** Keys of a scaffold that a draft has parts for, or that the maker decides. */
const IN_DRAFT = new Set<string>([
  "description",
  "author",
  "max_context_window",
  "input_schema",
  "output_schema",
  "input_fields",
  "output_fields",
  "llm",
  "llm_params",
  "tags",
  "prompt",
  "system",
  "recovery_prompt",
]);

/**
 * The files of a new program, made without a model.
 * @throws {ModullmError} RLLM_018 where the scaffold holds what can't be used, and what
 * `writeProgram` throws
 */
export async function makeProgram(recipe: Recipe): Promise<MadeProgram> {
  const { name, maker, scaffold, input, output } = recipe;
  const kind = recipe.template ?? scaffold?.template ?? USUAL;
  const template = await loadTemplate(kind);
  if (scaffold === null && input === null && output === null) {
    const files = fillTemplate(template, name, maker);
    const warnings =
      recipe.template === null ? [`No template was named: this is "${kind}", to be changed.`] : [];
    return { files, template: kind, warnings, sample: templateInput(template) };
  }
  const { draft, warnings } = draftOf(recipe, template);
  const isNamed = recipe.template !== null || (scaffold?.template ?? null) !== null;
  if (isNamed && !hasContractsOf(draft, template))
    warnings.push(
      `The prompt, blocks and uses of "${kind}" are left out: the contracts are not its own.`,
    );
  if (!isNamed && scaffold === null)
    warnings.push(
      "Say in the description and the prompt what is to be done: they are made from the " +
        "names of the fields.",
    );
  const files = assemble(draft, template, maker, otherKeys(scaffold?.keys ?? {}, maker));
  const sample = recipe.example ?? draft.test.input;
  return {
    files,
    template: kind,
    warnings,
    sample: isMet(draft.inputs.schema, sample) ? sample : null,
  };
}

function draftOf(
  recipe: Recipe,
  template: ProgramTemplate,
): { draft: Required<Draft>; warnings: string[] } {
  const { name, scaffold, input, output } = recipe;
  const given = givenParts(recipe, scaffold?.keys ?? {}, template);
  const warnings: string[] = [];
  let draft: Draft = {};
  for (const part of PART_NAMES) {
    const { accept, fallback, title } = partOf(part);
    const value = given[part] ?? null;
    const accepted = value === null ? null : accept(value as JsonObject, draft);
    if (accepted?.ok === false) {
      // A prompt for other fields is of no use with contracts of the caller's own: the plain one
      // takes its place.
      const replaceable =
        (part === "prompt" || part === "recovery") && (input !== null || output !== null);
      if (!replaceable) throw unusable(scaffold?.path ?? "", title, accepted.reason);
      warnings.push(`${title}: written anew, since ${accepted.reason}`);
    }
    draft = {
      ...draft,
      [part]: accepted?.ok === true ? accepted.value : fallback(draft, template, ""),
    };
  }
  const whole = draft as Required<Draft>;
  const file = { ...whole.file, file_name: `${name}.rllm` };
  return { draft: { ...whole, goal: { ...whole.goal, name }, file }, warnings };
}

/** What a draft has no part for, and what it says less of. */
function otherKeys(keys: JsonObject, { model }: Maker): JsonObject {
  const { llm, llm_params: params } = keys;
  return {
    ...(isObject(params) ? { llm_params: params } : {}),
    ...(isObject(llm) ? { llm: { ...llm, model } } : {}),
    ...Object.fromEntries(Object.entries(keys).filter(([key]) => !IN_DRAFT.has(key))),
  };
}

function isMet(schema: JsonSchema, value: JsonObject): boolean {
  const compiled = compileContract(schema);
  return compiled.ok && compiled.contract.check(value).ok;
}

type Given = { readonly [Name in PartName]?: object | null };

/** What recipe and scaffold say of each part, still to be accepted; null: nothing. */
function givenParts(recipe: Recipe, keys: JsonObject, template: ProgramTemplate): Given {
  const { name, input, output } = recipe;
  return {
    goal: {
      name,
      description: keys["description"] ?? describe(recipe, template),
      kind: template.name,
    },
    inputs: input === null ? contractIn(keys, "input") : fieldList(input),
    outputs: output === null ? contractIn(keys, "output") : fieldList(output),
    limits: limitsIn(keys),
    prompt: promptIn(keys, template),
    recovery:
      "recovery_prompt" in keys ? { recovery_prompt: keys["recovery_prompt"] ?? null } : null,
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

function promptIn(keys: JsonObject, template: ProgramTemplate): object | null {
  const prompt = keys["prompt"] ?? templateProgram(template).prompt?.text ?? null;
  const isSaid = "prompt" in keys || "system" in keys;
  return isSaid && prompt !== null ? { prompt, system: keys["system"] ?? null } : null;
}

function limitsIn({ max_context_window: window, llm_params: params }: JsonObject): object | null {
  if (window === undefined) return null;
  const { max_tokens = null, temperature = null } = isObject(params) ? params : {};
  return { max_context_window: window, max_tokens, temperature };
}

function unusable(path: string, part: string, reason: string): ModullmError {
  return new ModullmError("RLLM_018", `Cannot use scaffold "${path}": ${part}: ${reason}`, {
    details: { path, reason },
    hint: "Correct the scaffold, or leave that key out.",
  });
}
