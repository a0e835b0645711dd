import type { Cursor } from "./scan.ts";
import type { Node } from "./tree.ts";

/** A stretch of the text in a notation of its own, and what it may hold, read in several ways. */
export interface Notation {
  readonly rung: string;
  readonly cursor: Cursor;
  readonly nodes: readonly Node[];
  readonly start: number;
  readonly end: number;
}
