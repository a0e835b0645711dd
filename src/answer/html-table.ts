import type { Notation } from "./notation.ts";
import { edit, newCursor } from "./scan.ts";
import { unescapeXml } from "./xml.ts";
import { pairsNode, rowsNode, type Cell, type RowLine } from "./rows.ts";
import type { Node } from "./tree.ts";

// Each is looked for up to the last closing tag only, so that none searches to the end in vain.
const TABLE = /<table\b[^<>]{0,200}>[\s\S]*?<\/table>/gi;
const ROW = /<tr\b[^<>]{0,200}>[\s\S]*?<\/tr>/gi;
const CELL = /<t([hd])\b([^<>]{0,200})>([\s\S]*?)<\/t[hd]>/gi;
/** A cell of several rows or columns belongs to more than one name. */
const SPAN = /\b(?:col|row)span\b/i;
const MAX_TABLES = 50;

interface HtmlCell extends Cell {
  readonly isName: boolean;
}

interface HtmlRow extends RowLine {
  readonly cells: readonly HtmlCell[];
}

/** Tables in HTML, each as the list of its rows under the first one, or as pairs. */
export function findHtmlTables(text: string): Notation[] {
  if (!/<\/table/i.test(text)) return [];
  const tables: Notation[] = [];
  for (const found of upToLast(text, "</table>").matchAll(TABLE)) {
    const start = found.index + found[0].indexOf(">") + 1;
    const end = found.index + found[0].length;
    const all = rowsIn(text, start, end) ?? [];
    const [names, ...rows] = all;
    if (!names || tables.length >= MAX_TABLES) continue;
    const cursor = newCursor(text, found.index, end, false);
    edit(cursor, "table", found.index, end, "");
    const nodes: Node[] = all.every(isPair) ? [pairsNode(all, found.index)] : [];
    if (nodes.length === 0 && rows.length > 0) nodes.push(rowsNode(cursor, names, rows));
    tables.push({ rung: "table", cursor, nodes, start: found.index, end });
  }
  return tables;
}

/** A row whose first cell names the second. */
function isPair({ cells }: HtmlRow): boolean {
  return cells.length === 2 && cells[0]?.isName === true && cells[1]?.isName === false;
}

/** Null where a table stands in a cell, or a cell spans several. */
function rowsIn(text: string, from: number, to: number): HtmlRow[] | null {
  const rows: HtmlRow[] = [];
  const inner = text.slice(from, to);
  if (/<table\b/i.test(inner)) return null;
  for (const row of upToLast(inner, "</tr>").matchAll(ROW)) {
    const start = from + row.index;
    const cells: HtmlCell[] = [];
    for (const cell of cellsUpToLast(row[0]).matchAll(CELL)) {
      const [whole, kind, attributes = "", content = ""] = cell;
      if (SPAN.test(attributes)) return null;
      const at = start + cell.index;
      const own = { text: plainText(content), start: at, end: at + whole.length };
      cells.push({ ...own, isQuoted: false, isName: kind?.toLowerCase() === "h" });
    }
    if (cells.length > 0) rows.push({ cells, start, end: start + row[0].length });
  }
  return rows;
}

function upToLast(text: string, tag: string): string {
  const last = text.toLowerCase().lastIndexOf(tag);
  return text.slice(0, last < 0 ? 0 : last + tag.length);
}

function cellsUpToLast(row: string): string {
  const [data, head] = [upToLast(row, "</td>"), upToLast(row, "</th>")];
  return data.length > head.length ? data : head;
}

function plainText(content: string): string {
  return unescapeXml(content.replace(/<br\s*\/?>/gi, "\n").replace(/<[^<>]*>/g, "")).trim();
}
