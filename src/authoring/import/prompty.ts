import { isObject, type JsonObject } from "../../core/json.ts";
import { type Foreign, renamedParams, splitRoles } from "./foreign.ts";

const KNOWN: ReadonlySet<string> = new Set([
  "$schema",
  "name",
  "displayName",
  "description",
  "version",
  "authors",
  "author",
  "tags",
  "metadata",
  "model",
  "inputs",
  "outputs",
  "sample",
  "template",
]);

/** A `.prompty` file, of either form (prompty.ai). */
export function readPrompty(front: Readonly<Record<string, unknown>>, body: string): Foreign {
  const lost = Object.keys(front)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `the key "${key}"`);
  const metadata = isObject(front["metadata"]) ? front["metadata"] : {};
  const authors = listOf(front["authors"] ?? metadata["authors"] ?? front["author"]);
  const { name: model, params } = modelOf(front["model"], lost);
  const { system, prompt } = splitRoles(body, ROLE, lost);
  const sample = isObject(front["sample"]) ? (front["sample"] as JsonObject) : null;
  return {
    name: isText(front["name"]) ? front["name"] : "",
    description: isText(front["description"]) ? front["description"] : null,
    version: isText(front["version"]) ? front["version"] : null,
    author: authors.length > 0 ? authors.join(", ") : null,
    tags: listOf(front["tags"] ?? metadata["tags"]),
    model,
    params,
    input: propertiesOf(front["inputs"], sample),
    output: propertiesOf(front["outputs"], null),
    system,
    prompt,
    tests: sample === null ? [] : [{ name: "the sample", input: sample, expect: {} }],
    lost,
  };
}

function modelOf(given: unknown, lost: string[]): { name: string | null; params: JsonObject } {
  const model = isObject(given) ? given : {};
  const configuration = isObject(model["configuration"]) ? model["configuration"] : {};
  const { type, name, azure_deployment: deployment, azure_endpoint: endpoint } = configuration;
  const called = [model["id"], name, deployment].find(isText) ?? null;
  const isAzure = isText(type) && type.startsWith("azure");
  const provider = isText(model["provider"]) ? model["provider"] : isAzure ? "azure" : null;
  if (model["connection"] !== undefined || endpoint !== undefined)
    lost.push("the model's connection: it belongs in config.yaml");
  const params = isObject(model["options"]) ? model["options"] : model["parameters"];
  return {
    name: called === null || provider === null ? called : `${provider}/${called}`,
    params: renamedParams(isObject(params) ? (params as JsonObject) : {}),
  };
}

/** `{name: {type | kind, description, default}}`, a list of such, or a JSON Schema. */
function propertiesOf(given: unknown, sample: JsonObject | null): JsonObject | null {
  const list = Array.isArray(given) ? given.filter(isObject) : null;
  const entries =
    list?.map((each) => [String(each["name"]), each] as const) ??
    (isObject(given) ? Object.entries(given) : []);
  if (isObject(given) && given["type"] === "object" && isObject(given["properties"]))
    return given as JsonObject;
  if (entries.length === 0)
    return sample === null
      ? null
      : {
          type: "object",
          properties: Object.fromEntries(
            Object.entries(sample).map(([key, value]) => [key, typeOf(value)]),
          ),
          required: Object.keys(sample),
        };
  const properties = entries.map(([key, value]) => [key, propertyOf(value)] as const);
  const needed = entries.filter(
    ([, value]) =>
      !isObject(value) || (value["default"] === undefined && value["required"] !== false),
  );
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(needed.length > 0 ? { required: needed.map(([key]) => key) } : {}),
  };
}

function propertyOf(value: unknown): JsonObject {
  if (!isObject(value)) return typeOf(value);
  const kind = value["type"] ?? value["kind"];
  const type = kind === "float" ? "number" : kind;
  const known = ["string", "number", "integer", "boolean", "array", "object"].some(
    (each) => each === type,
  );
  return {
    ...(known ? { type: String(type) } : {}),
    ...(isText(value["description"]) ? { description: value["description"] } : {}),
  };
}

function typeOf(value: unknown): JsonObject {
  if (Array.isArray(value)) return { type: "array" };
  if (isObject(value)) return { type: "object" };
  if (typeof value === "number") return { type: "number" };
  return typeof value === "boolean" ? { type: "boolean" } : { type: "string" };
}

/** `system:` and `user:` on lines of their own. */
const ROLE = /^[ \t]*(system|user|assistant|developer):[ \t]*$/gim;

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter(isText);
}
