/** Values within one another that still make a small one. */
const FEW = 200;

/** Whether a value holds so few others that looking at each once takes no time to speak of. */
export function isSmall(value: unknown): boolean {
  const waiting: unknown[] = [value];
  for (let seen = 0; waiting.length > 0; seen++) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    const children: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (seen + waiting.length + children.length > FEW) return false;
    waiting.push(...children);
  }
  return true;
}
