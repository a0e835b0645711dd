/** A number as JSON has it: a whole one beyond ±(2^53 − 1) is a bigint. */
export type JsonNumber = number | bigint;

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === "number" || typeof value === "bigint";
}

/** Whether a value is a bigint, or holds one. */
export function holdsBigint(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const part of Array.isArray(next) ? next : Object.values(next)) {
      if (typeof part === "bigint") return true;
      if (typeof part === "object" && part !== null) waiting.push(part);
    }
  }
  return false;
}
