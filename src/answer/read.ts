import type { Contract, Issue } from "../contract/contract.ts";
import { isObject, jsonType, parseJson as readJson, writeJson } from "../core/json.ts";
import type { ReadOptions, Reading, RepairLevel } from "./answer.ts";
import { editsOf, evaluate, everyRule, shorten, type Candidate, type Source } from "./candidate.ts";
import { choose } from "./choose.ts";
import { namesIn } from "./left-behind.ts";
import { findNotations } from "./notations.ts";
import { digitsFault } from "./numbers.ts";
import { newSchemaNotes, type Note, type SchemaNotes } from "./outcome.ts";
import { withPlainMarks } from "./punctuation.ts";
import { withoutReasoning, type Spoken } from "./reasoning.ts";
import { takesAnything } from "./schemas.ts";
import { isEmpty, looseSources, sourcesBeside, structuredSources } from "./sources.ts";
import type { Node, ParseEdit } from "./tree.ts";

/**
 * Reads a model's answer: the value in it that meets the contract and takes the fewest and mildest
 * edits to get there. Pure; never throws; takes time in proportion to the text.
 */
export function readAnswer(text: string, contract: Contract, options: ReadOptions = {}): Reading {
  const whole = parseJson(text);
  const hasRoot = (value: unknown): boolean => options.root !== "object" || isObject(value);
  const isCut = options.cut === true;
  if (whole.ok && hasRoot(whole.value) && !(isCut && typeof whole.value === "number")) {
    const checked = contract.check(whole.value);
    if (checked.ok) return { ok: true, value: checked.value, rung: "whole", edits: [], lost: [] };
  }
  const level = options.repair ?? "safe";
  const wanted: Wanted = { contract, level, hasRoot, isCut, schemas: newSchemaNotes() };
  const spoken = withoutReasoning(text);
  const raw = isCut ? null : rawText(spoken, contract);
  if (raw) return raw;
  if (spoken.reasoning.length > 0 && spoken.text.trim() === "")
    return readReasoning(text, spoken, wanted);
  return readSpoken(spoken.text, wanted, { edits: [] });
}

interface Wanted {
  readonly contract: Contract;
  readonly level: RepairLevel;
  readonly hasRoot: (value: unknown) => boolean;
  readonly isCut: boolean;
  readonly schemas: SchemaNotes;
}

/** What getting to a text took. */
interface Found {
  readonly edits: readonly ParseEdit[];
  readonly rung?: string;
  /** The text as the model wrote it, where marks in it were replaced. */
  readonly origin?: string;
}

/** Walks down the ladder. */
function readSpoken(text: string, wanted: Wanted, found: Found): Reading {
  const { contract, level, isCut } = wanted;
  const marked = level === "off" || found.origin !== undefined ? null : withPlainMarks(text);
  if (marked) {
    const edits = [...found.edits, ...marked.edits];
    const reading = readSpoken(marked.text, wanted, { ...found, edits, origin: text });
    if (reading.ok) return reading;
  }
  const notations = level === "off" ? [] : findNotations(text, namesIn(contract.schema));
  const { sources, many, regions } = structuredSources(text, false, notations);
  const isUnfinished = isCut && regions.some((region) => region.node.open);
  const elsewhere = (node: Node): Candidate[] => rank(sourcesBeside(text, node), wanted, found);
  const choosing = { contract, level, text, regions, isCut, elsewhere };
  if (!isUnfinished) {
    const singles = rank(sources, wanted, found);
    const candidates = many.length > 0 ? besideMany(singles, many, wanted) : singles;
    const reading = choose(candidates, choosing);
    if (reading) return reading;
    if (level !== "off") {
      const hasStructure =
        sources.some((source) => source.node.kind !== "text") || /^\s*[{[]/.test(text);
      const loose = rank(looseSources(text, hasStructure), wanted, found);
      const read = choose(loose, choosing);
      if (read) return read;
    }
  }
  return isCut ? cutOff(refuse(sources, wanted)) : refuse(sources, wanted);
}

/** Nothing stands outside of the reasoning: at `full` the answer may have stayed in it. */
function readReasoning(text: string, { reasoning }: Spoken, wanted: Wanted): Reading {
  const [first] = reasoning;
  if (wanted.level !== "full" || !first || wanted.isCut)
    return failure("RLLM_006", undefined, [issue("holds nothing but reasoning")]);
  const inner = text.replace(TAGS, (tag) => " ".repeat(tag.length));
  const note: ParseEdit = { rule: "reasoning", from: first.from, to: first.to, after: "" };
  return readSpoken(inner, wanted, { edits: [note], rung: "reasoning" });
}

const TAGS =
  /<\/?(?:think|thinking|thought|reasoning|reflection|scratchpad|analysis)>|\[\/?THINK\]|◁\/?think▷/gi;

/** What a single value costs more where the text holds several and the contract takes them all. */
const LEAVES_OTHERS = 20;

/**
 * The text holds several values. Where the contract takes anything, or a list of such values, they
 * are all meant: one of them alone would lose the others, so only `full` may take it, after the
 * list.
 */
function besideMany(
  singles: readonly Candidate[],
  many: readonly Source[],
  wanted: Wanted,
): Candidate[] {
  const { contract, level } = wanted;
  const isOpen = takesAnything(contract.schema);
  const lists = rank(many, wanted, { edits: [] });
  const isTakenApart = lists.some((candidate) => candidate.source === many[1]);
  const leaves = (candidate: Candidate): boolean =>
    isOpen || isTakenApart || candidate.notes.some(isItem);
  const kept = singles.filter((candidate) => level === "full" || !leaves(candidate));
  const priced = kept.map((candidate) =>
    leaves(candidate) ? { ...candidate, cost: candidate.cost + LEAVES_OTHERS } : candidate,
  );
  return sorted([...priced, ...lists]);
}

/** The value as a whole was taken for one item of a list. */
function isItem({ rule, path }: Note): boolean {
  return rule === "single-to-list" && (path === null || path.up === null);
}

function sorted(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted(
    (a, b) => a.cost - b.cost || b.source.node.start - a.source.node.start,
  );
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: readJson(text) };
  } catch {
    return { ok: false };
  }
}

