/** A JSON Schema as a user wrote it: an object, or true / false below the root. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * A compiled JSON Schema. Immutable; safe to share between runs.
 *
 * `check` is pure, never throws on data, and does not change its argument. It reports no more than
 * twenty issues, the most telling one first (deepest, most specific cause), so that `issues[0]`
 * alone makes a good message.
 */
export interface Contract {
  /** The schema as written; never changed. */
  readonly schema: JsonSchema;
  check(value: unknown): CheckResult;
}

/**
 * `issues` is worked out when it is first read: read it before the value changes, and from the
 * result itself, not from a copy.
 */
export type CheckResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly [Issue, ...Issue[]] };

/** One way in which a value breaks its schema. */
export interface Issue {
  /** The JSON Schema keyword that failed: `type`, `required`, `enum`, … */
  readonly keyword: string;
  /** Where in the value: property names and array indexes; empty for the root. */
  readonly path: readonly (string | number)[];
  /** Where in the schema: `["properties", "text", "type"]`. */
  readonly schemaPath: readonly (string | number)[];
  /** In words a person or a model can act on: what was there and what is wanted. */
  readonly reason: string;
}

/** A schema that can't be compiled: what is wrong and where in the schema. */
export interface SchemaFault {
  readonly schemaPath: readonly (string | number)[];
  readonly reason: string;
}
