import { isObject } from "../core/json.ts";

const MARK = "x-mcp-header";
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PLAIN = new Set(["string", "integer", "boolean"]);

/**
 * What is wrong with the headers that a tool wants of its arguments; null where nothing is. The
 * protocol lets them stand on plain properties only, each with a name of its own.
 */
export function headerFault(input: unknown): string | null {
  const names = new Set<string>();
  const waiting: { schema: unknown; isProperty: boolean; isNamed: boolean }[] = [
    { schema: input, isProperty: true, isNamed: false },
  ];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { schema, isProperty, isNamed } = next;
    if (Array.isArray(schema)) {
      for (const each of schema) waiting.push({ schema: each, isProperty: false, isNamed });
      continue;
    }
    if (!isObject(schema)) continue;
    const fault = MARK in schema ? markFault(schema, names, isProperty && isNamed) : null;
    if (fault !== null) return fault;
    for (const [key, below] of Object.entries(schema)) {
      if (key === "properties" && isObject(below))
        for (const property of Object.values(below))
          waiting.push({ schema: property, isProperty, isNamed: true });
      else if (!VALUES.has(key)) waiting.push({ schema: below, isProperty: false, isNamed });
    }
  }
  return null;
}

/** Keywords that hold values, in which a key of that name is no mark. */
const VALUES = new Set(["const", "enum", "default", "examples", MARK]);

function markFault(
  schema: Record<string, unknown>,
  names: Set<string>,
  isPlace: boolean,
): string | null {
  const { [MARK]: name, type } = schema;
  if (!isPlace) return "it stands elsewhere than on a property";
  if (typeof name !== "string" || !TOKEN.test(name)) return "it is no name of a header";
  if (typeof type !== "string" || !PLAIN.has(type)) return `"${name}" is of no plain type`;
  if (names.has(name.toLowerCase())) return `"${name}" is wanted twice`;
  names.add(name.toLowerCase());
  return null;
}
