import type { JsonSchema } from "../../contract/contract.ts";
import { isObject } from "../../core/json.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { frontmatterSchema } from "../../program/frontmatter-schema.ts";

const SCHEMA = frontmatterSchema();

/** What `modullm schema` says of a part of the frontmatter; null where it says nothing. */
export function frontmatterPart(path: YamlPath): JsonSchema | null {
  let part: JsonSchema = SCHEMA;
  for (const key of path) {
    const { description } = part;
    const holder = withoutNull(part);
    const properties = holder["properties"];
    const next =
      typeof key === "number"
        ? holder["items"]
        : isObject(properties) && Object.hasOwn(properties, key)
          ? properties[key]
          : undefined;
    if (!isObject(next)) return null;
    part = typeof key === "number" ? { description, ...next } : next;
  }
  return { ...withoutNull(part), description: part["description"] };
}

/** A key that may be null as well holds one other thing. */
function withoutNull(part: JsonSchema): JsonSchema {
  const [first] = Array.isArray(part["anyOf"]) ? (part["anyOf"] as unknown[]) : [];
  return part["properties"] === undefined && isObject(first) ? first : part;
}

/** Whether a value there names a model. */
export function isModelPath(path: YamlPath): boolean {
  return MODEL_PATH.test(path.join("."));
}

const MODEL_PATH = /^(?:llm\.model|llm\.fallbacks\.\d+|recommended_models\.\d+|tests\.\d+\.model)$/;
