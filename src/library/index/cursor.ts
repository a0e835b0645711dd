import { ModullmError } from "../../core/error.ts";

/** Of pages in the order of names: those behind this one. */
export function nameCursor(name: string): string {
  return `n:${name}`;
}

export function readNameCursor(cursor: string | null): string | null {
  if (cursor === null) return null;
  if (!cursor.startsWith("n:")) throw unknownCursor(cursor);
  return cursor.slice(2);
}

/**
 * Of pages in the order of scores, which move with every program that comes: the ids of those that
 * were given, each as its distance from the one before.
 */
export function seenCursor(ids: Iterable<number>): string {
  let last = 0;
  const steps = [...ids]
    .toSorted((a, b) => a - b)
    .map((id) => {
      const step = (id - last).toString(36);
      last = id;
      return step;
    });
  return `s:${steps.join(".")}`;
}

export function readSeenCursor(cursor: string | null): ReadonlySet<number> {
  if (cursor === null) return new Set();
  if (!/^s:[0-9a-z]{1,10}(?:\.[0-9a-z]{1,10})*$/.test(cursor)) throw unknownCursor(cursor);
  let last = 0;
  return new Set(
    cursor
      .slice(2)
      .split(".")
      .map((step) => (last += Number.parseInt(step, 36))),
  );
}

function unknownCursor(cursor: string): ModullmError {
  return new ModullmError(
    "RLLM_016",
    `Cannot read on from "${cursor}": it is no cursor of this list`,
    {
      details: { reason: "cursor" },
      hint: "Pass `next_cursor` of the page before as it is, or leave the cursor out.",
    },
  );
}
