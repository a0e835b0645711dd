import type { Contract } from "../contract/contract.ts";
import { isObject, parseJson as readJson } from "../core/json.ts";
import type { ReadOptions, Reading } from "./answer.ts";
import { choose, type Choosing } from "./choose.ts";
import { withoutLayout } from "./laid-out.ts";
import { namesIn } from "./left-behind.ts";
import { findNotations } from "./notations.ts";

import { mayHoldPlaceholders, placeholderIn } from "./placeholders.ts";
import { withPlainMarks } from "./punctuation.ts";
import { besideMany, isNoItem, rank, type Found, type Wanted } from "./rank.ts";
import { REASONING, spokenIn, type Spoken } from "./reasoning.ts";
import { hasRepeatedKeys, repeatedKeys } from "./repeated-keys.ts";
import { cutOff, failure, issue, notAnObject, refuse } from "./refuse.ts";
import {
  looseSources,
  sourcesBeside,
  structuredSources,
  unescapeOnce,
  type Structured,
} from "./sources.ts";
import { takesAnything, newSchemaNotes } from "./schemas.ts";
import type { ParseEdit } from "./tree.ts";

/**
 * Reads a model's answer: the value in it that meets the contract and takes the fewest and mildest
 * edits to get there. Pure; never throws; takes time in proportion to the text.
 */
export function readAnswer(text: string, contract: Contract, options: ReadOptions = {}): Reading {
  const reading = readAny(text, contract, options);
  if (!reading.ok || takesAnything(contract.schema) || !mayHoldPlaceholders(text)) return reading;
  const path = typeof reading.value === "string" ? null : placeholderIn(reading.value);
  if (path === null) return reading;
  const found = issue("stands for something that was left out", "placeholder");
  return failure("RLLM_006", reading.value, [{ ...found, path }]);
}

function readAny(text: string, contract: Contract, options: ReadOptions): Reading {
  const whole = parseJson(text);
  const hasRoot = (value: unknown): boolean => options.root !== "object" || isObject(value);
  const isCut = options.cut === true;
  if (whole.ok && hasRoot(whole.value) && !(isCut && isNumber(whole.value))) {
    const checked = contract.check(whole.value);
    const edits = checked.ok && hasRepeatedKeys(text, whole.value) ? repeatedKeys(text) : [];
    if (checked.ok && edits !== null)
      return { ok: true, value: checked.value, rung: "whole", edits, lost: [] };
  }
  const level = options.repair ?? "safe";
  const wanted: Wanted = { contract, level, hasRoot, isCut, schemas: newSchemaNotes() };
  const spoken = spokenIn(text);
  const raw = isCut ? null : rawText(spoken, contract);
  if (raw) return raw;
  if (spoken.reasoning.length > 0 && spoken.text.trim() === "")
    return readReasoning(text, spoken, wanted);
  return readSpoken(withoutUnseen(spoken.text), wanted, { edits: [] });
}

/** Marks that nobody sees, at either end of a text, as blanks. */
function withoutUnseen(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && UNSEEN.test(text[from] ?? "")) from++;
  while (to > from && UNSEEN.test(text[to - 1] ?? "")) to--;
  if (from === 0 && to === text.length) return text;
  return " ".repeat(from) + text.slice(from, to) + " ".repeat(text.length - to);
}

const UNSEEN = /[\u200b-\u200f\u2060-\u2064\ufeff]/;

function blanks(text: string): string {
  return " ".repeat(text.length);
}

/** Walks down the ladder. */
function readSpoken(text: string, wanted: Wanted, found: Found): Reading {
  const { contract, level, isCut } = wanted;
  const plain = level === "off" || found.isMoved === true ? null : withoutLayout(text);
  if (plain) {
    const note: ParseEdit = { rule: plain.rule, from: 0, to: text.length, after: "" };
    return readSpoken(plain.text, wanted, {
      ...found,
      edits: [note],
      isMoved: true,
      rung: "escaped",
    });
  }
  const marked = level === "off" || found.origin !== undefined ? null : withPlainMarks(text);
  if (marked) {
    const edits = [...found.edits, ...marked.edits];
    const reading = readSpoken(marked.text, wanted, { ...found, edits, origin: text });
    if (reading.ok || level !== "full") return reading;
  }
  const notations = level === "off" ? [] : findNotations(text, namesIn(contract.schema));
  const structured = structuredSources(text, false, notations);
  const { sources, regions } = structured;
  if (!(isCut && regions.some((region) => region.node.open))) {
    const reading =
      readStructured(text, structured, wanted, found) ??
      (level === "off" ? null : readLoose(text, structured, wanted, found));
    if (reading) return reading;
  }
  const refused = bareScalar(text) ?? refuse(sources, wanted);
  return isCut ? cutOff(refused) : refused;
}

