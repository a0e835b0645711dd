import type { JsonSchema } from "../contract/contract.ts";
import { isObject, type Json } from "../core/json.ts";
import { type Api, type ApiOperation, at, keysOf, textAt } from "./api.ts";
import { type Body, readBody } from "./body.ts";
import { apiFault } from "./fault.ts";
import type { Place } from "./files.ts";
import { createSchemaMaker, type SchemaMaker } from "./schemas.ts";

/** Where a parameter stands in a request. */
export type ParameterPlace = "path" | "query" | "header" | "cookie";

/** How a parameter of an operation is written. */
export interface Parameter {
  /** By which the model gives it. */
  readonly property: string;
  /** By which the API knows it. */
  readonly name: string;
  readonly in: ParameterPlace;
  readonly style: string;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** Whether it is one JSON text, whatever it holds. */
  readonly isJson: boolean;
}

/** What an operation takes and gives. */
export interface Shape {
  readonly input: JsonSchema;
  readonly parameters: readonly Parameter[];
  readonly body: Body | null;
  /** By status, such as `200` and `2XX`: the schema of a JSON answer. */
  readonly outputs: ReadonlyMap<string, JsonSchema>;
}

/** The property of the body; a parameter of that name gets another one. */
export const BODY = "body";

const STYLES: Readonly<Record<ParameterPlace, readonly string[]>> = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
  cookie: ["form"],
};
/** Headers that are not the model's to set; OpenAPI passes over them as well. */
const OWN_HEADERS = new Set(
  (
    "accept content-type authorization host cookie content-length transfer-encoding connection " +
    "upgrade expect te trailer"
  ).split(" "),
);

/** @throws {ModullmError} RLLM_008 for an operation that can't be called */
export function shapeOf(api: Api, operation: ApiOperation): Shape {
  const maker = createSchemaMaker(api.files, { direction: "request", isOld: api.isOld });
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  const parameters: Parameter[] = [];
  const body = at(api.files, operation.place, "requestBody");
  const taken = new Set(isObject(body.value) ? [BODY] : []);
  for (const place of parametersOf(api, operation)) {
    const parameter = readParameter(api, operation, { place, taken });
    if (parameter === null) continue;
    const { property } = parameter;
    taken.add(property);
    parameters.push(parameter);
    properties[property] = described(
      schemaOf(api, place, maker),
      textAt(api.files, place, "description"),
    );
    const isNeeded = parameter.in === "path" || api.files.below(place, "required").value === true;
    if (isNeeded) required.push(property);
  }
  const read = isObject(body.value) ? readBody(api, operation, body) : null;
  if (read !== null) {
    properties[BODY] = described(maker.make(read.schema), textAt(api.files, body, "description"));
    if (api.files.below(body, "required").value === true) required.push(BODY);
  }
  return {
    input: withDefinitions(
      { type: "object", properties, required, additionalProperties: false },
      maker,
    ),
    parameters,
    body: read?.body ?? null,
    outputs: outputsOf(api, operation),
  };
}

/** Those of the operation, and those of its path that it doesn't have itself. */
function parametersOf({ files }: Api, { place, shared }: ApiOperation): readonly Place[] {
  const lists = [files.below(place, "parameters"), files.follow(shared)];
  const found = new Map<string, Place>();
  for (const list of lists) {
    if (!Array.isArray(list.value)) continue;
    for (const index of list.value.keys()) {
      const each = at(files, list, index);
      const key = `${textAt(files, each, "in")} ${textAt(files, each, "name")}`;
      if (!found.has(key)) found.set(key, each);
    }
  }
  return [...found.values()];
}

function readParameter(
  api: Api,
  { id }: ApiOperation,
  { place, taken }: { readonly place: Place; readonly taken: ReadonlySet<string> },
): Parameter | null {
  const { files } = api;
  const name = textAt(files, place, "name");
  const where = textAt(files, place, "in");
  if (!isPlace(where) || name === "")
    throw apiFault(api.path, id, `it has a parameter "${name}" in "${where}", which is nowhere`);
  if (where === "header" && OWN_HEADERS.has(name.toLowerCase())) return null;
  const style = textAt(files, place, "style") || (STYLES[where][0] ?? "");
  if (!STYLES[where].includes(style))
    throw apiFault(api.path, id, `its parameter "${name}" has the style "${style}" in "${where}"`);
  const { value: explode } = files.below(place, "explode");
  return {
    property: taken.has(name) ? `${name}_${where}` : name,
    name,
    in: where,
    style,
    explode: typeof explode === "boolean" ? explode : style === "form" || style === "deepObject",
    allowReserved: files.below(place, "allowReserved").value === true,
    isJson: isObject(files.below(place, "content").value),
  };
}

/** The schema of a parameter, or of the one content that stands in for it. */
function schemaOf({ files }: Api, place: Place, maker: SchemaMaker): Json {
  const content = files.below(place, "content");
  const [type] = keysOf(content);
  const holder = type === undefined ? place : at(files, content, type);
  const schema = files.below(holder, "schema");
  return schema.value === undefined ? {} : maker.make(schema);
}

function outputsOf(api: Api, { place }: ApiOperation): ReadonlyMap<string, JsonSchema> {
  const { files, isOld } = api;
  const outputs = new Map<string, JsonSchema>();
  const responses = at(files, place, "responses");
  for (const status of keysOf(responses)) {
    if (!/^2(?:\d\d|XX)$/i.test(status)) continue;
    const content = files.below(at(files, responses, status), "content");
    const type = keysOf(content).find((each) => /^(?:application\/json|[^;]*\+json)/i.test(each));
    if (type === undefined) continue;
    const schema = files.below(at(files, content, type), "schema");
    if (schema.value === undefined) continue;
    const maker = createSchemaMaker(files, { direction: "response", isOld });
    const made = maker.make(schema);
    if (isObject(made)) outputs.set(status.toUpperCase(), withDefinitions(made, maker));
  }
  return outputs;
}

function withDefinitions(schema: JsonSchema, { definitions }: SchemaMaker): JsonSchema {
  return Object.keys(definitions).length === 0 ? schema : { ...schema, $defs: definitions };
}

function described(schema: Json, description: string): Json {
  if (description === "" || !isObject(schema) || schema["description"] !== undefined) return schema;
  return { ...schema, description };
}

function isPlace(text: string): text is ParameterPlace {
  return Object.hasOwn(STYLES, text);
}
