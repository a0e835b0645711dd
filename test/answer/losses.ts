import type { Reading } from "../../src/answer/answer.ts";

/**
 * The words and numbers of a text that look like data and are in nothing that reading it gave:
 * neither in the value, nor in an edit, nor counted by `lost`. On purpose simple, and with an idea
 * of data of its own: what stands in brackets or tags and is no key, no comment and no reasoning.
 */
export function lossesOf(text: string, reading: Reading): readonly string[] {
  if (!reading.ok) return [];
  const kept = new Set(wordsOf(JSON.stringify(reading.value)));
  for (const edit of reading.edits) for (const word of wordsOf(edit.before)) kept.add(word);
  const missing = wordsOf(dataOf(text)).filter((word) => !kept.has(word));
  const counted = reading.lost.reduce((sum, piece) => sum + piece.characters, 0);
  return missing.join("").length > counted ? missing : [];
}

const REASONING = "think|thinking|thought|reasoning|reflection|scratchpad|analysis";

const ESCAPE = /\\+(?:u[0-9a-f]{4}|[nrtbf])?/gi;

const NO_DATA: readonly RegExp[] = [
  // Escapes, of strings in strings as well, and those of tags.
  ESCAPE,
  /&\w{2,5};/g,
  /^\s*analysis[^]*?assistantfinal/g,
  /^[^]*<\|channel\|>final<\|message\|>/g,
  new RegExp(`<(${REASONING})>[^]*?</\\1>`, "g"),
  new RegExp(`^[^]*</(?:${REASONING})>`, "g"),
  /<\|channel\|>(?:analysis|commentary)[^]*?(?=<\|start\|>|<\|channel\|>final|$)/g,
  // What the text itself takes back.
  /^[^]*(?:\bfinal|korrigiert|修正)[^{[<]*?(?=[{[`<])/gi,
  // A paragraph of prose in one line, and a note at the end.
  /(?<=\n\n)\p{L}[^\n"{}[\]]*[:.!)](?=\n|$)/gu,
  /\n\n\[\d+\] [^\n]*$/g,
  /\/\*[^]*?\*\//g,
  /(?<=^|\s)(?:\/\/|#) .*$/gm,
  // What a fence says of itself.
  /[{[]?\s*(?:`{3,}|~{3,})[\w+-]*/g,
  // Keys.
  /"[^"\n]*"\s*:|'[^'\n]*'\s*:|[\p{L}\p{N}_.-]+\s*:/gu,
];

function dataOf(text: string): string {
  // Strings that are added are one word, a backslash between them stays.
  const joined = text.replace(/(\\*)["']\s*\+\s*\\*["']/g, (_, slashes: string) =>
    slashes.length > 1 ? slashes : "",
  );
  const said = NO_DATA.reduce((left, pattern) => left.replace(pattern, " "), joined);
  return [...bracketed(said), ...tagged(said)].join("\n");
}

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
  if (depth > 0) pieces.push(/^[^]*["'}\]]/.exec(text.slice(from))?.[0] ?? "");
  return pieces.filter((piece) => /["',]/.test(piece));
}

function tagged(text: string): string[] {
  return [...text.matchAll(/<([\p{L}_][\p{L}\p{N}_.-]*)>([^<]*)<\/\1>/gu)].map(
    (tag) => tag[2] ?? "",
  );
}

/** A number counts by its value, however it is written and whatever unit is glued to it. */
function wordsOf(text: string): string[] {
  const plain = text.replace(ESCAPE, " ").replace(/(?<=\d)\p{Script=Han}+/gu, "");
  const words = plain.match(/\d+(?:\.\d+)?(?:e-?\d+)?|[\p{L}\p{N}]+/giu) ?? [];
  return words.map((word) => (/^\d/.test(word) ? String(Number(word)) : word.toLowerCase()));
}
