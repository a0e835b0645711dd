import type { Contract } from "../contract/contract.ts";
import type { UsesEntry } from "./program.ts";
import { onlyPath, renderValue } from "./template.ts";

/**
 * What a used program is given: the mapping filled in. A typed value that its contract rejects is
 * passed as its rendered text, where that is accepted. A run and the proof of its edges both go by
 * this.
 */
export function childInput(
  entry: UsesEntry,
  contract: Contract,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const input = entry.fill(values);
  const check = contract.check(input);
  if (check.ok) return input;
  const rejected = new Set(check.issues.map((issue) => issue.path[0]));
  const asText = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      rejected.has(key) && onlyPath(entry.with[key]) !== null ? renderValue(value) : value,
    ]),
  );
  return contract.check(asText).ok ? asText : input;
}