/**
 * A number, a string, a boolean or null, and nothing else but a fence, is JSON, but not what is
 * wanted.
 */
function bareScalar(text: string): Reading | null {
  const fenced = /^\s*```[\w+-]*\n([^`]*)```\s*$/.exec(text)?.[1];
  const whole = parseJson(fenced ?? text);
  return whole.ok && !isObject(whole.value) && !Array.isArray(whole.value)
    ? notAnObject(whole.value)
    : null;
}

/** The upper rungs: objects, lists, notations of their own, and the whole. */
function readStructured(
  text: string,
  structured: Structured,
  wanted: Wanted,
  found: Found,
): Reading | null {
  const { sources, many, hasRepeats } = structured;
  const singles = rank(sources, wanted, found);
  const single = hasRepeats && wanted.level !== "full" ? singles.filter(isNoItem) : singles;
  const candidates = many.length > 0 ? besideMany(single, many, wanted, found) : single;
  return choose(candidates, choosingOf(text, structured, wanted, found));
}

/** The lower rungs: JSON that was escaped as a whole, then tags, words and outlines. */
function readLoose(
  text: string,
  structured: Structured,
  wanted: Wanted,
  found: Found,
): Reading | null {
  const { sources, regions } = structured;
  const escaped = found.isMoved === true ? null : readEscaped(text, wanted, found);
  if (escaped) return escaped;
  const hasStructure =
    sources.some((source) => source.node.kind !== "text") || /^\s*[{[]/.test(text);
  const loose = rank(looseSources(text, hasStructure, regions), wanted, found);
  return choose(loose, choosingOf(text, structured, wanted, found));
}

/** The rungs of JSON: the others are notations of their own. */
const BRACKETS: ReadonlySet<string> = new Set(["whole", "fence", "object"]);

/** JSON, or another notation, that was escaped as if it stood in a string. */
function readEscaped(text: string, wanted: Wanted, found: Found): Reading | null {
  const unescaped = unescapeOnce(text);
  if (unescaped === null) return null;
  const note: ParseEdit = { rule: "escaped-twice", from: 0, to: text.length, after: "" };
  const { origin = text, ...rest } = found;
  const before = found.edits.map((edit) => ({ ...edit, before: origin.slice(edit.from, edit.to) }));
  const inner: Found = { ...rest, edits: [...before, note], isMoved: true };
  const notations = findNotations(unescaped, namesIn(wanted.contract.schema));
  const structured = structuredSources(unescaped, false, notations);
  return readStructured(unescaped, structured, wanted, { ...inner, rung: found.rung ?? "escaped" });
}

function choosingOf(
  text: string,
  { regions, noted, sources }: Structured,
  wanted: Wanted,
  found: Found,
): Choosing {
  const { contract, level, isCut } = wanted;
  // Where anything is taken, any line with a colon would be another answer.
  const withLines = level === "safe" && !takesAnything(contract.schema);
  // What only a guess can read is another answer all the same.
  const others = level === "full" ? sources.filter(({ rung }) => !BRACKETS.has(rung)) : sources;
  const elsewhere: Choosing["elsewhere"] = (node, at) =>
    rank([...others, ...sourcesBeside(text, node, { withLines })], { ...wanted, level: at }, found);
  return { contract, level, text, regions, noted, isCut, elsewhere };
}

/**
 * Nothing stands outside of the reasoning: at `full` the answer may have stayed in it, where it was
 * brought to its end.
 */
function readReasoning(text: string, { reasoning, isUnfinished }: Spoken, wanted: Wanted): Reading {
  const [first] = reasoning;
  if (wanted.level !== "full" || !first || wanted.isCut || isUnfinished)
    return failure("RLLM_006", undefined, [issue("holds nothing but reasoning")]);
  const inner = text.replace(TAGS, blanks);
  const note: ParseEdit = { rule: "reasoning", from: first.from, to: first.to, after: "" };
  return readSpoken(inner, wanted, { edits: [note], rung: "reasoning" });
}

const TAGS = new RegExp(String.raw`</?(?:${REASONING})>|\[/?THINK\]|◁/?think▷`, "gi");

/** Digits that `JSON.parse` may lose. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE][-+]?\d{3}/;

/** Text that is no JSON is found so by the quick reader: most answers are none. */
function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value: LONG_NUMBER.test(text) ? readJson(text) : value };
  } catch {
    return { ok: false };
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
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
