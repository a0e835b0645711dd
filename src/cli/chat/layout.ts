/** A text as it is drawn: rows that fit, and where the cursor stands among them. */
export interface Layout {
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

export interface LayoutOptions {
  readonly columns: number;
  /** Most rows that are drawn. */
  readonly most: number;
  /** Stands before the first row, and as many blanks before the others. */
  readonly prompt: string;
}

/**
 * The part of a text around its cursor that there is room for. Nothing farther away is looked at,
 * so that a key takes no longer in a long text.
 */
export function layOut(
  text: string,
  cursor: number,
  { columns, most, prompt }: LayoutOptions,
): Layout {
  const indent = Bun.stringWidth(prompt);
  const width = Math.max(4, columns - indent - 1);
  const from = Math.max(0, cursor - width * most);
  const near = text.slice(from, cursor + width * most);
  const rows: string[] = [];
  let [row, column] = [0, 0];
  let at = from;
  for (const line of near.split("\n")) {
    const wrapped = wrap(line, width, cursor - at);
    if (wrapped.cursor !== null) {
      row = rows.length + wrapped.cursor.row;
      column = wrapped.cursor.column;
    }
    rows.push(...wrapped.rows);
    at += line.length + 1;
  }
  const top = Math.max(0, Math.min(row - Math.floor(most / 2), rows.length - most));
  const isStart = (index: number): boolean => from === 0 && top + index === 0;
  return {
    rows: rows
      .slice(top, top + most)
      .map((each, index) => (isStart(index) ? prompt : " ".repeat(indent)) + each),
    row: row - top,
    column: indent + column,
  };
}

interface Wrapped {
  readonly rows: readonly string[];
  /** Null where the cursor is in another line. */
  readonly cursor: { readonly row: number; readonly column: number } | null;
}

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** A tab is drawn as so many blanks, wherever it stands. */
const TAB = "    ";

/** A line in rows of so many cells. @param offset of the cursor in it */
function wrap(line: string, width: number, offset: number): Wrapped {
  const rows = [""];
  let used = 0;
  let cursor: Wrapped["cursor"] = null;
  for (const { segment, index } of CHARACTERS.segment(line)) {
    const drawn = segment === "\t" ? TAB : segment;
    const cells = Bun.stringWidth(drawn);
    if (used + cells > width) {
      rows.push("");
      used = 0;
    }
    if (index === offset) cursor = { row: rows.length - 1, column: used };
    rows[rows.length - 1] += drawn;
    used += cells;
  }
  if (offset === line.length) cursor = { row: rows.length - 1, column: used };
  return { rows, cursor };
}
