import { isObject } from "../../core/json.ts";
import english from "./english.json" with { type: "json" };

/** What is read of an input at most, in UTF-16 units, and in lines or paragraphs of one field: bounds time and memory. */
export const MAX_CHARACTERS = 200_000;
export const MAX_BLOCKS = 3000;

export interface Sentence {
  readonly text: string;
  /** Lower case, without stop words. */
  readonly words: readonly string[];
  /** The input field it stands in. */
  readonly field: string;
  /** What stands before a colon at the start of its line: a speaker, or a word such as "Attendees". */
  readonly label: string | null;
  readonly heading: boolean;
}

/** The input of a run as the baseline sees it. */
export interface Source {
  readonly sentences: readonly Sentence[];
  /** Short values of the input, and whole results of used programs, by name. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** Characters of the input that were left out. */
  readonly unread: number;
}

const STOP = new Set(english.stop.split(" "));
/** A character of a script that is written without blanks: Thai, Lao, Burmese, Khmer, Japanese, Chinese. */
export const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]/;
const LABEL = /^(?:\[?\d{1,2}:\d\d\]?\s*)?(\p{Lu}[\p{L}'’.-]*(?: [\p{L}'’.-]+){0,2})(?: \([^)]{1,40}\))?:\s+(?=\S)/u;
const BULLET = /^\s*(?:[-*•–]|\d{1,2}[.)]|#{1,6})\s+/;
const ABBREVIATION = new RegExp(`(?:^|[\\s(])(?:${english.abbreviations})\\.\\s*$`);

/** @param prompt what to read when the values hold no text */
export function readSource(values: Readonly<Record<string, unknown>>, prompt: string): Source {
  const { input, uses, ...computed } = values;
  const fields = new Map<string, unknown>();
  const groups = [input, computed, uses].map((value) => collectTexts(value, fields));
  for (const result of isObject(uses) ? Object.values(uses).filter(isObject) : [])
    for (const [name, value] of Object.entries(result)) fields.set(name, value);
  const running = groups.map((texts) => texts.filter(({ text }) => text.length >= 40 || /[.!?。！？]\s*$/u.test(text)));
  const chosen = [...running, ...groups].find((texts) => texts.length > 0) ?? [{ field: "prompt", text: prompt }];
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  let [room, unread] = [MAX_CHARACTERS, 0];
  const sentences = chosen.flatMap(({ field, text }) => {
    const part = text.slice(0, room);
    [room, unread] = [room - part.length, unread + text.length - part.length];
    return blocksOf(part).flatMap((block) => readBlock(block, field, segmenter));
  });
  return { sentences, fields, unread };
}

export function contentWords(text: string): string[] {
  return splitWords(text.toLowerCase()).filter((word) => !isStop(word));
}

export function isStop(word: string): boolean {
  const plain = word.toLowerCase().replace(/['’].*/, "");
  return word === plain.charAt(0) || STOP.has(plain) || (plain.length < 4 && /[\u0400-\u052f]/.test(plain));
}

export function splitWords(text: string): string[] {
  if (!UNSPACED.test(text)) return text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
  const parts = [...new Intl.Segmenter("en", { granularity: "word" }).segment(text)];
  return parts.filter((part) => part.isWordLike).map((part) => part.segment);
}

/** Every string below `value` with its field's name, in order; short scalars also go to `fields`. */
function collectTexts(value: unknown, fields: Map<string, unknown>): { field: string; text: string }[] {
  const found: { field: string; text: string }[] = [];
  const open: [field: string, value: unknown][] = [["", value]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [field, each] = next;
    if (typeof each === "string" && each.trim() !== "") found.push({ field, text: each });
    const short = typeof each === "string" ? each.length <= 200 : typeof each === "number" || typeof each === "boolean";
    if (short && !fields.has(field)) fields.set(field, each);
    if (Array.isArray(each)) for (const item of each.toReversed()) open.push([field, item]);
    else if (isObject(each)) for (const entry of Object.entries(each).toReversed()) open.push(entry);
  }
  return found;
}

/** Paragraphs whose lines were wrapped become one block; lists, notes and transcripts stay line by line. */
function blocksOf(text: string): string[] {
  const blocks = text.split(/\r?\n[^\S\n]*\r?\n/, MAX_BLOCKS).flatMap((paragraph) => {
    const lines = paragraph.split(/[\r\n]+/).map((line) => line.trim());
    const kept = lines.filter((line) => line !== "");
    const marked = kept.filter((line) => BULLET.test(line) || LABEL.test(line)).length;
    return marked * 2 < kept.length && kept.slice(0, -1).every((line) => line.length > 50) ? [kept.join(" ")] : kept;
  });
  return blocks.filter((block) => /[\p{L}\p{N}]/u.test(block)).slice(0, MAX_BLOCKS);
}

function readBlock(block: string, field: string, segmenter: Intl.Segmenter): Sentence[] {
  const label = LABEL.exec(block)?.[1] ?? null;
  const body = block.replace(label === null ? BULLET : LABEL, "");
  const heading =
    label === null && body.length <= 120 && !/[.!?:;,…。！？"”')]$/u.test(body) && !/^[-*•–\d]/.test(block);
  const texts = [""];
  for (const { segment } of segmenter.segment(body)) {
    const last = texts.at(-1) ?? "";
    if (last === "" || (ABBREVIATION.test(last) && !isStop(splitWords(segment)[0] ?? "")))
      texts[texts.length - 1] = last + segment;
    else texts.push(segment);
  }
  return texts.map((text) => ({ text: text.trim(), words: contentWords(text), field, label, heading }));
}
