import type { Contract, Issue } from "../contract/contract.ts";
import { isObject, jsonType } from "../core/json.ts";
import type { ReadOptions, Reading, RepairLevel } from "./answer.ts";
import { editsOf, evaluate, everyRule, type Candidate, type Source } from "./candidate.ts";
import { newSchemaNotes, type SchemaNotes } from "./outcome.ts";
import { looseSources, structuredSources } from "./sources.ts";

/**
 * Reads a model's answer: the value in it that meets the contract and takes the fewest and mildest
 * edits to get there. Pure; never throws; takes time in proportion to the text.
 */
export function readAnswer(text: string, contract: Contract, options: ReadOptions = {}): Reading {
  const whole = parseJson(text);
  const hasRoot = (value: unknown): boolean => options.root !== "object" || isObject(value);
  if (whole.ok && hasRoot(whole.value)) {
    const checked = contract.check(whole.value);
    if (checked.ok) return { ok: true, value: checked.value, rung: "whole", edits: [], lost: [] };
  }
  const level = options.repair ?? "safe";
  const raw = rawText(text, contract);
  if (raw) return raw;
  const wanted: Wanted = { contract, level, hasRoot, schemas: newSchemaNotes() };
  const { sources, many } = structuredSources(text, false);
  const singles = rank(sources, wanted);
  const candidates = many ? besideMany(singles, many, wanted) : singles;
  const reading = firstThatMeets(candidates, contract);
  if (reading) return reading;
  if (level !== "off") {
    const hasStructure =
      sources.some((source) => source.node.kind !== "text") || /^\s*[{[]/.test(text);
    const loose = rank(looseSources(text, hasStructure), wanted);
    const found = firstThatMeets(loose, contract);
    if (found) return found;
  }
  return refuse(sources, wanted);
}

interface Wanted {
  readonly contract: Contract;
  readonly level: RepairLevel;
  readonly hasRoot: (value: unknown) => boolean;
  readonly schemas: SchemaNotes;
}

/** What a single value costs more where the text holds several and the contract takes them all. */
const LEAVES_OTHERS = 20;

/**
 * The text holds several values. Where the contract takes anything, or a list of such values, they
 * are all meant: one of them alone would lose the others, so only `full` may take it, after the
 * list.
 */
function besideMany(singles: readonly Candidate[], many: Source, wanted: Wanted): Candidate[] {
  const { contract, level } = wanted;
  const isOpen = Object.keys(contract.schema).every(
    (key) => key.startsWith("$") || key === "title" || key === "description",
  );
  const leaves = (candidate: Candidate): boolean =>
    isOpen || candidate.notes.some((note) => note.rule === "single-to-list" && note.path === null);
  const kept = singles.filter((candidate) => level === "full" || !leaves(candidate));
  const priced = kept.map((candidate) =>
    leaves(candidate) ? { ...candidate, cost: candidate.cost + LEAVES_OTHERS } : candidate,
  );
  return sorted([...priced, ...rank([many], wanted)]);
}

function sorted(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted(
    (a, b) => a.cost - b.cost || b.source.node.start - a.source.node.start,
  );
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

/** A contract that wants text and nothing else is answered by the text itself. */
function rawText(text: string, contract: Contract): Reading | null {
  const { schema } = contract;
  if (schema["type"] !== "string" || schema["enum"] !== undefined || schema["const"] !== undefined)
    return null;
  if (schema["format"] !== undefined || text.trim() === "") return null;
  const checked = contract.check(text);
  return checked.ok ? { ok: true, value: text, rung: "text", edits: [], lost: [] } : null;
}

/** The candidates that can be read, cheapest first; of equal ones the later. */
function rank(
  sources: readonly Source[],
  { contract, level, hasRoot, schemas }: Wanted,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const source of sources) {
    const candidate = evaluate(source, contract, level, schemas);
    if (candidate && hasRoot(candidate.value) && saysSomething(candidate, contract))
      candidates.push(candidate);
  }
  return sorted(candidates);
}

/**
 * A bare mark or bracket is no value; text with structure of its own is no plain text; an outline
 * is no single word.
 */
function saysSomething(candidate: Candidate, contract: Contract): boolean {
  const { value, source } = candidate;
  if (source.rung === "outline") return typeof value === "object" && value !== null;
  const isUnedited = everyRule(candidate, () => false);
  if (source.rung === "text" && isUnedited && !wantsText(contract.schema)) return false;
  if (source.rung === "text" && source.isMarkup === true) {
    const isPlain = everyRule(candidate, (rule) => PLAIN_TEXT.has(rule));
    if (isPlain || !everyRule(candidate, (rule) => rule !== "wrap-text")) return false;
  }
  if (typeof value !== "string" || (isUnedited && source.rung === "fence")) return true;
  if (/[^\p{P}\p{Z}\p{C}]/u.test(value)) return true;
  const isCut = !everyRule(candidate, (rule) => rule !== "truncated");
  return value === "" && isCut && source.cursor.text.trim().length > 1;
}

/** With no other edit than these the text was taken as it stands. */
const PLAIN_TEXT: ReadonlySet<string> = new Set(["wrap-text", "single-to-list"]);

/**
 * Whether a schema names text as a type of its own; one that takes anything does not ask for prose.
 */
function wantsText(schema: unknown): boolean {
  return /"type":("string"|\[[^\]]*"string")|"enum"|"const"/.test(JSON.stringify(schema));
}

function firstThatMeets(candidates: readonly Candidate[], contract: Contract): Reading | null {
  for (const candidate of candidates) {
    const checked = contract.check(candidate.value);
    if (!checked.ok) continue;
    const { source, lost } = candidate;
    return { ok: true, value: checked.value, rung: source.rung, edits: editsOf(candidate), lost };
  }
  return null;
}

/** Why the answer is refused, told by what in it came nearest. */
function refuse(sources: readonly Source[], { contract, level, hasRoot }: Wanted): Reading {
  const open: Contract = { schema: {}, check: (value) => ({ ok: true, value }) };
  const natural = rank(
    sources.filter((source) => source.node.kind !== "text"),
    { contract: open, level: "full", hasRoot: () => true, schemas: newSchemaNotes() },
  );
  const nearest = natural.find((candidate) => hasRoot(candidate.value)) ?? natural[0];
  if (!nearest) return failure("RLLM_006", undefined, [issue("holds no JSON")]);
  const { value, lost } = nearest;
  const edits = editsOf(nearest);
  if (!hasRoot(value)) {
    return failure("RLLM_007", value, [issue(`is ${article(value)}, but an object is wanted`)]);
  }
  const checked = contract.check(value);
  if (!checked.ok)
    return { ok: false, code: "RLLM_005", value, issues: checked.issues, edits, lost };
  const rules = [...new Set(edits.map((edit) => edit.rule))].join(", ");
  const reason = `can be read only with repairs that the level "${level}" does not allow: ${rules}`;
  return { ok: false, code: "RLLM_006", value, issues: [issue(reason, "repair")], edits, lost };
}

function article(value: unknown): string {
  const type = jsonType(value);
  if (type === "null") return "null";
  return type === "array" || type === "object" ? `an ${type}` : `a ${type}`;
}

function issue(reason: string, keyword = "type"): Issue {
  return { keyword, path: [], schemaPath: [], reason };
}

function failure(code: "RLLM_006" | "RLLM_007", value: unknown, issues: readonly Issue[]): Reading {
  return { ok: false, code, value, issues, edits: [], lost: [] };
}
