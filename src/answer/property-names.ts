import { isObject } from "../core/json.ts";
import { fold } from "./fold.ts";
import type { Coercion } from "./outcome.ts";
import { resolve } from "./schemas.ts";
import type { ObjectNode } from "./tree.ts";

type Schema = Record<string, unknown>;

/** Names a member's property: by name, by alias, then but for case, accents and punctuation. */
export function memberNamer(
  coercion: Coercion,
  node: ObjectNode,
  properties: Schema,
): (key: string) => string | undefined {
  let keys: ReadonlySet<string> | null = null;
  return (key) => {
    if (Object.hasOwn(properties, key)) return key;
    const aliases = aliasIndex(coercion, properties);
    const found = aliases.get(key) ?? aliases.get(fold(key));
    if (found === undefined || found === null) return undefined;
    keys ??= new Set(node.members.map((member) => member.key));
    return keys.has(found) ? undefined : found;
  };
}

/** Every name a property goes by, as it is and folded; null for one that two properties share. */
function aliasIndex(coercion: Coercion, properties: Schema): ReadonlyMap<string, string | null> {
  const known = coercion.schemas.aliases.get(properties);
  if (known) return known;
  const aliases = new Map<string, string | null>();
  for (const [name, schema] of Object.entries(properties)) {
    for (const alias of [name, ...aliasesOf(schema)]) {
      for (const form of new Set([alias, fold(alias)])) {
        const other = aliases.get(form);
        aliases.set(form, other === undefined || other === name ? name : null);
      }
    }
  }
  addLabels(aliases, properties);
  coercion.schemas.aliases.set(properties, aliases);
  return aliases;
}

/** What a schema calls a property for people is another name of it, where nothing else has it. */
function addLabels(aliases: Map<string, string | null>, properties: Schema): void {
  const labels = new Map<string, string | null>();
  for (const [name, schema] of Object.entries(properties)) {
    for (const label of labelsOf(schema)) {
      const other = labels.get(fold(label));
      labels.set(fold(label), other === undefined || other === name ? name : null);
    }
  }
  for (const [label, name] of labels) if (!aliases.has(label)) aliases.set(label, name);
}

/** Longer ones describe, and don't name. In UTF-16 units. */
const MAX_LABEL = 40;

/** The title and the description of a property, where they are short enough to name it. */
export function labelsOf(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  return [schema["title"], schema["description"]].filter(
    (label): label is string =>
      typeof label === "string" && label.length <= MAX_LABEL && fold(label) !== "",
  );
}

export function aliasesOf(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const alias = schema["x-alias"];
  const aliases: unknown[] = [alias, schema["x-aliases"]].flat();
  return aliases.filter((one): one is string => typeof one === "string");
}

/** The key of a map, spelled as its `propertyNames` spell it. */
export function keyOf(coercion: Coercion, names: unknown, key: string): string {
  const resolved = resolve(coercion, names);
  if (!isObject(resolved) || !Array.isArray(resolved["enum"])) return key;
  const values: unknown[] = resolved["enum"];
  if (values.includes(key)) return key;
  const matches = values.filter(
    (value): value is string => typeof value === "string" && fold(value) === fold(key),
  );
  return matches.length === 1 ? (matches[0] ?? key) : key;
}
