import type { JsonSchema } from "../../contract/contract.ts";
import { isObject } from "../../core/json.ts";

/** A property of a schema, or of one within it. */
export interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  /** 0 for the properties of the whole. */
  readonly depth: number;
}

/** Properties that are read at most: a schema may be made of any number. */
const MOST_FIELDS = 200;

/** The properties of a schema and of all that it holds, outer ones first. */
export function fieldsOf(root: JsonSchema): readonly Field[] {
  const found: Field[] = [];
  const seen = new Set<unknown>();
  let level: readonly JsonSchema[] = [root];
  for (let depth = 0; level.length > 0 && found.length < MOST_FIELDS; depth++) {
    const next: JsonSchema[] = [];
    for (const schema of level.flatMap((each) => partsOf(each, root))) {
      if (seen.has(schema)) continue;
      seen.add(schema);
      const properties = isObject(schema["properties"]) ? schema["properties"] : {};
      for (const [name, property] of Object.entries(properties)) {
        if (!isObject(property) || found.length >= MOST_FIELDS) continue;
        found.push({ name, schema: resolved(property, root), depth });
        next.push(property);
      }
      if (isObject(schema["items"])) next.push(schema["items"]);
    }
    level = next;
  }
  return found;
}

/** A schema with a reference to a part of its root followed. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const { $ref: reference } = schema;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema;
  let target: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
  }
  return isObject(target) && target["$ref"] === undefined ? target : schema;
}

/** The JSON types that a schema says. */
export function typesOf(schema: JsonSchema): readonly string[] {
  const said = [schema["type"]].flat().filter((each) => typeof each === "string");
  if (said.length > 0) return said;
  if (isObject(schema["properties"])) return ["object"];
  return Array.isArray(schema["enum"])
    ? [...new Set(schema["enum"].map((each) => typeof each))]
    : [];
}

function partsOf(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const whole = resolved(schema, root);
  const choices = ["anyOf", "oneOf", "allOf"].flatMap((key) => whole[key]);
  return [whole, ...choices.filter(isObject).map((choice) => resolved(choice, root))];
}
