import type { JsonSchema } from "../../contract/contract.ts";
import { isObject } from "../../core/json.ts";
import type { Program } from "../../program/program.ts";
import type { Complexity } from "../program-index.ts";
import { fieldsOf, resolved, typesOf } from "./fields.ts";

/** The family of its contracts, such as `text-to-record`: told from the schemas alone. */
export function shapeOf({ input, output, takesMedia }: Program): string {
  return `${takesMedia ? "media" : takenFamily(input.schema)}-to-${givenFamily(output.schema)}`;
}

export function complexityOf({ uses, tools }: Program): Complexity {
  if (tools.length > 0) return "agentic";
  return uses.length > 0 ? "composed" : "plain";
}

/** One field that has to be there decides; options beside it don't. */
function takenFamily(schema: JsonSchema): "text" | "list" | "record" | "nothing" {
  const top = fieldsOf(schema).filter(({ depth }) => depth === 0);
  if (top.length === 0) return "nothing";
  const required = [schema["required"]].flat();
  const needed = top.filter(({ name }) => required.includes(name));
  const [only, ...others] = needed.length > 0 ? needed : top;
  if (only === undefined || others.length > 0) return "record";
  const types = typesOf(only.schema);
  if (types.includes("array")) return "list";
  return types.includes("string") ? "text" : "record";
}

function givenFamily(schema: JsonSchema): "label" | "score" | "text" | "list" | "record" {
  const top = fieldsOf(schema).filter(({ depth }) => depth === 0);
  const main = top.filter(({ name }) => !BESIDE.test(name));
  const [only, ...others] = main.length > 0 ? main : top;
  if (only === undefined || others.length > 0) return "record";
  const types = typesOf(only.schema);
  if (isLabel(only.schema, types)) return "label";
  if (types.includes("array")) {
    const items = only.schema["items"];
    const item = isObject(items) ? resolved(items, schema) : {};
    return isLabel(item, typesOf(item)) ? "label" : "list";
  }
  if (types.includes("number") || types.includes("integer")) return "score";
  return types.includes("string") ? "text" : "record";
}

/** What answers carry beside the thing itself. */
const BESIDE = /^(?:confidence|certainty|reason(?:ing|s)?|rationale|explanation|notes?|evidence)$/i;

function isLabel(schema: JsonSchema, types: readonly string[]): boolean {
  return Array.isArray(schema["enum"]) || types.includes("boolean");
}
