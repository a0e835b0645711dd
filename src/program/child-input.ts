import type { Contract } from "../contract/contract.ts";
import { isObject } from "../core/json.ts";
import type { Mapping, UsesEntry } from "./program.ts";
import { onlyPath, renderValue } from "./template.ts";

type Values = Readonly<Record<string, unknown>>;

/** What a used program is given. */
export function childInput(
  entry: UsesEntry,
  contract: Contract,
  values: Values,
): Record<string, unknown> {
  const input = filledFor(entry, contract, values);
  return isObject(input) ? input : {};
}

/**
 * A mapping filled in. A typed value that the contract rejects is its rendered text, where that is
 * accepted. A run and the proof of its edges both go by this.
 */
export function filledFor(mapping: Mapping, contract: Contract, values: Values): unknown {
  const filled = mapping.fill(values);
  const check = contract.check(filled);
  if (check.ok) return filled;
  const rejected = new Set(check.issues.map((issue) => issue.path[0]));
  const { with: written } = mapping;
  if (!isObject(filled) || !isObject(written)) {
    const text = textOf(written, filled);
    return contract.check(text).ok ? text : filled;
  }
  const asText = Object.fromEntries(
    Object.entries(filled).map(([key, value]) => [
      key,
      rejected.has(key) ? textOf(written[key], value) : value,
    ]),
  );
  return contract.check(asText).ok ? asText : filled;
}

function textOf(template: unknown, value: unknown): unknown {
  return onlyPath(template) === null ? value : renderValue(value);
}
