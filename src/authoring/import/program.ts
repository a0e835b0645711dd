import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { checkLlmParams } from "../../program/llm-params.ts";
import { isModelName } from "../../program/model-name.ts";
import { writeProgram } from "../../program/write.ts";
import type { Foreign } from "./foreign.ts";
import { convertText } from "./text.ts";

export interface ImportedProgram {
  readonly text: string;
  /** What could not be carried over, in words. */
  readonly lost: readonly string[];
}

/** Tokens that a prompt may have where nothing is said. */
const WINDOW = 8000;
const DEFAULT_MODEL = "builtin/baseline";
/** What stands for a value that is no object. */
const VALUE = "value";

/** A program that does what the other tool's file did, as far as it can. @param name of its file */
export function importedProgram(foreign: Foreign, name: string): ImportedProgram {
  const prompt = convertText(foreign.prompt);
  const system = foreign.system === null ? null : convertText(foreign.system);
  const lost = [...foreign.lost, ...prompt.lost, ...(system?.lost ?? [])];
  const names = new Set([...prompt.names, ...(system?.names ?? [])]);
  const input = inputOf(foreign.input, names, lost);
  const output = outputOf(foreign.output, lost);
  const model = modelOf(foreign.model, lost);
  const { params, left } = paramsOf(foreign.params);
  lost.push(...left);
  const front: Record<string, Json> = {
    name: foreign.name === "" ? name : foreign.name,
    description: foreign.description ?? `Imported from ${name}`,
    version: /^\d+\.\d+\.\d+$/.test(foreign.version ?? "") ? foreign.version : "0.1.0",
    author: foreign.author ?? "unknown",
    max_context_window: WINDOW,
    input_schema: input,
    output_schema: output,
    llm: { model },
    llm_params: params,
    ...(foreign.tags.length > 0 ? { tags: foreign.tags } : {}),
    ...(foreign.tests.length > 0 ? { tests: foreign.tests } : {}),
  };
  const asks = `Answer with one JSON object of this form, and nothing else:\n{{schema.output}}`;
  const written = {
    front,
    prompt: `${prompt.text.trim()}\n\n${asks}`,
    system: system?.text ?? null,
  };
  return { text: writeProgram(written), lost: [...new Set(lost)] };
}

/** An object; names that the prompt has and the schema has not are texts. */
function inputOf(given: JsonObject | null, names: ReadonlySet<string>, lost: string[]): JsonObject {
  const isOpen = given !== null && given["type"] === "object";
  if (given !== null && !isOpen)
    lost.push("an input that is no object: its fields are those that the prompt names");
  const schema: JsonObject = isOpen ? given : { type: "object" };
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const missing = [...names].filter((name) => !Object.hasOwn(properties, name));
  if (missing.length === 0) return schema;
  const added = Object.fromEntries(missing.map((name) => [name, isOpen ? {} : { type: "string" }]));
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return {
    ...schema,
    properties: { ...properties, ...added },
    ...(isOpen ? {} : { required: [...required, ...missing] }),
  };
}

/** An object; another value becomes its one property. */
function outputOf(given: JsonObject | null, lost: string[]): JsonObject {
  if (given?.["type"] === "object" || isObject(given?.["properties"]))
    return { type: "object", ...given };
  if (given !== null) lost.push(`an output that is no object: it is in "${VALUE}"`);
  else lost.push(`an answer that is plain text: it is in "${VALUE}"`);
  return {
    type: "object",
    properties: { [VALUE]: given ?? { type: "string" } },
    required: [VALUE],
    additionalProperties: false,
  };
}

/** Providers under the names of other tools. */
const PROVIDERS: Readonly<Record<string, string>> = {
  googleai: "google",
  vertexai: "google",
  azure_openai: "azure",
};

function modelOf(given: string | null, lost: string[]): string {
  if (given === null) {
    lost.push(`the model: none is named, so it is ${DEFAULT_MODEL}`);
    return DEFAULT_MODEL;
  }
  const [provider = "", ...rest] = given.split("/");
  const named =
    rest.length === 0 ? guessed(given) : `${PROVIDERS[provider] ?? provider}/${rest.join("/")}`;
  if (isModelName(named)) return named;
  lost.push(`the model "${given}": no provider is named, so it is ${DEFAULT_MODEL}`);
  return DEFAULT_MODEL;
}

/** Whose a model is by its name alone. */
function guessed(name: string): string {
  if (/^(?:gpt|o\d|chatgpt)/i.test(name)) return `openai/${name}`;
  if (/^claude/i.test(name)) return `anthropic/${name}`;
  return /^gemini/i.test(name) ? `google/${name}` : name;
}

/** Those that a program may have. */
function paramsOf(given: JsonObject): { params: JsonObject; left: readonly string[] } {
  const params: Record<string, Json> = {};
  const left: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    try {
      Object.assign(params, checkLlmParams({ [key]: value }));
    } catch {
      left.push(`the parameter "${key}"`);
    }
  }
  return { params, left };
}
