import { isObject, type JsonObject, parseJson, objectsIn } from "../../core/json.ts";
import { type Foreign, renamedParams } from "./foreign.ts";

const KNOWN: ReadonlySet<string> = new Set([
  "name",
  "description",
  "model",
  "modelParameters",
  "messages",
  "testData",
  "evaluators",
  "responseFormat",
  "jsonSchema",
]);

/** A `.prompt.yml` file of GitHub Models. */
export function readPromptYml(content: Readonly<Record<string, unknown>>): Foreign {
  const lost = Object.keys(content)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `the key "${key}"`);
  const turns = objectsIn(content["messages"]);
  const said = (role: string): string =>
    turns
      .filter((turn) => turn["role"] === role)
      .map(({ content: text }) => (typeof text === "string" ? text : ""))
      .join("\n\n");
  if (turns.some(({ role }) => role === "assistant")) lost.push("turns of the model");
  if (objectsIn(content["evaluators"]).length > 0)
    lost.push("the evaluators: `expect` of the tests takes their place");
  const system = said("system");
  const { modelParameters: params } = content;
  const tests = objectsIn(content["testData"]).map((data, index): JsonObject => {
    const { expected, ...input } = data;
    if (expected !== undefined) lost.push(`what test ${index + 1} expects`);
    return { name: `test ${index + 1}`, input: input as JsonObject, expect: {} };
  });
  return {
    name: textOf(content["name"]) ?? "",
    description: textOf(content["description"]),
    version: null,
    author: null,
    tags: [],
    model: textOf(content["model"]),
    params: renamedParams(isObject(params) ? (params as JsonObject) : {}),
    input: null,
    output: schemaOf(content["jsonSchema"], lost),
    system: system === "" ? null : system,
    prompt: said("user"),
    tests,
    lost: [...new Set(lost)],
  };
}

/** JSON in a text, as they write it: `{name, schema}`, or the schema itself. */
function schemaOf(given: unknown, lost: string[]): JsonObject | null {
  if (given === undefined || given === null) return null;
  let value: unknown = given;
  try {
    if (typeof given === "string") value = parseJson(given);
  } catch {
    lost.push("jsonSchema: it is not JSON");
  }
  if (!isObject(value)) return null;
  return (isObject(value["schema"]) ? value["schema"] : value) as JsonObject;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
