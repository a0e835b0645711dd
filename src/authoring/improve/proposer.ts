import { resolve } from "node:path";
import { toModullmError } from "../../core/error.ts";
import { isObject, type JsonObject, writeJson } from "../../core/json.ts";
import { textOf } from "../../core/text-module.ts";
import { type LoadedProgram, loadProgram } from "../../library/load.ts";
import { BASELINE } from "../../model/baseline/name.ts";
import { programOf } from "../../program/parse.ts";
import type { Program } from "../../program/program.ts";
import type { Template } from "../../program/template.ts";
import type { Redactor } from "../../redaction/redactor.ts";
import type { Instruction } from "./edit.ts";
import type { PastFailure } from "./evidence.ts";
import type { GivenTest, Mark, Meter } from "./meter.ts";

/** What a proposer may see: nothing of it comes from the part that is held out. */
export interface Lesson {
  /** The prompt that is to be changed. */
  readonly program: Program;
  readonly tests: readonly { readonly given: GivenTest; readonly mark: Mark }[];
}

export interface ProposerOptions {
  readonly meter: Meter;
  readonly model: string;
  readonly redactor: Redactor;
  readonly failures: readonly PastFailure[];
  readonly warn: (message: string) => void;
}

/** Proposals that are asked for at a time. */
export const PROPOSALS = 4;
/** Of each kind, what a proposer is shown. */
const MOST_SHOWN = 6;
/** Characters of a value, and of a fault, that it is shown. */
const MOST_CHARACTERS = 800;
const MOST_OF_FAULT = 300;
const MOST_FAULTS = 4;

/** Codes of a proposer that answered, but nothing of use. */
const UNUSABLE = new Set(["RLLM_005", "RLLM_011", "RLLM_012", "RLLM_013"]);

/** Asks a model for other instructions; what can't stand in the program is left out. */
export class Proposer {
  readonly #options: ProposerOptions;
  readonly #program: Promise<LoadedProgram> = loadProposer();
  readonly #tried: Instruction[] = [];

  constructor(options: ProposerOptions) {
    this.#options = options;
  }

