import type { Block } from "./program.ts";

/** A key of the output that holds the output of a `uses` entry as it came. */
export interface PassedOn {
  readonly key: string;
  readonly entry: string;
}

/**
 * What a post block plainly passes on, as in `result = {"rows": context["uses"]["rows"]}`, in
 * either language, also through a variable. Only the text is looked at: what is done in a branch,
 * changed before or after, or written in another way is left out.
 */
export function passedOn(blocks: readonly Block[]): readonly PassedOn[] {
  const post = blocks.find(({ when }) => when === "post");
  const replaced = blocks.some(({ when, code }) => when === "pre" && code.includes("uses"));
  if (post === undefined || replaced) return [];
  const code = spelledOut(post);
  if (OTHER_RESULT.test(code)) return [];
  const found = [...code.matchAll(GIVEN)].flatMap((match) => {
    const { own, quoted, named, entry = "" } = match.groups ?? {};
    const key = own ?? quoted ?? named ?? "";
    const whole =
      own === undefined ? isPartOfResult(code, match.index) : isOutside(code, match.index);
    return whole && isOnlyCounted(code, entry) ? [{ key, entry }] : [];
  });
  const keys = [...code.matchAll(KEY)].map(([, quoted, named]) => quoted ?? named);
  return found.filter(({ key }) => keys.filter((other) => other === key).length === 1);
}

const USES = String.raw`context(?:\.uses\b|\[["']uses["']\])`;
const ENTRY = String.raw`${USES}(?:\.(?<dotted>\w+)|\[["'](?<indexed>\w+)["']\])`;
const PLAIN_ENTRY = String.raw`${USES}\.(?<entry>\w+)`;
/** The value ends here: nothing is called, chosen or added. */
const END = String.raw`(?=\s*[,;})]|[ \t]*(?:$|\n)(?!\s*[.[(+?]))`;
const GIVEN = new RegExp(
  String.raw`(?:\bresult(?:\[["']|\.)(?<own>\w+)(?:["']\])?\s*=\s*|["'](?<quoted>\w+)["']\s*:\s*|\b(?<named>\w+)\s*[:=]\s*)${PLAIN_ENTRY}${END}`,
  "g",
);
/** `result` where it is not given something. */
const OTHER_RESULT =
  /\bresult\b(?!\s*=[^=]|(?:\[["']\w+["']\]|\.\w+)\s*=[^=]|\.update\(|,\s*\{)|\+=|\bdel\b|\bdelete\b/;
const KEY = /["'](\w+)["']\s*(?::|\]\s*=[^=])|[.\s,({](\w+)\s*(?::|=[^=])/g;

/**
 * Without comments; variables that stand for `uses` or an entry replaced by what they stand for.
 */
function spelledOut({ code, language }: Block): string {
  let text = code.replaceAll(/(?:^|\s)(?:#|\/\/)[^"'\n]*$/gm, "");
  if (language === "js") text = text.replaceAll(TAKEN_APART, apart).replaceAll(SHORT, "$1$2: $2");
  for (let round = 0; round < ROUNDS; round++) {
    text = text.replaceAll(new RegExp(ENTRY, "g"), (...match) => {
      const { dotted, indexed } = match.at(-1) as Record<string, string | undefined>;
      return `context.uses.${dotted ?? indexed}`;
    });
    text = text.replaceAll(COPIES, "$<whole>");
    const alias = ALIAS.exec(text)?.groups;
    if (alias === undefined) break;
    const { name = "", value = "" } = alias;
    text = text.replace(ALIAS, "");
    text = text.replaceAll(
      new RegExp(String.raw`(?<![.\w"'])${name}(?![\w"'])(?!\s*(?::|=[^=]))`, "g"),
      value,
    );
    // It is given another value somewhere.
    if (new RegExp(String.raw`^\s*${name}\s*=`, "m").test(text)) return "";
  }
  return text;
}

const TAKEN_APART = /^(?:const|let|var) \{([\w\s,]*)\} = ([\w.]+);?/gm;
/** `{ rows }` for `{ rows: rows }`. */
const SHORT = /([{,]\s*)(\w+)(?=\s*[,}])/g;

function apart(_: string, names: string, from: string): string {
  const each = names.match(/\w+/g) ?? [];
  return each.map((name) => `const ${name} = ${from}.${name}`).join("\n");
}

/** A variable of a variable, and so on. */
const ROUNDS = 8;
const ALIAS =
  /^(?:const |let |var )?(?!result\b)(?<name>\w+) = (?<value>context(?:\.uses\b|\[["']uses["']\])(?:\.\w+)?);?[ \t]*$/m;
const COPIES =
  /\[(?<item>\w+) for \k<item> in (?<whole>context\.uses\.\w+)\]|\blist\((?<whole>context\.uses\.\w+)\)|\[\.\.\.(?<whole>context\.uses\.\w+)\]/g;

/** Whether a place is directly in the mapping that `result` is given or filled with. */
function isPartOfResult(code: string, place: number): boolean {
  let open = 0;
  for (let at = place - 1; at >= 0; at--) {
    const character = code[at] ?? "";
    if (")]}".includes(character)) open++;
    else if ("([{".includes(character) && open-- === 0) {
      const before = /\n?[^\n]*$/.exec(code.slice(0, at))?.[0] ?? "";
      return RESULT_HEAD.test(before + character) && isOutside(code, at - before.trim().length);
    }
  }
  return false;
}

const RESULT_HEAD = /^\n?result(?: = (?:\{|dict\()|\.update\(\{?)$|^\n?Object\.assign\(result, \{$/;

/** Whether a place is in no function, branch or loop. */
function isOutside(code: string, place: number): boolean {
  const start = code.lastIndexOf("\n", place) + 1;
  const before = code.slice(0, start);
  const opened = before.match(/[([{]/g)?.length ?? 0;
  const closed = before.match(/[)\]}]/g)?.length ?? 0;
  return opened === closed && !/^\s/.test(code.slice(start));
}

/** Whether an entry's output is read once, and else only counted. */
function isOnlyCounted(code: string, entry: string): boolean {
  const path = String.raw`context\.uses\.${entry}\b`;
  const all = code.match(new RegExp(path, "g")) ?? [];
  const counted = code.match(new RegExp(String.raw`len\(${path}\)|${path}\.length\b`, "g")) ?? [];
  const others = code.match(new RegExp(String.raw`${USES}(?!\.\w)`, "g")) ?? [];
  return all.length - counted.length === 1 && others.length === 0;
}
