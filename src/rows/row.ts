import { ModullmError } from "../core/error.ts";

/** One row, or why it can't be read. */
export type Row = {
  /** From 1, in the order of the source. */
  readonly number: number;
} & (
  | { readonly ok: true; readonly content: RowContent }
  /** `raw`: what stands there, as far as it could be read. */
  | { readonly ok: false; readonly error: ModullmError; readonly raw: unknown }
);

/** What a row holds: columns as texts (CSV), any JSON value, or a text. */
export type RowContent =
  | { readonly kind: "cells"; readonly cells: Readonly<Record<string, string>> }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string };

/** Rows in order. Reading holds a row at a time; stopping closes what was opened. */
export type Rows = AsyncIterable<Row>;

/** RLLM_016 for a row, or for all that comes from its place on. */
export function rowError(
  source: string,
  row: number,
  reason: string,
  place: {
    readonly column?: string | number;
    readonly line?: number;
    readonly offset?: number;
  } = {},
): ModullmError {
  const { column } = place;
  const where = column === undefined ? `row ${row}` : `row ${row}, column ${shown(column)},`;
  return new ModullmError("RLLM_016", `Cannot read ${where} of ${source}: ${reason}`, {
    details: { source, reason, row, ...place },
  });
}

function shown(column: string | number): string {
  return typeof column === "number" ? String(column) : `"${column}"`;
}
