import type { Contract } from "../contract/contract.ts";
import type { Program } from "../program/program.ts";
import { isObject, type Json, writeJson } from "../core/json.ts";

/** What becomes of a row's result: text to append. */
export interface RowWriter {
  /** What stands before all rows; empty where nothing does. */
  readonly head: string;
  line(input: unknown, output: Json): string;
}

export interface WriterOptions {
  readonly format: "jsonl" | "csv" | "tsv";
  /** Whether the input stands beside the output. */
  readonly join: boolean;
  readonly input: Contract;
  readonly output: Contract;
}

/**
 * JSON lines: the output, or `{input, output}`. CSV: a column for each property of the contract;
 * with `join` those of the input come first, and `output.` stands before a name that both have.
 */
export function createWriter({ format, join, input, output }: WriterOptions): RowWriter {
  if (format === "jsonl")
    return {
      head: "",
      line: (given, value) => `${writeJson(join ? { input: given, output: value } : value)}\n`,
    };
  const delimiter = format === "csv" ? "," : "\t";
  const inputs = join ? namesOf(input) : [];
  const outputs = namesOf(output);
  const header = [
    ...inputs,
    ...outputs.map((name) => (inputs.includes(name) ? `output.${name}` : name)),
  ];
  const write = (cells: readonly unknown[]): string =>
    `${cells.map((cell) => cellText(cell, delimiter)).join(delimiter)}\r\n`;
  return {
    head: write(header),
    line: (given, value) =>
      write([
        ...inputs.map((name) => (isObject(given) ? given[name] : undefined)),
        ...outputs.map((name) => (isObject(value) ? value[name] : undefined)),
      ]),
  };
}

/** Whether each property of an output has a name beforehand: without that there are no columns. */
export function hasColumns({ output, collects }: Pick<Program, "output" | "collects">): boolean {
  // What is no model's answer may be another thing than an object.
  const isAlwaysObject = collects === null || output.schema["type"] === "object";
  return isAlwaysObject && namesOf(output).length > 0;
}

function namesOf({ schema }: Contract): readonly string[] {
  return isObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
}

function cellText(value: unknown, delimiter: string): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : writeJson(value);
  const quoted = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text);
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}
