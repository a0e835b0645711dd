import type { SchemaNode } from "../document.ts";
import { finding, sourceOf, type Finding } from "./finding.ts";

/** What a keyword that looks at one value, and at no subschema, has against it. */
export type Assertion<Value> = (value: Value) => Finding | null;

export interface AssertionParts<Value> {
  readonly isMet: (value: Value) => boolean;
  readonly reason: (value: Value) => string;
  readonly wanted?: Finding["wanted"];
}

export function assertion<Value>(
  node: SchemaNode,
  keyword: string,
  { isMet, reason, wanted = null }: AssertionParts<Value>,
): Assertion<Value> {
  const source = sourceOf(node, keyword);
  return (value) => (isMet(value) ? null : finding(source, () => reason(value), wanted));
}
