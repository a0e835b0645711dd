/** What a rule does to the meaning. `loses`: a piece of the answer is not in the value. */
export interface Rule {
  readonly level: "safe" | "full";
  /**
   * What one use adds to the cost of a candidate; the cheapest candidate that meets the contract
   * wins.
   */
  readonly cost: number;
  readonly loses?: true;
}

function safe(cost: number): Rule {
  return { level: "safe", cost };
}

function full(cost: number): Rule {
  return { level: "full", cost };
}

function loses(cost: number): Rule {
  return { level: "full", cost, loses: true };
}

/** Every edit that reading can make. The names are part of the interface: stats count by them. */
export const RULES = {
  // Spelling: the structure is all there, written in another notation.
  "odd-space": safe(0.1),
  comment: safe(0.2),
  // A line comment on the last line: where it ends is a guess.
  "comment-end": full(3),
  "other-quotes": safe(0.5),
  "other-punctuation": safe(0.3),
  "bare-key": safe(0.5),
  "bare-string": safe(1),
  // Text without quotes around it, but with some in it.
  "bare-with-quotes": full(3),
  literal: safe(0.5),
  number: safe(1),
  "raw-newline": safe(0.5),
  escape: safe(0.5),
  // Backslashes stand for themselves, where some of them could be escapes as well.
  "raw-backslash": full(2),
  "string-concat": safe(1),
  "trailing-comma": safe(0.5),
  "extra-comma": safe(1),
  "missing-comma": safe(1),
  "missing-colon": safe(1.5),
  fence: safe(0.5),
  "call-wrapper": safe(1),
  parentheses: safe(1.5),
  "escaped-twice": safe(3),
  "escaped-markup": safe(3),
  "block-quote": safe(0.5),
  "code-block": safe(1),
  "inner-quote": safe(2),
  // The same where another quote could be the closing one.
  "guessed-quote": full(3),
  "lone-surrogate": full(2),
  // An escape lost characters: what it stood for is not known.
  "broken-escape": loses(1000),
  "doubled-quote": safe(2),
  // Structure that has to be guessed.
  truncated: full(4),
  // A sign that joins strings, with nothing behind it.
  "dangling-operator": full(2),
  // Letters glued to both ends of a value: a mark around it, not data.
  "glued-text": loses(2),
  // The same behind it alone: without a schema nothing says that the value is whole.
  "glued-end": loses(2),
  "missing-quote": full(3),
  "stray-quote": full(2),
  "missing-closer": full(3),
  "extra-closer": safe(1.5),
  // A closer of a kind that is not open, behind a value.
  "wrong-closer": full(1.5),
  // Something was left out there: read only where nothing says what is wanted.
  ellipsis: safe(1),
  "missing-opener": full(4),
  "doubled-opener": full(3),
  "early-close": full(3),
  "missing-value": full(4),
  "bare-list": full(2),
  "set-to-list": full(3),
  "merged-list": full(6),
  "many-values": full(6),
  "skipped-text": loses(6),
  // What the model wrote to itself, where it said nothing else.
  reasoning: full(60),
  // Another value of the text, which says something else.
  "left-behind": loses(20),
  // A value with no key in front of its colon.
  "orphan-value": loses(1000),
  "duplicate-key": loses(6),
  // Coercion: the schema says what was meant.
  alias: safe(0.1),
  "key-match": safe(1),
  "dotted-key": safe(1),
  "text-to-number": safe(1),
  "text-to-boolean": safe(1),
  "text-to-null": safe(2),
  "enum-match": safe(1),
  "text-to-json": safe(3),
  date: safe(1),
  link: safe(1),
  "null-absent": safe(1),
  "single-to-list": safe(3),
  "list-to-single": safe(4),
  entries: safe(3),
  unwrap: safe(4),
  wrap: safe(5),
  "wrap-text": full(8),
  xml: safe(4),
  // Notations of their own.
  table: safe(3),
  csv: safe(3),
  tsv: safe(3),
  toon: safe(2),
  yaml: safe(4),
  assignments: safe(3),
  "call-parameters": safe(3),
  // A row with more or fewer cells than there are names.
  "ragged-row": loses(12),
  // The head of a list says another number of items than there are.
  "toon-count": full(4),
  "tool-call": safe(3),
  "to-text": full(3),
  "json-to-text": full(8),
  "text-to-fraction": full(3),
  "decimal-comma": full(4),
  "number-in-words": full(4),
  // A number out of the maximum that the schema names.
  score: full(3),
  "number-to-boolean": full(4),
  "enum-in-text": full(8),
  "scalar-in-text": full(10),
  outline: full(6),
  // A table among lines of keys and values, which say nothing of it.
  "unnamed-list": full(4),
  "extra-property": loses(5),
  // One of a list was wanted, and the others can't be it.
  "other-item": loses(8),
  "dropped-item": loses(12),
  "dropped-property": loses(10),
  default: full(6),
  "absent-null": full(6),
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

export function ruleOf(name: RuleName): Rule {
  return RULES[name];
}
