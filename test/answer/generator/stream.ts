import { writeJson } from "../../../src/core/json.ts";
import { createAnswerReader } from "../../../src/answer/reader.ts";
import type { Reading } from "../../../src/answer/answer.ts";
import { readAnswer } from "../../../src/answer/read.ts";
import { contractOf } from "../contracts.ts";
import { newBreakage, type Breakage } from "./break.ts";
import { randomFrom, type Random } from "./random.ts";

/** What came of a text that was read in pieces, where it should not have. */
export interface StreamFault {
  readonly text: string;
  readonly reason: string;
}

/** Kinds whose beginnings say what the whole says: no draft, no second value, nothing left out. */
const STEADY = new Set([
  "quotes of other kinds",
  "keys without quotes",
  "trailing commas",
  "commas too many",
  "comments",
  "full-width punctuation",
  "literals of other languages",
  "line ends and tabs in strings",
  "a fence",
  "reasoning before, with a draft",
  "channels, with a draft in the analysis",
  "marks that nobody sees",
]);

/** Only its end says that it was reasoning, or other reasoning or a fence is around it. */
const UNOPENED =
  /(?:`{3}|~{3}|<\/\w+>)[^]*<\/(?:think|reason|reflect|scratch)|^(?![^]*<(?:think|reason|reflect|scratch)\w*>)[^]*<\/(?:think|reason|reflect|scratch)/;

/** Reads so many texts in pieces of random lengths, each beginning shown against the whole. */
export function runStreams(count: number, seed: number): StreamFault[] {
  const random = randomFrom(seed);
  const faults: StreamFault[] = [];
  for (let left = count; left > 0; left--) {
    const breakage = newBreakage(random);
    const reason = faultIn(breakage, random);
    if (reason !== null) faults.push({ text: breakage.text, reason });
  }
  return faults;
}

function faultIn({ text, truth, kinds, isCut, accepts }: Breakage, random: Random): string | null {
  const contract = contractOf(truth.schema);
  const options = { repair: "full", cut: isCut === true } as const;
  const reader = createAnswerReader(contract, options);
  const whole = readAnswer(text, contract, options);
  const isSteady =
    kinds.every((kind) => STEADY.has(kind)) &&
    !UNOPENED.test(text) &&
    whole.ok &&
    Bun.deepEquals(whole.value, accepts[0], true);
  for (const piece of piecesOf(text, random)) {
    const partial = reader.push(piece);
    if (isSteady && partial?.ok === true && !isBeginning(partial.value, whole.value))
      return `${writeJson(partial.value)} is no beginning of ${writeJson(whole.value)}`;
  }
  return isSame(reader.end(), whole) ? null : "the pieces give another reading than the whole";
}

function piecesOf(text: string, random: Random): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + random.below(random.chance(0.2) ? 40 : 6);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

function isSame(left: Reading, right: Reading): boolean {
  return Bun.deepEquals(left, right, true);
}

/** What has not come yet is null, an empty list, or absent; the rest is how the whole begins. */
export function isBeginning(part: unknown, whole: unknown): boolean {
  if (part === null || part === undefined) return true;
  if (Array.isArray(part)) {
    if (part.length === 0) return true;
    if (!Array.isArray(whole) || part.length > whole.length) return false;
    return part.every((item, index) => isBeginning(item, whole[index]));
  }
  if (typeof part === "object") {
    const known = typeof whole === "object" && whole !== null ? whole : {};
    return Object.entries(part).every(([key, item]) =>
      isBeginning(item, (known as Readonly<Record<string, unknown>>)[key] ?? null),
    );
  }
  if (typeof part === "string") return typeof whole === "string" && whole.startsWith(part);
  if (!isNumber(part) || !isNumber(whole)) return part === whole;
  // The digits so far: "1" of 12, "0" of 0.5.
  return String(whole).startsWith(Object.is(part, -0) ? "-0" : String(part));
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
