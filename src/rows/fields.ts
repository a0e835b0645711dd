import type { Contract } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, jsonType } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { fieldValue, textToInput } from "../program/input.ts";
import { rowError, type RowContent } from "./row.ts";

export interface FieldsOptions {
  /** Which column, or dotted path of a JSON row, gives a field; by field. */
  readonly map: Readonly<Record<string, string>>;
  /** How errors call the rows. */
  readonly source: string;
  /** Told once of a column that is no field. */
  readonly warn: (message: string) => void;
}

/** A row to an input, or RLLM_016. The contract is not checked here, but by the run. */
export type RowInput = (content: RowContent, row: number) => Record<string, unknown>;

/**
 * What makes an input of a row. Columns go to the fields of their name, and fields of `map` take
 * theirs; a text goes to the one string field. Texts are typed by the contract, as those of the
 * command line are; an empty cell is null or nothing where the field takes no empty text.
 */
export function createRowInput(contract: Contract, options: FieldsOptions): RowInput {
  const { map, source, warn } = options;
  const { properties } = contract.schema;
  const known = isObject(properties) ? Object.keys(properties) : [];
  const open = contract.schema["additionalProperties"] !== false && known.length === 0;
  const mapped = Object.entries(map);
  const used = new Set(Object.values(map));

  function fromCells(cells: Readonly<Record<string, string>>, row: number) {
    const input: Record<string, unknown> = {};
    for (const [column, text] of Object.entries(cells)) {
      if (known.includes(column) || open) put(input, column, text);
      else if (!used.has(column))
        warn(`The column "${column}" is no field of the input, and is left out`);
    }
    for (const [field, column] of mapped) {
      const text = cells[column];
      if (text === undefined) throw noColumn(column, Object.keys(cells), row);
      put(input, field, text);
    }
    return input;
  }

  function put(input: Record<string, unknown>, field: string, text: string): void {
    const value = cellValue(contract, field, text);
    if (value !== undefined) input[field] = value;
  }

  function fromJson(value: unknown, row: number): Record<string, unknown> {
    if (typeof value === "string") return fromText(value);
    if (!isObject(value))
      throw rowError(source, row, `it is ${jsonType(value)}, but an object is wanted`);
    if (mapped.length === 0) return value;
    const taken = Object.entries(value).filter(([key]) => known.includes(key));
    const input = Object.fromEntries(taken);
    for (const [field, path] of mapped) {
      const found = at(value, path);
      if (found === undefined) throw noColumn(path, Object.keys(value), row);
      input[field] = found;
    }
    return input;
  }

  function fromText(text: string): Record<string, unknown> {
    const [only] = mapped;
    return only === undefined ? textToInput(contract, text) : { [only[0]]: text };
  }

  function noColumn(column: string, columns: readonly string[], row: number): ModullmError {
    const reason = `there is no column "${column}".${didYouMean(column, columns)}`;
    return rowError(source, row, reason, { column });
  }

  return (content, row) => {
    if (content.kind === "cells") return fromCells(content.cells, row);
    return content.kind === "json" ? fromJson(content.value, row) : fromText(content.text);
  };
}

/** Undefined where an empty cell says nothing. */
function cellValue(contract: Contract, field: string, text: string): unknown {
  const value = fieldValue(contract, field, text);
  if (text !== "" || fits(contract, field, "")) return value;
  return fits(contract, field, null) ? null : undefined;
}

function fits(contract: Contract, field: string, value: unknown): boolean {
  const check = contract.check({ [field]: value });
  return check.ok || !check.issues.some(({ path }) => path[0] === field);
}

/** A key as it is written, else a dotted path. */
function at(value: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(value, path)) return value[path];
  return path.split(".").reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined;
  }, value);
}
