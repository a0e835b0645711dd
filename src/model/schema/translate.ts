import type { JsonSchema } from "../../contract/contract.ts";
import { isObject, parseJson, writeJson } from "../../core/json.ts";
import type { SchemaMode } from "../quirks.ts";
import { closedFaults } from "./closed.ts";
import { DIALECTS } from "./dialects.ts";
import { toolSchema } from "./tool.ts";
import { translateNode } from "./walk.ts";
import type { Walk } from "./walk.ts";
import { referencesOf } from "./references.ts";

/** One place where a server enforces less than the schema says. */
export interface Weakening {
  /** JSON pointer of the schema that loses something. */
  readonly pointer: string;
  readonly keyword: string;
}

export interface Translation {
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether the server is asked to enforce it; without this it is guidance. */
  readonly strict: boolean;
  readonly weakened: readonly Weakening[];
}

/**
 * The schema as a server takes it. What the server would refuse is left out and named in
 * `weakened`; the contract is still checked in full when the answer is read.
 *
 * OpenAI's and Anthropic's subsets have closed objects only. A schema that can't be said so (free
 * keys, a place for anything, at OpenAI's also an optional property) is `strict: false` and stays
 * as it is, as guidance: turned into "required but nullable" it would draw nulls that the contract
 * then rejects.
 */
export function translateSchema(
  schema: JsonSchema,
  mode: Exclude<SchemaMode, "none">,
): Translation {
  if (mode === "schema") return { schema: withoutIdentity(schema), strict: false, weakened: [] };
  const modern = withDefinitions(schema);
  if (mode === "tool") return toolSchema(withoutIdentity(modern));
  const dialect = DIALECTS[mode];
  const start = mode === "grammar" || mode === "gemini" ? namedRoot(modern) : modern;
  const walk: Walk = {
    dialect,
    weakened: [],
    faults: [],
    references: referencesOf(start),
    inside: null,
  };
  const translated = translateNode(start, "", walk);
  const weakened = unique(walk.weakened);
  if (dialect.limits === null)
    return { schema: translated, strict: mode !== "grammar" && mode !== "gemini", weakened };
  const faults = unique([...closedFaults(translated, dialect.limits), ...walk.faults]);
  if (faults.length === 0) return { schema: translated, strict: true, weakened };
  return { schema: withoutIdentity(schema), strict: false, weakened: faults };
}

/** Definitions under their name of today, and references to them. */
function withDefinitions(schema: JsonSchema): JsonSchema {
  const { definitions, ...rest } = schema;
  if (!isObject(definitions)) return schema;
  const moved = {
    ...rest,
    $defs: { ...definitions, ...(isObject(rest["$defs"]) ? rest["$defs"] : {}) },
  };
  return parseJson(
    writeJson(moved).replaceAll(`"$ref":"#/definitions/`, `"$ref":"#/$defs/`),
  ) as JsonSchema;
}

/** A schema that holds itself, under a name: `#` alone is understood by few. */
function namedRoot(schema: JsonSchema): JsonSchema {
  if (!writeJson(schema).includes(`"$ref":"#"`)) return schema;
  const { $defs: definitions, $schema: _schema, $id: _id, ...root } = schema;
  const inner: unknown = parseJson(
    writeJson(root).replaceAll(`"$ref":"#"`, `"$ref":"#/$defs/root"`),
  );
  return {
    $ref: "#/$defs/root",
    $defs: { ...(isObject(definitions) ? definitions : {}), root: inner },
  };
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
