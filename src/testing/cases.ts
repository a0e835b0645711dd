import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { readExpectations, type Expectation, ExpectationFault } from "../program/expectation.ts";
import { inputError, objectFromText } from "../program/input.ts";
import type { ProgramTest } from "../program/program.ts";
import { compileFill } from "../program/uses.ts";
import { createRowInput } from "../rows/fields.ts";
import { openFile } from "../rows/open.ts";
import type { Row } from "../rows/row.ts";
import { ModullmError } from "../core/error.ts";
import type { TestFile } from "./find.ts";

/** A test that can be run: once, for one input. */
export interface TestCase {
  readonly name: string;
  readonly input: JsonObject;
  readonly model: string | null;
  readonly expectations: readonly Expectation[];
  /** Whether what is expected came from a table, where everything is text. */
  readonly textual: boolean;
}

/**
 * A test's cases: itself, or one for each row of its file, where `{{case.…}}` in `input` and
 * `expect` gives the row's.
 * @throws {ModullmError} RLLM_016 for a row that can't be read or makes no case
 */
export async function casesOf(test: ProgramTest, file: TestFile): Promise<readonly TestCase[]> {
  const { name, model, cases, expect } = test;
  const input = typeof test.input === "string" ? await inputFrom(test.input, file) : test.input;
  if (cases === null)
    return [
      { name, input: input ?? {}, model, expectations: readExpectations(expect), textual: false },
    ];
  const path = resolve(dirname(file.path), cases);
  const toInput = createRowInput(file.loaded.program.input, { map: {}, source: path, warn() {} });
  const fillInput = input === null ? null : compileFill(input);
  const fillExpect = compileFill(expect);
  const found: TestCase[] = [];
  for await (const row of await openFile(path, {
    format: null,
    encoding: "utf-8",
    delimiter: null,
  })) {
    if (!row.ok) throw row.error;
    const values = { case: valuesOf(row) };
    const given = fillInput === null ? toInput(row.content, row.number) : fillInput(values);
    found.push({
      name: `${name} [${row.number}]`,
      input: given as JsonObject,
      model,
      expectations: expectationsOf(fillExpect(values), `${basename(path)}, row ${row.number}`),
      textual: row.content.kind === "cells",
    });
  }
  return found;
}

/** @throws {ModullmError} RLLM_016 */
async function inputFrom(named: string, file: TestFile): Promise<JsonObject> {
  const path = resolve(dirname(file.path), named);
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    throw inputError(path, `Cannot read the input "${path}": ${String(thrown)}`);
  });
  // It was read as JSON or YAML.
  return objectFromText(text, path, /\.json$/i.test(path) ? "json" : "yaml") as JsonObject;
}

function expectationsOf(expect: unknown, where: string): readonly Expectation[] {
  try {
    return readExpectations(expect);
  } catch (thrown) {
    if (!(thrown instanceof ExpectationFault)) throw thrown;
    const reason = `"${thrown.path.join(".")}": ${thrown.message}`;
    throw new ModullmError("RLLM_016", `Cannot make a test of ${where}: ${reason}`, {
      details: { source: where, reason },
    });
  }
}

function valuesOf({ content }: Extract<Row, { ok: true }>): unknown {
  if (content.kind === "cells") return content.cells;
  if (content.kind === "text") return { text: content.text };
  return isObject(content.value) ? content.value : { value: content.value };
}
