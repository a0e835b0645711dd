import type { Kind } from "./kinds.ts";
import type { Random } from "./random.ts";

const PAIRS: readonly (readonly [string, string])[] = [
  ["'", "'"],
  ["“", "”"],
  ["„", "“"],
  ["‘", "’"],
  ["`", "`"],
  ["´", "´"],
  ["`", "'"],
  ["«", "»"],
  ["「", "」"],
  ["『", "』"],
  ["＂", "＂"],
];

/** At about one site in three, `other`; else `usual`. */
function sometimes(random: Random, usual: string, other: string): string {
  return random.chance(0.35) ? other : usual;
}

/** At one site only, wherever it comes; else `usual`. */
function once(usual: string, other: string, random: Random): () => string {
  let left = random.below(4);
  return () => (left-- === 0 ? other : usual);
}

/** Kinds that break how JSON is written. */
export const STYLES: readonly Kind[] = [
  {
    name: "quotes of other kinds",
    style: (random) => {
      const quotes = random.pick(PAIRS);
      return { quotes, keyQuotes: random.chance(0.7) ? quotes : null };
    },
  },
  { name: "keys without quotes", style: () => ({ bareKeys: true }) },
  { name: "text without quotes", style: () => ({ bareText: true }) },
  {
    name: "literals of other languages",
    style: (random) => ({
      literals: random.pick([
        { true: "True", false: "False", null: "None" },
        { true: "TRUE", false: "FALSE", null: "NULL" },
        { true: "true", false: "false", null: "undefined" },
      ]),
    }),
  },
  {
    name: "trailing commas",
    style: () => ({ beforeCloser: (random) => sometimes(random, "", ",") }),
  },
  { name: "missing commas", style: (random) => ({ comma: once(",", "", random) }) },
  { name: "missing commas at line ends", style: () => ({ indent: 2, comma: () => "" }) },
  {
    name: "commas too many",
    style: () => ({ comma: (random) => sometimes(random, ",", random.pick([",,", ", ,"])) }),
  },
  {
    name: "other separators",
    style: (random) => {
      const mark = random.pick([";", "，", "、"]);
      return { comma: () => mark };
    },
  },
  {
    name: "other colons",
    style: (random) => {
      const mark = random.pick([" => ", " = ", "：", " -> "]);
      return { colon: () => mark };
    },
  },
  { name: "a missing colon", style: (random) => ({ colon: once(": ", " ", random) }) },
  {
    name: "comments",
    style: (random) => ({
      indent: 2,
      comment: (one) =>
        one.chance(0.4)
          ? random.pick(["/* why: it's so */ ", "// see above\n", "# as asked\n"])
          : "",
    }),
  },
  {
    name: "a closer of the wrong kind",
    style: (random) => {
      let left = random.below(3);
      return {
        closer: (own) => (left-- === 0 ? random.pick([own === "}" ? "]" : "}", ")"]) : own),
      };
    },
  },
  {
    name: "a closer that is missing",
    style: (random) => {
      let left = random.below(3);
      return { closer: (own) => (left-- === 0 ? "" : own) };
    },
  },
  {
    name: "a closer too many",
    style: (random) => {
      let left = random.below(3);
      return { closer: (own) => (left-- === 0 ? own + random.pick(["}", "]"]) : own) };
    },
  },
  {
    name: "an opener that is missing",
    style: (random) => {
      let left = random.below(3);
      return { opener: (own) => (left-- === 0 ? "" : own) };
    },
  },
  {
    name: "an opener too many",
    style: (random) => {
      let left = random.below(3);
      return { opener: (own) => (left-- === 0 ? own + own : own) };
    },
  },
  {
    name: "quotes inside that are not escaped",
    style: () => ({
      text: (value) => (/^[^\\\n\t]+$/.test(value) && /"/.test(value) ? `"${value}"` : null),
    }),
  },
  {
    name: "an operator left dangling",
    style: () => ({ afterText: (random) => sometimes(random, "", " +") }),
  },
  {
    name: "strings that are added",
    style: () => ({
      text: (value, random) => {
        const cut = 1 + random.below(Math.max(1, value.length - 1));
        if (value.length < 4 || /[\ud800-\udfff]/.test(value)) return null;
        return `${JSON.stringify(value.slice(0, cut))} + ${JSON.stringify(value.slice(cut))}`;
      },
    }),
  },
  {
    name: "line ends and tabs in strings",
    style: () => ({
      text: (value) => (/["\\]/.test(value) || !/[\n\t]/.test(value) ? null : `"${value}"`),
    }),
  },
  {
    name: "escapes that JSON does not know",
    style: () => ({
      text: (value) => (value.includes("'") ? JSON.stringify(value).replaceAll("'", "\\'") : null),
    }),
  },
  {
    name: "blocks of text",
    style: (random) => ({
      text: (value) => {
        if (/[\\`"]|^\s|\s$/.test(value) || value.length < 4) return null;
        if (random.chance(0.5)) return `"""\n${value}\n"""`;
        const info = random.pick(["", "text", "python", 'md title="a.md"', "py jobs/a.py"]);
        return `\`\`\`${info}\n${value}\n\`\`\``;
      },
    }),
  },
  {
    name: "a member twice",
    style: () => ({
      again: (member, random) => (random.chance(0.3) ? `${member}, ${member}` : member),
    }),
  },
  {
    name: "full-width punctuation",
    style: (random) => ({
      comma: () => "，",
      colon: () => "：",
      ...(random.chance(0.5) ? { quotes: ["“", "”"], keyQuotes: ["“", "”"] } : {}),
    }),
  },
];
