import { compileContract } from "../contract/compile.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { FIELD_NAME } from "../program/fields.ts";
import { isObject } from "../core/json.ts";

/** How an answer may say that the input does not tell a field, the clearest first. */
const WAYS = [
  { told: "null", value: null },
  { told: "an empty list", value: [] },
  { told: "an empty text", value: "" },
] as const;
/** Fields that are named; of more than these the outermost ones. */
const MOST = 12;

interface Field {
  /** `customer.name`, `items[].price` */
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/**
 * The sentence of a prompt that says what to answer where the input does not tell: of each field
 * only what the contract takes. A field that has to be there with a value is not named.
 */
export function absenceText(output: JsonSchema): string {
  const all = fieldsOf(output, "", 0);
  const named = all.length > MOST ? fieldsOf(output, "", MAX_DEPTH) : all;
  const told = Map.groupBy(named.slice(0, MOST), (field) => wayOf(field, output));
  const parts = [...WAYS.map(({ told: way }) => way), "left out"].flatMap((way) => {
    const fields = told.get(way) ?? [];
    return fields.length === 0 ? [] : [`${way} for ${fields.map(({ path }) => path).join(", ")}`];
  });
  const left = parts.map((part) => part.replace(/^left out for/, "leave out"));
  return left.length === 0
    ? "Make nothing up."
    : `Where the input does not say: ${left.join("; ")}. Make nothing up.`;
}

/** Objects within objects that are looked into. */
const MAX_DEPTH = 4;

function fieldsOf(schema: JsonSchema, front: string, depth: number): Field[] {
  const { properties, required } = schema;
  if (!isObject(properties)) return [];
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).flatMap(([name, property]) => {
    // Other names could end the sentence, or stand for a template.
    if (!isObject(property) || !FIELD_NAME.test(name)) return [];
    const path = `${front}${name}`;
    const field = { path, schema: property, required: needed.includes(name) };
    if (depth >= MAX_DEPTH) return [field];
    const { items } = property;
    const within = isObject(items) ? fieldsOf(items, `${path}[].`, depth + 1) : [];
    return [field, ...fieldsOf(property, `${path}.`, depth + 1), ...within];
  });
}

function wayOf({ schema, required }: Field, { $defs, definitions }: JsonSchema): string | null {
  const compiled = compileContract({
    ...schema,
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  });
  if (!compiled.ok) return null;
  const way = WAYS.find(({ value }) => compiled.contract.check(value).ok);
  return way?.told ?? (required ? null : "left out");
}
