import { writeJson } from "../../src/core/json.ts";
import type { Reading } from "../../src/answer/answer.ts";

/**
 * The words and numbers of a text that look like data and are in nothing that reading it gave:
 * neither in the value, nor in an edit, nor counted by `lost`. On purpose simple, and with an idea
 * of data of its own: what stands in brackets or tags and is no key, no comment and no reasoning.
 */
export function lossesOf(text: string, reading: Reading): readonly string[] {
  if (!reading.ok) return [];
  const kept = new Set(wordsOf(writeJson(reading.value)));
  for (const edit of reading.edits) for (const word of wordsOf(edit.before)) kept.add(word);
  const missing = wordsOf(dataOf(text, reading.rung)).filter((word) => !kept.has(word));
  const counted = reading.lost.reduce((sum, piece) => sum + piece.characters, 0);
  return missing.join("").length > counted ? missing : [];
}

const REASONING = "think|thinking|thought|reasoning|reflection|scratchpad|analysis";

const ESCAPE = /\\+[nrtbf]?/g;

/** A letter that is written by its number is that letter; half a pair is none. */
function decoded(text: string): string {
  const plain = text.replace(/\\+u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return plain.replace(/\p{Surrogate}/gu, " ").replace(/\\+u[0-9a-f]{0,3}/gi, " ");
}

const NO_DATA: readonly RegExp[] = [
  // A mark as HTML escapes it.
  /&(?:#\d{1,5}|#x[0-9a-f]{1,4}|[a-z]{2,6});/gi,
  // A citation.
  /^\[\d{1,3}\](?=\s+\p{L})/gmu,
  // A paragraph of words alone, between two values, or of a sentence behind the last.
  /(?<=\n\n|\\n\\n)[^\n\\\p{N}"'`“{}[\]]+(?=\n\n|\\n\\n|(?<=[.!?])$)/gu,
  // What stands in front of a bracket, and marks of a dialect.
  /^(?:json|return)\s+(?=[{[])/gm,
  /(?:\b(?:const|let|var)\s+)?(?<![\p{L}\p{N}_])[\p{L}\p{N}_.]+\s*[=(]\s*(?=[{[])/gu,
  // The tags of a call.
  /<\/?(?:function|function_calls|invoke|parameter)\b[^<>]*>/g,
  // Turns that the model made up behind its own.
  /<\|im_end\|>\s*<\|im_start\|>[^]*$/g,
  /<\|(?!channel|message|start)\w+\|>/g,
  // Escapes, of strings in strings as well, and those of tags.
  ESCAPE,
  /&\w{2,5};/g,
  /^\s*analysis[^]*?assistantfinal/g,
  /^[^]*<\|channel\|>final<\|message\|>/g,
  new RegExp(`<(${REASONING})>[^]*?</\\1>`, "g"),
  new RegExp(`^[^]*</(?:${REASONING})>`, "g"),
  /<\|channel\|>(?:analysis|commentary)[^]*?(?=<\|start\|>|<\|channel\|>final|$)/g,
  /\/\*[^]*?\*\//g,
  /(?<=^|\s)(?:\/\/|#) .*$/gm,
  // What a fence says of itself.
  /[{[]?\s*(?:`{3,}|~{3,})[\w+-]*/g,
  // Keys.
  /"[^"\n]*"\s*:|'[^'\n]*'\s*:|[\p{L}\p{N}_.-]+\s*:/gu,
];

function dataOf(text: string, rung: string): string {
  // Strings that are added are one word, a backslash between them stays.
  const joined = decoded(text).replace(/(\\*)["']\s*\+\s*\\*["']/g, (_, slashes: string) =>
    slashes.length > 1 ? slashes : "",
  );
  const plain = /^\s*"(\s*[{[][^]*)"\s*$/.exec(joined)?.[1] ?? joined;
  const said = NO_DATA.reduce((left, pattern) => left.replace(pattern, " "), plain);
  return [...bracketed(said), ...tagged(said), ...cellsOf(said, rung)].join("\n");
}

/** Of an answer that was read as a table: what stands in its rows, but not in the row of names. */
function cellsOf(text: string, rung: string): string[] {
  const mark = MARKS[rung];
  if (mark === undefined) return [];
  const rows = text.split("\n").filter((line) => mark.test(line) && /[\p{L}\p{N}]/u.test(line));
  return rows.slice(1);
}

const MARKS: Readonly<Record<string, RegExp>> = { table: /\|/, csv: /[,;]/, tsv: /\t/ };

/** What stands in outermost brackets, where it looks like more than `[1]` or `{so}` in prose. */
function bracketed(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { index, 0: mark } of text.matchAll(/[{}[\]]/g)) {
    if (mark === "{" || mark === "[") {
      if (depth++ === 0) from = index;
    } else if (depth > 0 && --depth === 0) pieces.push(text.slice(from, index));
  }
  // What is never closed ends with its last mark: prose may stand behind it.
  if (depth > 0) pieces.push(LAST_MARK.exec(text.slice(from))?.[0] ?? "");
  return pieces.filter((piece) => /["',]/.test(piece));
}

/** An apostrophe within a word is no mark. */
const LAST_MARK = /^[^]*(?:["}\]]|(?<!\p{L})'|'(?!\p{L}))/u;

/** What a tag of such a name holds is about the answer. */
const ABOUT = /^<(?:explanation|rationale|comments?|notes?|summary)>/i;

function tagged(text: string): string[] {
  const tags = [...text.matchAll(/<([\p{L}_][\p{L}\p{N}_.-]*)>([^<]*)<\/\1>/gu)];
  return tags.filter(([whole]) => !ABOUT.test(whole)).map((tag) => tag[2] ?? "");
}

/** A number counts by its value, however it is written and whatever unit is glued to it. */
export function wordsOf(text: string): string[] {
  const plain = decoded(text)
    .replace(ESCAPE, " ")
    .replace(/(?<=\d)\p{Script=Han}+/gu, "");
  const words = plain.match(/\d+(?:\.\d+)?(?:e-?\d+)?|[\p{L}\p{N}]+/giu) ?? [];
  return words.map((word) => (/^\d/.test(word) ? plainNumber(word) : word.toLowerCase()));
}

function plainNumber(word: string): string {
  return /^\d{16,}$/.test(word) ? String(BigInt(word)) : String(Number(word));
}
