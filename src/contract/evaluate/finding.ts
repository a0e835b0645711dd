import type { Issue } from "../contract.ts";
import type { SchemaNode } from "../document.ts";

/**
 * An issue that is put into words only when it is shown, and still knows what its keyword wanted;
 * its path starts at the value that was judged.
 */
export interface Finding extends Omit<Issue, "reason"> {
  /** What would have done: type names for `type`, values for `const` and `enum`. */
  readonly wanted: readonly unknown[] | null;
  readonly reason: () => string;
}

/** A keyword at its place in the schema. */
export type Source = Pick<Finding, "keyword" | "schemaPath">;

export function sourceOf(node: SchemaNode, keyword: string): Source {
  return { keyword, schemaPath: [...node.path, keyword] };
}

/** What a keyword has against the whole of the value that is judged. */
export function finding(
  { keyword, schemaPath }: Source,
  reason: () => string,
  wanted: Finding["wanted"] = null,
): Finding {
  return { keyword, path: HERE, schemaPath, wanted, reason };
}

/** What was found at a part of a value, said of the whole. */
export function within(key: string | number, found: Finding): Finding {
  const { keyword, path, schemaPath, wanted, reason } = found;
  return { keyword, path: [key, ...path], schemaPath, wanted, reason };
}

export function isWrongType({ keyword, path }: Finding): boolean {
  return keyword === "type" && path.length === 0;
}

export function isSamePath(left: Issue["path"], right: Issue["path"]): boolean {
  return left.length === right.length && left.every((key, index) => key === right[index]);
}

const HERE: Issue["path"] = [];