  /**
   * New ones; none where the model gives nothing that can be used, with a warning.
   * @throws {ModullmError} where it can't be asked
   */
  async propose(lesson: Lesson): Promise<readonly Instruction[]> {
    const { program } = lesson;
    const first = await this.#ask(lesson, null);
    let found = first.usable;
    if (found.length === 0 && first.reason !== null)
      found = (await this.#ask(lesson, first.reason)).usable;
    const known = new Set(this.#tried.map(keyOf));
    const fresh = found.filter((each) => !known.has(keyOf(each)));
    this.#tried.push(...fresh);
    if (fresh.length === 0)
      this.#options.warn(`The proposer gave nothing new for "${program.name}" that can be used`);
    return fresh;
  }

  async #ask(
    lesson: Lesson,
    feedback: string | null,
  ): Promise<{ usable: readonly Instruction[]; reason: string | null }> {
    const { meter, model, redactor } = this.#options;
    const input = redactor.value({ ...this.#input(lesson), feedback });
    const answer = await meter.ask(await this.#program, input, model).catch((thrown: unknown) => {
      const error = toModullmError(thrown);
      if (UNUSABLE.has(error.code)) return { proposals: [], reason: error.message };
      throw error;
    });
    const { proposals, reason = null } = isObject(answer) ? answer : {};
    const given = Array.isArray(proposals) ? proposals.filter(isObject) : [];
    const read = await Promise.all(
      given.map(async (proposal) => await this.#read(proposal, lesson.program)),
    );
    const faults = read.flatMap((each) => (typeof each === "string" ? [each] : []));
    return {
      usable: read.filter((each) => typeof each !== "string"),
      reason: typeof reason === "string" ? reason : faults.length === 0 ? null : faults.join("; "),
    };
  }

  /** A proposal as an instruction, or why it can't be one. */
  async #read(
    { prompt, system }: Record<string, unknown>,
    before: Program,
  ): Promise<Instruction | string> {
    const instruction = { prompt: textIn(prompt) ?? "", system: textIn(system) };
    if (instruction.prompt === "") return "a prompt is empty";
    if (instruction.prompt === before.prompt?.text && instruction.system === systemOf(before))
      return "a prompt is as it was";
    try {
      const { program } = await this.#options.meter.programOf({ instruction, examples: [] });
      return faultOf(program, before, instruction) ?? instruction;
    } catch (thrown) {
      return toModullmError(thrown).message;
    }
  }

  #input({ program, tests }: Lesson): JsonObject {
    const wrong = tests.filter(({ mark }) => !mark.ok).slice(0, MOST_SHOWN);
    const right = tests.filter(({ mark }) => mark.ok).slice(0, MOST_SHOWN);
    return {
      description: program.description,
      prompt: program.prompt?.text ?? "",
      system: systemOf(program),
      output_schema: short(program.output.schema),
      wrong: wrong.map(({ given, mark }) => ({
        input: short(given.test.input),
        output: short(mark.output),
        faults: mark.unmet
          .slice(0, MOST_FAULTS)
          .map(({ subject, reason }) => short(`${subject}: ${reason}`, MOST_OF_FAULT)),
      })),
      right: right.map(({ given, mark }) => ({
        input: short(given.test.input),
        output: short(mark.output),
      })),
      failures: this.#options.failures.slice(0, MOST_SHOWN).map(({ error, input }) => ({
        error: short(error),
        input: input === null ? null : short(input),
      })),
      tried: this.#tried
        .map(({ prompt }) => prompt)
        .filter((prompt) => prompt !== program.prompt?.text)
        .slice(-MOST_SHOWN)
        .map((prompt) => short(prompt)),
      count: PROPOSALS,
    };
  }
}

/** Whether a model can propose anything: the one that is built in knows no language. */
export function canPropose(model: string): boolean {
  return model !== BASELINE;
}

const PLACE = resolve("/builtin/improve/propose_instructions.rllm");

/** The program of `examples/improve/`, which is in the binary. */
export async function loadProposer(): Promise<LoadedProgram> {
  const text = textOf(
    await import("../../../examples/improve/propose_instructions.rllm", { with: { type: "text" } }),
  );
  return await loadProgram(PLACE, {
    read: (path) => Promise.resolve(programOf(text, { path })),
  });
}

/** Why a program with another instruction is not what was meant; null where it is. */
function faultOf(
  changed: Program,
  before: Program,
  { prompt, system }: Instruction,
): string | null {
  if (changed.prompt?.text !== prompt || systemOf(changed) !== system)
    return "a line of it starts a section or a block";
  const [now, old] = [placeholders(changed), placeholders(before)];
  const lost = [...old].find((path) => !now.has(path));
  if (lost !== undefined) return `the placeholder {{${lost}}} is gone`;
  const added = [...now].find((path) => !old.has(path));
  if (added !== undefined) return `the placeholder {{${added}}} is new`;
  const warned = new Set(before.warnings.map(({ message }) => message));
  return changed.warnings.find(({ message }) => !warned.has(message))?.message ?? null;
}

function placeholders({ prompt, system }: Program): ReadonlySet<string> {
  return new Set([prompt, system].flatMap(pathsIn));
}

function pathsIn(template: Template | null): readonly string[] {
  const parts = template?.parts ?? [];
  return parts.flatMap((part) => (typeof part === "string" ? [] : part.path.join(".")));
}

function systemOf({ system }: Program): string | null {
  return system?.text ?? null;
}

function textIn(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function keyOf({ prompt, system }: Instruction): string {
  return writeJson([prompt, system]);
}

function short(value: unknown, most = MOST_CHARACTERS): string {
  const text = typeof value === "string" ? value : writeJson(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
