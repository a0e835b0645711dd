import { posix } from "node:path";
import { readRegularFileAtOnce } from "../../config/regular-file.ts";
import type { JsonSchema } from "../../contract/contract.ts";
import { pathOf } from "../../contract/uri.ts";
import { sha256 } from "../../core/digest.ts";
import { type ModullmError, toModullmError } from "../../core/error.ts";
import { isObject, writeJson } from "../../core/json.ts";
import type { SharedSchemas } from "../../program/contracts.ts";
import { parseProgram } from "../../program/parse.ts";
import type { Program } from "../../program/program.ts";
import type { IndexedProgram, IndexedWords, KnownFile } from "../../store/programs.ts";
import { contentHash } from "../digest.ts";
import type { Complexity, ProgramEntry, ProgramFault } from "../program-index.ts";
import { readProgramText } from "../read.ts";
import { PROGRAM_FILE } from "../scan.ts";
import { readSharedSchemas } from "../shared-schemas.ts";
import { categorize } from "./categorize.ts";
import { fieldsOf } from "./fields.ts";
import { complexityOf, shapeOf } from "./shape.ts";
import { type FoundFile, stampOf } from "./walk.ts";
import { stemsOf } from "./words.ts";

/** What lists tell of a program. */
export interface ProgramFacts {
  readonly path: string;
  /** Its path below the library folder, without version and ending. */
  readonly libraryName: string;
  /** What stands behind `@` in the file's name. */
  readonly fileVersion: string | null;
  /** As the file says; of a broken one the last part of its library name. */
  readonly program: string;
  readonly version: string | null;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly shape: string;
  readonly complexity: Complexity | null;
  readonly fault: ProgramFault | null;
}

/** What is told of one program alone, beside its facts. */
export type ProgramDetails = Pick<
  ProgramEntry,
  | "description"
  | "author"
  | "input_schema"
  | "output_schema"
  | "model"
  | "recommended_models"
  | "uses"
  | "tools"
  | "budget"
  | "examples"
>;

/** Reads a file for the index; one that holds no program is told with its fault. */
export async function readFile(found: FoundFile): Promise<IndexedProgram> {
  const { file, path, stamp } = found;
  const names = namesOf(file);
  const base = { file, stamp, also: {}, broken: true };
  let text: string;
  try {
    text = await readProgramText(path, readRegularFileAtOnce);
  } catch (thrown) {
    return { ...base, hash: null, ...broken(found, toModullmError(thrown)) };
  }
  const shared = await readSharedSchemas(text, path);
  const also = shared === null ? {} : stampsOf(shared);
  const { program, faults } = parseProgram(text, { path, shared });
  if (program === null) return { ...base, also, hash: sha256(text), ...broken(found, faults[0]) };
  const facts: ProgramFacts = {
    path,
    ...names,
    program: program.name,
    version: program.version,
    summary: summaryOf(program.description),
    tags: program.tags,
    shape: shapeOf(program),
    complexity: complexityOf(program),
    fault: null,
  };
  const words = wordsOf(program, names.libraryName);
  return {
    ...base,
    also,
    broken: false,
    hash: contentHash(program),
    facts: writeJson(facts),
    entry: writeJson(detailsOf(program)),
    words,
    decision: categorize(program, words),
  };
}

/** What a description says first, in one line. */
export function summaryOf(description: string): string {
  const line = description.replace(/\s+/g, " ").trim();
  const first = /^.*?[.!?。！？](?=\s|$)/u.exec(line)?.[0].replace(/\.$/, "") ?? line;
  if (first.length <= MOST_SUMMARY) return first;
  const cut = first.slice(0, MOST_SUMMARY).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut.replace(/\s+\S*$/, "")}…`;
}

/** Characters: about 25 tokens. */
const MOST_SUMMARY = 110;

function namesOf(file: string): Pick<ProgramFacts, "libraryName" | "fileVersion"> {
  const [, name, version = null] = PROGRAM_FILE.exec(posix.basename(file)) ?? [];
  if (name === undefined) return { libraryName: file.replace(/\.rllm$/, ""), fileVersion: null };
  const folder = posix.dirname(file);
  return { libraryName: folder === "." ? name : `${folder}/${name}`, fileVersion: version };
}

/** Whether what a program takes from other files is as it was is seen by these. */
function stampsOf({ documents, problems }: SharedSchemas): KnownFile["also"] {
  const paths = Object.keys({ ...documents, ...problems }).map((uri) => pathOf(uri));
  const now = Date.now();
  return Object.fromEntries([...new Set(paths)].map((path) => [path, stampOf(path, now)]));
}

function broken(
  { file, path }: FoundFile,
  { code, message }: ModullmError,
): Pick<IndexedProgram, "facts" | "entry" | "words" | "decision"> {
  const names = namesOf(file);
  const facts: ProgramFacts = {
    path,
    ...names,
    program: posix.basename(names.libraryName),
    version: null,
    summary: "",
    tags: [],
    shape: "",
    complexity: null,
    fault: { code, message },
  };
  const details: ProgramDetails = {
    description: "",
    author: "",
    input_schema: null,
    output_schema: null,
    model: null,
    recommended_models: [],
    uses: [],
    tools: [],
    budget: null,
    examples: [],
  };
  const words = { name: "", description: "", tags: "", fields: "", category: "" };
  return { facts: writeJson(facts), entry: writeJson(details), words, decision: null };
}

function detailsOf(program: Program): ProgramDetails {
  return {
    description: program.description,
    author: program.author,
    input_schema: program.input.schema,
    output_schema: program.output.schema,
    model: program.model,
    recommended_models: program.recommendedModels,
    uses: program.uses.map(({ name, path }) => ({ name, path })),
    tools: program.tools.map(({ from }) => from),
    budget: program.budget,
    examples: program.examples,
  };
}

function wordsOf(program: Program, libraryName: string): IndexedWords {
  const { name, description, tags, metadata } = program;
  const folder = posix.dirname(libraryName);
  const category = [metadata["category"]].flat().filter((each) => typeof each === "string");
  return {
    name: joined([name]),
    description: joined([description]),
    tags: joined(tags),
    fields: joined([fieldText(program.input.schema), fieldText(program.output.schema)]),
    category: joined([...category, folder]),
  };
}

/** Names, values and descriptions of the fields of a contract. */
function fieldText(schema: JsonSchema): string {
  return fieldsOf(schema)
    .flatMap(({ name, schema: own }) => {
      const items = isObject(own["items"]) ? own["items"]["enum"] : [];
      const values = [own["enum"], items].flat().filter((each) => typeof each === "string");
      return [name, own["description"], ...values.slice(0, MOST_VALUES)];
    })
    .filter((each) => typeof each === "string")
    .join(" ");
}

/** Values of one field whose words are looked for. */
const MOST_VALUES = 20;

function joined(texts: readonly string[]): string {
  return texts.flatMap(stemsOf).slice(0, MOST_WORDS).join(" ");
}

/** Words of one field of the index. */
const MOST_WORDS = 500;
