/** A line of two texts: in both, or in one of them. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** What makes one text of another, line by line, with as few lines as can be. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start++;
  let end = 0;
  while (end < most - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return [
    ...old.slice(0, start).map(same),
    ...middleDiff(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(same),
  ];
}

/** Lines around a change. */
const CONTEXT = 3;

/** A unified diff, as `diff -u` and git write it; empty where nothing changed. */
export function unifiedDiff(before: string, after: string, path: string): string {
  const lines = lineDiff(before, after);
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ kind }) => kind !== "same"),
  );
  const out: string[] = [];
  const line = { old: 1, now: 1 };
  for (let at = 0; at < lines.length;) {
    let end = at + 1;
    while (end < lines.length && shown[end] === shown[at]) end++;
    const part = lines.slice(at, end);
    const counts = {
      old: part.filter(({ kind }) => kind !== "added").length,
      now: part.filter(({ kind }) => kind !== "removed").length,
    };
    if (shown[at] === true) {
      out.push(`@@ -${line.old},${counts.old} +${line.now},${counts.now} @@`);
      out.push(...part.map(({ kind, text }) => SIGNS[kind] + text));
    }
    line.old += counts.old;
    line.now += counts.now;
    at = end;
  }
  return out.length === 0 ? "" : [`--- ${path}`, `+++ ${path}`, ...out, ""].join("\n");
}

const SIGNS = { same: " ", removed: "-", added: "+" } as const;

function same(text: string): DiffLine {
  return { kind: "same", text };
}

/** By the longest common subsequence. */
function middleDiff(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = now.length - 1; column >= 0; column--)
      common[row * width + column] =
        old[row] === now[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    const [removed, added] = [old[row], now[column]];
    if (removed !== undefined && removed === added) {
      lines.push(same(removed));
      row++;
      column++;
    } else if (
      removed !== undefined &&
      (added === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push({ kind: "removed", text: removed });
      row++;
    } else if (added !== undefined) {
      lines.push({ kind: "added", text: added });
      column++;
    }
  }
  return lines;
}
