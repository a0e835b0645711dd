import { ModullmError, withDetails } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import { VERSION } from "../core/version.ts";
import { checkText, parseBody } from "./body.ts";
import { collectedFaults } from "./collect.ts";
import { checkCompat } from "./compat.ts";
import { readContract, SCHEMA_KEYS, schemaErrors, type SharedSchemas } from "./contracts.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { readProgramTests, readBudget, readCache } from "./limits.ts";
import * as metadata from "./metadata.ts";
import type { Program, Warning } from "./program.ts";
import {
  readExamples,
  readFront,
  readLlm,
  readParam,
  readRetries,
  readSource,
} from "./read-source.ts";
import { createSource, type Source } from "./source.ts";
import { readMaxTurns, readToolChoice, readToolEntry, readTools } from "./tools.ts";
import { readEntry, readUses } from "./uses.ts";
import { asksNoModel } from "./without-model.ts";

export interface ParseOptions {
  /** Where the text is from, for messages and details. @default "" */
  readonly path?: string;
  /** The version that compat bounds are held against, X.Y.Z. @default this runtime's */
  readonly runtime?: string;
  /** What its schemas name in other files. @default nothing: such a reference is a fault */
  readonly shared?: SharedSchemas | null;
}

export type Parsed =
  | { readonly program: Program; readonly faults: readonly [] }
  | { readonly program: null; readonly faults: readonly [ModullmError, ...ModullmError[]] };

/**
 * `.rllm` text to a `Program`, or all that is wrong with it, each fault with its place. Pure, and
 * never throws: RLLM_001, RLLM_002, RLLM_003, RLLM_008 and RLLM_015 are what faults are.
 */
export function parseProgram(text: string, options: ParseOptions = {}): Parsed {
  const source = createSource(text, options.path ?? "");
  const runtime = options.runtime ?? VERSION;
  const { shared = null } = options;
  const parsed = attempt(() => readSource(source, { runtime, shared }));
  if (!(parsed instanceof ModullmError)) return { program: parsed, faults: [] };
  const found = [parsed, ...faultsOf(source, runtime, shared)];
  const known = new Map(found.map((fault) => [faultKey(fault), fault] as const));
  const [first = parsed, ...others] = [...known.values()].map((fault) => named(fault, source));
  return { program: null, faults: [first, ...others] };
}

/**
 * The program of a text.
 * @throws {ModullmError} the first fault; where there are more, all of them are in `details.faults`
 */
export function programOf(text: string, options: ParseOptions = {}): Program {
  const { program, faults } = parseProgram(text, options);
  if (program !== null) return program;
  const [first] = faults;
  throw faults.length === 1 ? first : withDetails(first, { faults: faults.map(told) });
}

/** What is looked at one by one once a text is known to be wrong. */
function faultsOf(
  source: Source,
  runtime: string,
  shared: SharedSchemas | null,
): readonly ModullmError[] {
  const front = attempt(() => readFront(source));
  if (front instanceof ModullmError) return [front];
  // A key that is missing is told once.
  const given = (key: string, read: () => unknown): (() => unknown)[] =>
    Object.hasOwn(front.values, key) ? [read] : [];
  const reads = [
    () => metadata.checkRequired(front),
    () => checkCompat(front, runtime),
    ...TEXTS.flatMap((key) => given(key, () => metadata.readText(front, key))),
    ...given("max_context_window", () => metadata.readInteger(front, "max_context_window", 1)),
    () => readRetries(front),
    () => readBudget(front),
    () => readCache(front),
    () => metadata.readRepair(front),
    ...given("llm", () => readLlm(front, [])),
    ...given("llm_params", () => metadata.readObject(front, "llm_params")),
    ...paramReads(front),
    ...entryReads(front, "uses", readEntry),
    () => readUses(front, []),
    ...entryReads(front, "tools", readToolEntry),
    () => readTools(front, []),
    () => readToolChoice(front),
    () => readMaxTurns(front, []),
    () => readProgramTests(front),
  ];
  return [
    ...reads.flatMap(faultOf),
    ...bodyFaults(source, front),
    ...contractFaults(front, shared),
  ];
}

/** Of the body, and of `output`, which a block of the body may bear upon. */
function bodyFaults(source: Source, front: Frontmatter): readonly ModullmError[] {
  const from = front.bodyOffset;
  const body = attempt(() => parseBody(source, from));
  if (body instanceof ModullmError) return [body, ...collectedFaults(front, null)];
  const text = faultOf(() => checkText(source, body, { from, asksNoModel: asksNoModel(front) }));
  return [...text, ...collectedFaults(front, body.blocks)];
}

const TEXTS = ["name", "description", "version", "author"];

function paramReads(front: Frontmatter): (() => unknown)[] {
  const params = front.values["llm_params"];
  const entries = isObject(params) ? Object.entries(params) : [];
  return entries.map(
    ([key, value]) =>
      () =>
        readParam(front, { [key]: value }),
  );
}

function entryReads(
  front: Frontmatter,
  key: "uses" | "tools",
  read: (front: Frontmatter, entry: unknown, index: number, warnings: Warning[]) => unknown,
): (() => unknown)[] {
  const entries: unknown = front.values[key];
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown, index) => () => read(front, entry, index, []));
}

/** Of the schemas; of the examples where both schemas are right. */
function contractFaults(front: Frontmatter, shared: SharedSchemas | null): readonly ModullmError[] {
  if (!SCHEMA_KEYS.every((key) => Object.hasOwn(front.values, key))) return [];
  const faults = SCHEMA_KEYS.flatMap((key) => {
    const found = attempt(() => schemaErrors(front, key, shared));
    return found instanceof ModullmError ? [found] : found;
  });
  if (faults.length > 0) return faults;
  const [input, output] = SCHEMA_KEYS.map((key) => readContract(front, key, shared));
  return input && output ? faultOf(() => readExamples(front, input, output)) : [];
}

function faultOf(read: () => unknown): readonly ModullmError[] {
  const outcome = attempt(read);
  return outcome instanceof ModullmError ? [outcome] : [];
}

function attempt<T>(read: () => T): T | ModullmError {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown;
    throw thrown;
  }
}

function faultKey({ code, message, place }: ModullmError): string {
  return `${code} ${place?.line ?? 0} ${message}`;
}

function named(fault: ModullmError, { path }: Source): ModullmError {
  return path === "" ? fault : withDetails(fault, { path });
}

/** A fault as details hold it. */
function told({ code, message, place, hint }: ModullmError): Readonly<Record<string, unknown>> {
  const { line = null, column = null } = place ?? {};
  return { error_code: code, message, line, column, recovery_hint: hint };
}
