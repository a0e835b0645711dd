import { holdsBigint } from "../../contract/big.ts";
import { isObject } from "../../core/json.ts";

declare global {
  interface JSON {
    /** Text that `stringify` writes as it is; TypeScript does not know it yet. */
    rawJSON(text: string): unknown;
  }
}

/** The same, of which `JSON.stringify`, by which the SDK writes, writes bigints with all digits. */
export function withDigits<Value>(value: Value): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same but for bigints
  return holdsBigint(value) ? (rewritten(value) as Value) : value;
}

function rewritten(value: unknown): unknown {
  if (typeof value === "bigint") return JSON.rawJSON(String(value));
  if (Array.isArray(value)) return value.map(rewritten);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rewritten(each)]));
}
