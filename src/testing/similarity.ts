/** Characters of each text that are compared. */
const MOST = 4000;

/**
 * How alike two texts are, from 0 to 1: one less the edits from one to the other as a share of the
 * longer one. Letter case, and how much white space there is, count for nothing.
 */
export function similarity(one: string, other: string): number {
  const [a, b] = [plain(one), plain(other)];
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - distance(a, b) / longer;
}

function plain(text: string): readonly string[] {
  return [...text.normalize("NFC").toLowerCase().trim().replaceAll(/\s+/gu, " ")].slice(0, MOST);
}

/** Levenshtein's. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const swap = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
