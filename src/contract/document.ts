import type { JsonSchema, SchemaFault } from "./contract.ts";
import { isSince, keywordOf, type Draft } from "./keywords.ts";
import type { Patterns } from "./patterns.ts";

export type SchemaPath = readonly (string | number)[];
export type Children = SchemaNode | readonly SchemaNode[] | ReadonlyMap<string, SchemaNode>;

/** One subschema, at its place in the schema as written. */
export interface SchemaNode {
  readonly schema: JsonSchema | boolean;
  readonly path: SchemaPath;
  readonly draft: Draft;
  readonly resource: Resource;
  /** Those of the whole document. */
  readonly patterns: Patterns;
  /** The keywords that count, and their values: `keywordValue` reads them. */
  readonly keywords: ReadonlyMap<string, unknown>;
  /** Subschemas by keyword: one, a list, or by name, as the keyword has them. */
  readonly children: ReadonlyMap<string, Children>;
}

/**
 * A schema with a URI of its own: the root, and every subschema with an `$id`. Mutable only while
 * it is read.
 */
export interface Resource {
  readonly uri: string;
  /** The URI of the document it stands in. */
  readonly home: string;
  readonly anchors: Map<string, SchemaNode>;
  readonly dynamicAnchors: Map<string, SchemaNode>;
  root: SchemaNode | null;
}

/** Everything one schema is made of, and what is wrong with its shape. */
export interface SchemaDocument {
  readonly root: SchemaNode;
  readonly nodes: readonly SchemaNode[];
  readonly faults: readonly SchemaFault[];
  /**
   * Whether `unevaluatedProperties` or `unevaluatedItems` occurs, so that evaluation must be
   * tracked.
   */
  readonly tracksEvaluated: boolean;
  /**
   * Whether the target of a reference depends on the way there (`$dynamicRef`, `$recursiveRef`).
   */
  readonly isDynamic: boolean;
  /** URIs of files that references name and nobody has given. */
  readonly absent: readonly string[];
  /** For a node of another document: the reference of this one that first led there; else null. */
  origin(node: SchemaNode): SchemaPath | null;
  /** What more than one way leads to: `sharedNodes`. */
  readonly shared: ReadonlySet<SchemaNode>;
  /**
   * The target of a node's `$ref`, `$dynamicRef` or `$recursiveRef`, before the dynamic scope has
   * its say.
   */
  target(node: SchemaNode, keyword: ReferenceKeyword): SchemaNode | null;
}

export type ReferenceKeyword = "$ref" | "$dynamicRef" | "$recursiveRef";

export function child(node: SchemaNode, keyword: string): SchemaNode | null {
  const found = node.children.get(keyword);
  return found !== undefined && "schema" in found ? found : null;
}

export function childList(node: SchemaNode, keyword: string): readonly SchemaNode[] | null {
  const found = node.children.get(keyword);
  return Array.isArray(found) ? found : null;
}

export function childMap(
  node: SchemaNode,
  keyword: string,
): ReadonlyMap<string, SchemaNode> | null {
  const found = node.children.get(keyword);
  return found instanceof Map ? found : null;
}

/** Whether `$ref` stands in for the whole schema, as it does before 2019-09. */
export function isOnlyReference(node: SchemaNode): boolean {
  return typeof node.schema !== "boolean" && isReplacedByRef(node.schema, node.draft);
}

/** The text of a reference keyword, where the node's draft knows it. */
export function reference(node: SchemaNode, keyword: ReferenceKeyword): string | null {
  const text = keywordValue(node, keyword);
  return typeof text === "string" ? text : null;
}

/**
 * The value of a keyword, undefined where the node has none that counts: it is unknown to the
 * draft, or it stands beside a `$ref` in a draft before 2019-09, where `$ref` replaces everything.
 */
export function keywordValue(node: SchemaNode, keyword: string): unknown {
  return node.keywords.get(keyword);
}

export function keywordsOf(
  schema: JsonSchema | boolean,
  draft: Draft,
): ReadonlyMap<string, unknown> {
  if (typeof schema === "boolean") return NO_KEYWORDS;
  const names = isReplacedByRef(schema, draft) ? ["$ref"] : Object.keys(schema);
  const counting = names.filter((name) => keywordOf(name, draft) !== null);
  return new Map(counting.map((name) => [name, schema[name]]));
}

const NO_KEYWORDS: ReadonlyMap<string, unknown> = new Map();

export function isReplacedByRef(schema: JsonSchema, draft: Draft): boolean {
  return (
    !isSince(draft, "2019-09") &&
    Object.hasOwn(schema, "$ref") &&
    typeof schema["$ref"] === "string"
  );
}