/** A contract that wants text and nothing else is answered by the text itself. */
function rawText(spoken: Spoken, contract: Contract): Reading | null {
  const { schema } = contract;
  const text = spoken.reasoning.length > 0 ? spoken.text.trim() : spoken.text;
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
  { edits, rung, origin }: Found,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const one of sources) {
    const own = edits.filter(
      ({ from, to }) => rung !== undefined || (from >= one.node.start && to <= one.node.end),
    );
    const source: Source = {
      ...one,
      rung: rung ?? one.rung,
      ...(own.length > 0 ? { extra: [...(one.extra ?? []), ...own] } : {}),
      ...(origin === undefined ? {} : { origin }),
    };
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
  if (isEmpty(source.node) && source.node.open && source.extra) return false;
  if (source.rung === "outline") return typeof value === "object" && value !== null;
  const isUnedited = everyRule(candidate, () => false);
  if (source.rung === "text" && isUnedited && !wantsText(contract.schema)) return false;
  if (source.rung === "whole" && source.isMarkup === true && typeof value === "string")
    return source.node.kind !== "text" || source.node.quoted;
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
  return /"type":("string"|\[[^\]]*"string")|"enum"|"const"/.test(writeJson(schema));
}

/** Why the answer is refused, told by what in it came nearest. */
function refuse(sources: readonly Source[], { contract, level, hasRoot }: Wanted): Reading {
  const open: Contract = { schema: {}, check: (value) => ({ ok: true, value }) };
  const natural = rank(
    sources.filter((source) => source.node.kind !== "text"),
    {
      contract: open,
      level: "full",
      hasRoot: () => true,
      isCut: false,
      schemas: newSchemaNotes(),
    },
    { edits: [] },
  );
  const nearest = natural.find((candidate) => hasRoot(candidate.value)) ?? natural[0];
  const digits = numberWithoutPlace(sources);
  if (digits) return failure("RLLM_006", undefined, [digits]);
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

/** A number of the answer that no value can hold with all its digits. */
function numberWithoutPlace(sources: readonly Source[]): Issue | null {
  for (const { node } of sources) {
    const waiting: { node: Node; path: Issue["path"] }[] = [{ node, path: [] }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node: here, path } = next;
      if (here.kind === "array")
        for (const [index, item] of here.items.entries())
          waiting.push({ node: item, path: [...path, index] });
      else if (here.kind === "object")
        for (const { key, value } of here.members)
          waiting.push({ node: value, path: [...path, key] });
      else if (!here.quoted) {
        const fault = digitsFault(here.text);
        if (fault !== null) return { ...issue(`${shorten(here.text)} ${fault}`, "digits"), path };
      }
    }
  }
  return null;
}

/** The refusal of an answer that the server cut: what is wrong with it is that. */
function cutOff(refused: Reading): Reading {
  if (refused.ok) return refused;
  const reason = "was cut off before its end, at the limit of tokens";
  return { ...refused, code: "RLLM_006", issues: [issue(reason, "cut")] };
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
