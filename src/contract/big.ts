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

export const NUMERIC = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
export const BOUNDS: Readonly<Record<string, (value: number, limit: bigint) => boolean>> = {
  minimum: (value, limit) => value >= limit,
  maximum: (value, limit) => value <= limit,
  exclusiveMinimum: (value, limit) => value > limit,
  exclusiveMaximum: (value, limit) => value < limit,
};

/** A part of a compiled check that breaks it off. */
export const NO_BIGINT = {
  "~refine": [
    {
      check: (value: unknown) => {
        if (typeof value === "bigint") throw new RangeError("The compiled check knows no bigints");
        return true;
      },
      error: () => "",
    },
  ],
};
