import { isObject, writeJson } from "../../core/json.ts";
import english from "./english.json" with { type: "json" };

/** What is read of an input at most, in UTF-16 units. */
const MAX_CHARACTERS = 200_000;

export interface Sentence {
  readonly text: string;
  readonly field: string;
  /**
   * What stands before a colon at the start of its line: a speaker, or a word such as "Attendees".
   */
  readonly label: string;
  readonly heading: boolean;
}

const STOP = new Set(english.stop.split(" "));
/**
 * A character of a script that is written without blanks: Thai, Lao, Burmese, Khmer, Japanese,
 * Chinese.
 */
export const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]/;
const LABEL =
  /^(?:\[?\d{1,2}:\d\d\]?\s*)?(\p{Lu}[\p{L}'’.-]*(?: [\p{L}'’.-]+){0,2})(?: \([^)]{1,40}\))?:\s+(?=\S)/u;
const BULLET = /^(?:[-*•–]|\d{1,2}[.)]|#{1,6})\s+/;
/**
 * Line breaks after empty and short lines, and before bullets and labels; the others only wrap a
 * paragraph.
 */
const BLOCK_END =
  /\n[^\S\n]*\n\s*|\n\s*(?=[-*•–#[]|\d{1,2}[.):]|\p{Lu}[^\s:]*(?: [^\s:]+){0,2}: )|(?<![^\n]{50})\n/u;
const SENTENCE_END = new RegExp(english.sentenceEnd, "u");

/**
 * The input's sentences, its short fields and those of used programs, and how many characters were
 * left out.
 */
export function readSource(values: Readonly<Record<string, unknown>>, prompt: string) {
  const { input, uses, ...computed } = values;
  const used = isObject(uses) ? Object.values(uses) : [];
  const groups = [input, [computed, uses]].map((value) => textsIn("", value, 0));
  const running = groups.map((texts) =>
    texts.filter(({ text }) => text.length >= 40 || /[.!?。！？]\s*$/.test(text)),
  );
  const chosen = [...running, ...groups].find((texts) => texts.length > 0) ?? [
    { field: "prompt", text: prompt },
  ];
  let room = MAX_CHARACTERS;
  const sentences = chosen.flatMap(({ field, text }) => {
    const part = text.slice(0, Math.max(0, room));
    room -= text.length;
    return part.split(BLOCK_END).flatMap((block) => readBlock(block.trim(), field));
  });
  const short = Object.entries(isObject(input) ? input : {}).filter(([, value]) =>
    isObject(value) ? true : /^.{0,200}$/.test(inWords(value)),
  );
  const fields = Object.fromEntries(
    [computed, uses, ...used].filter(isObject).flatMap(Object.entries).concat(short),
  );
  return { sentences, fields, unread: Math.max(0, -room) };
}

/** A value in words. What is no scalar may have keys that `String` would take for methods. */
export function inWords(value: unknown): string {
  return typeof value === "string" ? value : writeJson(value);
}

/** Every string below `value` with the name of its field, in order, down to 500 levels. */
function textsIn(field: string, value: unknown, depth: number): { field: string; text: string }[] {
  if (typeof value === "string" && value.trim() !== "") return [{ field, text: value }];
  if (depth > 500) return [];
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => textsIn(field, item, depth + 1));
  return isObject(value)
    ? Object.entries(value).flatMap(([name, each]) => textsIn(name, each, depth + 1))
    : [];
}

function readBlock(block: string, field: string): Sentence[] {
  const line = block.replace(BULLET, "").replaceAll(/\s+/g, " ");
  const label = LABEL.exec(line)?.[1] ?? "";
  const heading =
    /^(?:subject|title)?$/i.test(label) &&
    line.length <= 120 &&
    !/^[-*•–\d]|[.!?:;,…。！？"”')]$/.test(block);
  const texts = line.replace(LABEL, "").split(SENTENCE_END);
  return texts.flatMap((text) =>
    /[\p{L}\p{N}]/u.test(text) ? { text, field, label, heading } : [],
  );
}

/** Words, and marks one by one. An apostrophe parts a word only from the `s` of a genitive. */
export function tokensOf(text: string): string[] {
  if (!UNSPACED.test(text))
    return text.match(/[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]|['’](?!s\b))*|\S/gu) ?? [];
  return Array.from(
    new Intl.Segmenter("en", { granularity: "word" }).segment(text),
    ({ segment }) => segment,
  );
}

/** Whether a token says something of what a text is about: no stop word, number or mark. */
export function isContent(token: string): boolean {
  return (
    /\p{L}{2}|[\p{Lu}\p{Lo}]/u.test(token) && !STOP.has(token.toLowerCase().replace(/['’].*/, ""))
  );
}

/** Lower case, without the commonest English endings. */
export function stem(word: string): string {
  return word
    .toLowerCase()
    .replace("’", "'")
    .replace(/(?<=...)(?:e?ments?|ies|y|ings?|ions?|ed|es|s|e|ly)$/, "");
}
