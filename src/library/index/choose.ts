import { ModullmError } from "../../core/error.ts";
import { nearest } from "../../core/nearest.ts";
import { byVersion, parseRange } from "../../program/versions.ts";
import type { ProgramRow } from "../../store/programs.ts";
import type { ProgramEntry, ProgramRecord } from "../program-index.ts";
import { factsOf, type NamedProgram, versionOf } from "./naming.ts";
import type { ProgramDetails } from "./read-file.ts";
import { categoryOf } from "./view.ts";

export interface Chosen {
  readonly program: NamedProgram;
  /** Of the version that was asked for. */
  readonly row: ProgramRow;
}

/**
 * The program of a name: as pages have it, as its file says, or a library name; with `@` and a
 * version or without.
 * @throws {ModullmError} RLLM_008 with `near`
 */
export function chooseProgram(name: string, programs: readonly NamedProgram[]): Chosen {
  const whole = programs.filter((program) => isCalled(program, name));
  const at = name.lastIndexOf("@");
  const [plain, wanted] = [name.slice(0, at), name.slice(at + 1)];
  const found = whole.length > 0 || at < 1 ? whole : programs.filter((one) => isCalled(one, plain));
  const [program, ...others] = preferred(found, whole.length > 0 ? name : plain);
  if (program === undefined) throw noProgram(name, programs);
  if (others.length > 0) throw ambiguous(name, [program, ...others]);
  const row = whole.length > 0 ? program.files[0] : ofVersion(program, wanted);
  if (row === undefined) throw noVersion(name, program);
  return { program, row };
}

export function entryOf(
  { program, row }: Chosen,
  details: ProgramDetails,
  stats: ProgramRecord | null,
): ProgramEntry {
  const facts = factsOf(row);
  const versions = program.files
    .map((file) => versionOf(factsOf(file)))
    .filter((version) => version !== null);
  return {
    name: program.name,
    library_name: facts.libraryName,
    path: facts.path,
    content_hash: row.hash,
    fault: facts.fault,
    program: facts.program,
    version: facts.version,
    versions: [...new Set(versions)].toSorted(byVersion),
    description: details.description,
    author: details.author,
    tags: facts.tags,
    category: categoryOf({ facts, decision: row.decision }),
    complexity: facts.complexity,
    input_schema: details.input_schema,
    output_schema: details.output_schema,
    model: details.model,
    recommended_models: details.recommended_models,
    uses: details.uses,
    tools: details.tools,
    budget: details.budget,
    examples: details.examples,
    stats,
  };
}

/** @throws {ModullmError} RLLM_008 */
export function noCategory(category: string, known: readonly string[]): ModullmError {
  const near = nearest(category, known);
  return new ModullmError(
    "RLLM_008",
    `Cannot open category "${category}": there is none${meant(near)}`,
    {
      details: { path: category, near: near === null ? [] : [near] },
      hint: "Name a category as the top of the tree, or a page, has it.",
    },
  );
}

export function notReadable(name: string): ModullmError {
  return new ModullmError("RLLM_001", `Cannot place "${name}" in the tree: it is broken`, {
    details: { path: name },
    hint: `\`modullm library show ${name}\` tells its fault.`,
  });
}

function isCalled({ name, facts }: NamedProgram, asked: string): boolean {
  return name === asked || facts.libraryName === asked || facts.program === asked;
}

/** The one that has the name to itself, before those whose files say it too. */
function preferred(found: readonly NamedProgram[], name: string): readonly NamedProgram[] {
  const own = found.filter((program) => program.name === name);
  const library = found.filter(({ facts }) => facts.libraryName === name);
  return own.length > 0 ? own : library.length > 0 ? library : found;
}

function ofVersion({ files }: NamedProgram, wanted: string): ProgramRow | undefined {
  const range = parseRange(wanted);
  return files
    .filter((file) => range?.holds(factsOf(file).fileVersion ?? factsOf(file).version ?? ""))
    .toSorted((a, b) => byVersion(versionOf(factsOf(a)) ?? "0", versionOf(factsOf(b)) ?? "0"))[0];
}

function noProgram(name: string, programs: readonly NamedProgram[]): ModullmError {
  const names = programs.flatMap((program) => [program.name, program.facts.libraryName]);
  const near = nearest(name, names);
  return new ModullmError(
    "RLLM_008",
    `Cannot find program "${name}" in the library: it has no such program${meant(near)}`,
    {
      details: { path: name, near: near === null ? [] : [near] },
      hint: "`modullm library search WORD` finds programs; `modullm library index` reads new ones.",
    },
  );
}

function ambiguous(name: string, found: readonly NamedProgram[]): ModullmError {
  const near = found.map((program) => program.name);
  return new ModullmError(
    "RLLM_008",
    `"${name}" is ambiguous: ${near.map((one) => `"${one}"`).join(" and ")} are called that`,
    { details: { path: name, near }, hint: "Name the one that is meant." },
  );
}

function noVersion(name: string, { files }: NamedProgram): ModullmError {
  const versions = files.map((file) => factsOf(file).fileVersion ?? factsOf(file).version ?? "?");
  return new ModullmError(
    "RLLM_008",
    `Cannot find program "${name}": the library has it in version ${versions.join(", ")}`,
    { details: { path: name, versions }, hint: "Ask for a version that is there." },
  );
}

function meant(near: string | null): string {
  return near === null ? "" : `. Did you mean "${near}"?`;
}
