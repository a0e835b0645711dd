import type { SchemaNode } from "../document.ts";
import { finding, within, type Finding, type Source } from "./finding.ts";
import type { Scope } from "./scope.ts";

/** What a schema has against a value; the paths of the findings start at that value. */
export interface Outcome {
  readonly found: readonly Finding[];
  readonly seen: Seen | null;
}

/**
 * What has been evaluated, for the `unevaluated…` keywords; null where no schema of the document
 * asks.
 */
export interface Seen {
  readonly names: Set<string>;
  readonly indexes: Set<number>;
}

/** One schema at one value, while it is being judged. */
export interface Place extends Outcome {
  readonly value: unknown;
  readonly scope: Scope | null;
  readonly found: Finding[];
  readonly judge: Judge;
}

export interface Judge {
  /** Holds a schema against a value; `outer` is the scope of the place that asks. */
  hold(node: SchemaNode, value: unknown, outer: Scope | null): Outcome;
}

/** What one keyword makes of a value; made once for a schema, asked for each value. */
export type Rule<Value> = (place: Place, value: Value) => void;

/** A place stops collecting here: only twenty issues are ever shown. */
export const ENOUGH = 100;

/** Applies a schema to the same value. */
export function judgeSame(place: Place, node: SchemaNode): void {
  const outcome = place.judge.hold(node, place.value, place.scope);
  if (outcome.found.length === 0) merge(place, outcome);
  else add(place, outcome.found);
}

/** Applies a schema to a part of the value. */
export function judgePart(
  place: Place,
  node: SchemaNode,
  value: unknown,
  key: string | number,
): void {
  const { found } = place.judge.hold(node, value, place.scope);
  if (found.length === 0) return;
  for (const one of found) if (place.found.length < ENOUGH) place.found.push(within(key, one));
}

export function tell(place: Place, source: Source, reason: () => string): void {
  if (place.found.length < ENOUGH) place.found.push(finding(source, reason));
}

export function add({ found }: Place, more: readonly Finding[]): void {
  for (const one of more) if (found.length < ENOUGH) found.push(one);
}

/** What a schema that is met has evaluated. */
export function merge({ seen }: Place, from: Outcome): void {
  if (seen === null || from.seen === null) return;
  for (const name of from.seen.names) seen.names.add(name);
  for (const index of from.seen.indexes) seen.indexes.add(index);
}
