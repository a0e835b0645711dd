/** Lines around a change that are shown with it. */
const AROUND = 2;
/** Longer texts are shown one after the other: their comparison would take too long. */
const LONGEST = 2000;

/** What changes a text into another, line by line: `-` is gone, `+` is new. */
export function lineChanges(before: readonly string[], after: readonly string[]): string {
  const steps =
    before.length > LONGEST || after.length > LONGEST
      ? [...before.map((line) => `  - ${line}`), ...after.map((line) => `  + ${line}`)]
      : stepsBetween(before, after);
  const isNear = (at: number): boolean =>
    steps.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((step) => /^ {2}[-+]/.test(step));
  return steps.filter((_, at) => isNear(at)).join("\n");
}

/** By the longest run of lines that both have in the same order. */
function stepsBetween(before: readonly string[], after: readonly string[]): readonly string[] {
  const common = before.map(() => new Uint16Array(after.length + 1));
  common.push(new Uint16Array(after.length + 1));
  const at = (from: number, to: number): number => common[from]?.[to] ?? 0;
  for (let from = before.length - 1; from >= 0; from--)
    for (let to = after.length - 1; to >= 0; to--)
      (common[from] as Uint16Array)[to] =
        before[from] === after[to]
          ? at(from + 1, to + 1) + 1
          : Math.max(at(from + 1, to), at(from, to + 1));
  const steps: string[] = [];
  let [from, to] = [0, 0];
  while (from < before.length || to < after.length) {
    const isGone = to === after.length || at(from + 1, to) >= at(from, to + 1);
    if (from < before.length && to < after.length && before[from] === after[to]) {
      steps.push(`    ${before[from]}`);
      from++;
      to++;
    } else if (from < before.length && isGone) steps.push(`  - ${before[from++]}`);
    else steps.push(`  + ${after[to++]}`);
  }
  return steps;
}
