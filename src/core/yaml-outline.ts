import { type Document, isAlias, isMap, isScalar, isSeq, visit } from "yaml";
import { composeYaml } from "./yaml-document.ts";
import type { YamlPath } from "./yaml-places.ts";

/** Where a value of a YAML text stands, and what it holds; offsets are UTF-16 units. */
export interface OutlineNode {
  readonly from: number;
  /** Behind its last character; a block of text ends with its last line. */
  readonly to: number;
  /** Of a scalar; undefined for others, and for an alias. */
  readonly scalar?: unknown;
  /** Of a mapping. */
  readonly pairs?: readonly OutlinePair[];
  /** Of a list. */
  readonly items?: readonly OutlineNode[];
}

export interface OutlinePair {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly value: OutlineNode;
}

/** A YAML text as far as it can be read, for whoever looks at one that is being written. */
export interface Outline {
  /** Null where nothing can be read. */
  readonly root: OutlineNode | null;
  /** Whether it has all that the text says: there is no fault, and no alias to be left out. */
  readonly isWhole: boolean;
}

export function outlineYaml(text: string): Outline {
  const { documents, tooDeepAt } = composeYaml(text);
  const [document] = documents;
  const contents = document?.contents ?? null;
  const isRight = document?.errors.length === 0 && document.warnings.length === 0;
  return {
    root: contents === null ? null : nodeOf(contents, 0),
    isWhole: tooDeepAt === null && documents.length === 1 && isRight && !hasAlias(document),
  };
}

/** The node at a path; null where there is none. */
export function nodeAt(root: OutlineNode | null, path: YamlPath): OutlineNode | null {
  let node = root;
  for (const key of path)
    node = (node?.items?.[Number(key)] ?? pairOf(node, String(key))?.value) || null;
  return node;
}

/** The text at a path; null where there is something else, or nothing. */
export function textAt(root: OutlineNode | null, path: YamlPath): string | null {
  const scalar = nodeAt(root, path)?.scalar;
  return typeof scalar === "string" ? scalar : null;
}

/** A pair of a mapping by its key. */
export function pairOf(node: OutlineNode | null, key: string): OutlinePair | null {
  return node?.pairs?.find((pair) => pair.key === key) ?? null;
}

/** What stands at an offset: the innermost key or value, and the path to it. */
export interface OutlinePlace {
  readonly path: YamlPath;
  /** The pair whose key it is; null for a value. */
  readonly pair: OutlinePair | null;
  /** The value, or that of the key. */
  readonly node: OutlineNode;
}

export function placeIn(root: OutlineNode | null, offset: number): OutlinePlace | null {
  if (root === null || offset < root.from || offset > root.to) return null;
  return innermost(root, offset, []);
}

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function innermost(node: OutlineNode, offset: number, path: YamlPath): OutlinePlace {
  for (const pair of node.pairs ?? []) {
    const inner = [...path, pair.key];
    if (holds(pair, offset)) return { path: inner, pair, node: pair.value };
    if (holds(pair.value, offset)) return innermost(pair.value, offset, inner);
  }
  for (const [index, item] of (node.items ?? []).entries())
    if (holds(item, offset)) return innermost(item, offset, [...path, index]);
  return { path, pair: null, node };
}

function holds({ from, to }: { readonly from: number; readonly to: number }, at: number): boolean {
  return from <= at && at <= to;
}

/** The value of a node, as JSON has it. */
export function valueOf({ scalar, pairs, items }: OutlineNode): unknown {
  if (items !== undefined) return items.map(valueOf);
  if (pairs === undefined) return typeof scalar === "bigint" ? Number(scalar) : scalar;
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function nodeOf(node: unknown, before: number): OutlineNode {
  const known = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
  const [from, to] = (known ? node.range : null) ?? [before, before];
  if (isScalar(node)) return { from, to, scalar: node.value };
  if (isSeq(node)) return { from, to, items: node.items.map((item) => nodeOf(item, from)) };
  if (!isMap(node)) return { from, to };
  const pairs = node.items.map(({ key, value }) => {
    const at = nodeOf(key, from);
    const name = isScalar(key) ? (key.source ?? "") : "";
    return { key: name, from: at.from, to: at.to, value: nodeOf(value, at.to) };
  });
  return { from, to, pairs };
}
