import { isElision } from "./placeholders.ts";
import { edit, type Cursor } from "./scan.ts";
import {
  arrayNode,
  objectNode,
  textNode,
  type ArrayNode,
  type Member,
  type Node,
  type ObjectNode,
  type Written,
} from "./tree.ts";

/** A cell of a row, or its name in the row of names. `start` and `end` bound it in the text. */
export type Cell = Written;

export interface RowLine {
  readonly cells: readonly Cell[];
  readonly start: number;
  readonly end: number;
  /** The line ended before its last cell was closed. */
  readonly isBroken?: boolean;
}

/**
 * Rows under the row of their names, as a list of objects. A row with more or fewer cells than
 * there are names says of none what it is: it is left out as a whole.
 */
export function rowsNode(cursor: Cursor, names: RowLine, rows: readonly RowLine[]): ArrayNode {
  const items: Node[] = [];
  for (const row of rows) {
    if (row.cells.every((cell) => isElision(cell.text)))
      edit(cursor, "ellipsis", row.start, row.end, "");
    else if (row.isBroken !== true && row.cells.length === names.cells.length)
      items.push(rowNode(names, row));
    else edit(cursor, "ragged-row", row.start, row.end, "");
  }
  const end = rows.at(-1)?.end ?? names.end;
  return arrayNode(items, names.start, end);
}

function rowNode(names: RowLine, { cells, start, end }: RowLine): ObjectNode {
  const members = cells.map((cell, index): Member => {
    const name = names.cells[index]?.text ?? "";
    return { key: name, keyStart: cell.start, value: textNode(cell) };
  });
  return objectNode(members, start, end);
}

/** Rows of a name and a value each, as one object: `| Field | Value |`. */
export function pairsNode(rows: readonly RowLine[], start: number): ObjectNode {
  const members = rows.flatMap(({ cells: [key, value] }) =>
    key && value ? [{ key: key.text, keyStart: key.start, value: textNode(value) }] : [],
  );
  return objectNode(members, start, rows.at(-1)?.end ?? start);
}

/** The lines of a stretch of text, without their ends. */
export function linesOf(text: string, from: number, to: number): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let start = from; start < to;) {
    const newline = text.indexOf("\n", start);
    const stop = newline < 0 || newline > to ? to : newline;
    lines.push({ start, end: text[stop - 1] === "\r" && stop > start ? stop - 1 : stop });
    start = stop + 1;
  }
  return lines;
}
