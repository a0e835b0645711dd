import type { JsonSchema } from "../../contract/contract.ts";
import type { SchemaMode } from "../quirks.ts";
import { closedFaults } from "./closed.ts";
import { DIALECTS } from "./dialects.ts";
import { unfolded } from "./normal.ts";
import type { Walk } from "./objects.ts";
import { plainSchema, withDefinitions, without, type Node, type PlainSchema } from "./plain.ts";
import { referencesOf } from "./references.ts";
import { Room } from "./room.ts";
import { toolSchema } from "./tool.ts";
import type { Translation, Weakening } from "./translation.ts";
import { translateNode } from "./walk.ts";

/**
 * The schema as a server takes it. What the server would refuse is left out and named in
 * `weakened`; the contract is still checked in full when the answer is read. What is enforced takes
 * every answer that the contract takes, but for properties that an object without
 * `additionalProperties` leaves open.
 *
 * OpenAI's and Anthropic's subsets have closed objects only. A schema that can't be said so (free
 * keys, a place for anything, at OpenAI's also an optional property) is `strict: false` and goes
 * out whole, as guidance: turned into "required but nullable" it would draw nulls that the contract
 * then rejects.
 */
export function translateSchema(
  schema: JsonSchema,
  mode: Exclude<SchemaMode, "none">,
): Translation {
  if (mode === "schema") return { schema: withoutIdentity(schema), strict: false, weakened: [] };
  const plain = plainSchema(schema, {
    // Elsewhere `#` is understood by few, or the root is made an object that it is not within.
    keepsRoot: (mode === "strict" || mode === "anthropic") && schema["type"] === "object",
    grammar: mode === "grammar",
  });
  if (mode === "tool") return toolSchema(plain);
  const dialect = DIALECTS[mode];
  const { root, definitions } = plain;
  const walk: Walk = {
    dialect,
    weakened: [],
    faults: [],
    references: referencesOf(plain),
    room: new Room([root, ...definitions.values()]),
    inside: null,
  };
  const start = dialect.closed ? unfolded(root, walk) : root;
  const whole = translateNode(start, "", walk);
  const translated = withDefinitions(whole, translatedDefinitions(definitions, walk));
  const weakened = unique(walk.weakened);
  if (dialect.limits === null)
    return { schema: translated, strict: mode !== "grammar" && mode !== "gemini", weakened };
  const faults = unique([...closedFaults(translated, dialect.limits), ...walk.faults]);
  if (faults.length === 0) return { schema: translated, strict: true, weakened };
  return { schema: guidance(plain, walk), strict: false, weakened: faults };
}

function translatedDefinitions(
  definitions: ReadonlyMap<string, Node>,
  walk: Walk,
): ReadonlyMap<string, Node> {
  const entries = [...definitions].map(([name, schema]) => {
    const inside = { ...walk, inside: `#/$defs/${name}` };
    return [name, translateNode(schema, `/$defs/${name}`, inside)] as const;
  });
  return new Map(entries);
}

/** The whole schema, but for what the server refuses even as guidance. */
function guidance({ root, definitions }: PlainSchema, walk: Walk): Record<string, unknown> {
  const refused = new Set([...walk.dialect.refused, "$dynamicRef"]);
  const entries = [...definitions].map(([name, node]) => [name, without(node, refused)] as const);
  return withDefinitions(without(unfolded(root, walk), refused), new Map(entries));
}

function unique(weakened: readonly Weakening[]): readonly Weakening[] {
  const seen = new Set<string>();
  return weakened.filter(({ pointer, keyword }) => {
    const key = `${pointer} ${keyword}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** A schema as written, without the names a server would try to look up. */
function withoutIdentity(schema: JsonSchema): Record<string, unknown> {
  const { $schema: _dialect, $id: _id, id: _oldId, ...rest } = schema;
  return rest;
}
