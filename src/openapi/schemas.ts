import type { JsonSchema } from "../contract/contract.ts";
import { isObject, type Json } from "../core/json.ts";
import type { ApiFiles, Place } from "./files.ts";

/** Makes JSON Schemas of those of an API's files; what several share stands in `$defs`. */
export interface SchemaMaker {
  make(place: Place): Json;
  /** All that was referred to, by name. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Whose values a schema is about: those that are sent lack what is read only, and the reverse. */
export type Direction = "request" | "response";

const UNSEEN: Readonly<Record<Direction, string>> = { request: "readOnly", response: "writeOnly" };
/** Keywords of OpenAPI that say nothing of what a value may be. */
const DROPPED = new Set(["example", "discriminator", "xml", "externalDocs", "nullable"]);
/** Keywords whose mapping holds a schema for each key. */
const MAPS = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);
/** Keywords that hold values, in which nothing is a schema. */
const VALUES = new Set(["enum", "const", "default", "examples", "required", "type"]);

export function createSchemaMaker(
  files: ApiFiles,
  { direction, isOld }: { readonly direction: Direction; /** 3.0 */ readonly isOld: boolean },
): SchemaMaker {
  const names = new Map<string, string>();
  const definitions: Record<string, JsonSchema> = {};

  function make(place: Place): Json {
    const { value } = place;
    if (Array.isArray(value)) return value.map((_, index) => make(files.below(place, index)));
    if (!isObject(value)) return plain(value);
    if (typeof value["$ref"] !== "string") return schemaOf(place, value);
    const reference = { $ref: `#/$defs/${nameOf(files.follow(place))}` };
    const { $ref: _, ...beside } = value;
    // In 3.0 what stands beside a reference counts for nothing.
    if (isOld || Object.keys(beside).length === 0) return reference;
    return { allOf: [reference, schemaOf({ ...place, value: beside }, beside)] };
  }

  /** Names come before what they stand for: a schema may lead to itself. */
  function nameOf(target: Place): string {
    const known = names.get(target.id);
    if (known !== undefined) return known;
    const last = target.id.split("/").at(-1) ?? "";
    const front = last.replaceAll(/[^A-Za-z0-9_-]/g, "_") || "schema";
    let name = front;
    for (let again = 2; Object.hasOwn(definitions, name); again++) name = `${front}_${again}`;
    names.set(target.id, name);
    definitions[name] = {};
    const made = make(target);
    definitions[name] = isObject(made) ? made : made === false ? { not: {} } : {};
    return name;
  }

  function schemaOf(place: Place, schema: Readonly<Record<string, unknown>>): Json {
    const made: Record<string, Json> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (DROPPED.has(key) || key.startsWith("x-")) continue;
      const inner = files.below(place, key);
      if (VALUES.has(key)) made[key] = plain(value);
      else if (MAPS.has(key) && isObject(value))
        made[key] = Object.fromEntries(
          Object.keys(value).map((each) => [each, make(files.below(inner, each))]),
        );
      else made[key] = make(inner);
    }
    withoutUnseen(made);
    return isOld ? modern(made, schema) : made;
  }

  /** A property of the other direction is neither offered nor wanted. */
  function withoutUnseen(made: Record<string, Json>): void {
    const { properties, required } = made;
    if (!isObject(properties)) return;
    const unseen = Object.entries(properties).flatMap(([key, value]) =>
      isObject(value) && value[UNSEEN[direction]] === true ? [key] : [],
    );
    if (unseen.length === 0) return;
    const kept = Object.entries(properties).filter(([key]) => !unseen.includes(key));
    made["properties"] = Object.fromEntries(kept) as Json;
    if (Array.isArray(required))
      made["required"] = required.filter((key) => !unseen.includes(String(key))) as Json[];
  }

  return { make, definitions };
}

/** What 3.0 says in words of its own. */
function modern(made: Record<string, Json>, schema: Readonly<Record<string, unknown>>): Json {
  for (const [limit, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    const flag = schema[exclusive];
    if (typeof flag !== "boolean") continue;
    delete made[exclusive];
    if (!flag || made[limit] === undefined) continue;
    made[exclusive] = made[limit];
    delete made[limit];
  }
  if (schema["nullable"] !== true) return made;
  const { type, enum: values } = made;
  if (type === undefined) return { anyOf: [made, { type: "null" }] };
  const orNull = { ...made, type: [...[type].flat(), "null"] as Json };
  return Array.isArray(values) && !values.includes(null)
    ? { ...orNull, enum: [...(values as Json[]), null] }
    : orNull;
}

/** A value of the file, which is JSON. */
function plain(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was parsed is JSON
  return value as Json;
}
