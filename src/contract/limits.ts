import { isJsonNumber, type JsonNumber } from "./big.ts";
import { keywordValue, type SchemaNode } from "./document.ts";

/** The number that a size keyword holds, or null. No size needs more digits than a double has. */
export function limitOf(node: SchemaNode, keyword: string): number | null {
  const limit = keywordValue(node, keyword);
  return isJsonNumber(limit) ? Number(limit) : null;
}

/** The number that a keyword for numbers holds, or null. */
export function boundOf(node: SchemaNode, keyword: string): JsonNumber | null {
  const bound = keywordValue(node, keyword);
  return isJsonNumber(bound) ? bound : null;
}
