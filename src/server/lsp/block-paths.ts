import type { BodyPart, FileView } from "./file-view.ts";
import type { PlacedName } from "./templates.ts";

/** A path into `context` that a block writes out, name by name. */
export type BlockPath = readonly PlacedName[];

const START = /\bcontext\b/g;
const BY_KEY = /\s*(?:\?\.)?\[\s*(["'])([A-Za-z_]\w*)\1\s*\]/y;
const BY_INDEX = /\s*(?:\?\.)?\[\s*(\d+)\s*\]/y;
const BY_GET = /\.get\(\s*(["'])([A-Za-z_]\w*)\1\s*\)/y;
const BY_DOT = /\s*\??\.([A-Za-z_$][\w$]*)(?!\s*\()/y;
const OPTION = /\bin=([^ \n]+)/g;

/** What a block plainly reads of `context`: also what its `in=` names. */
export function pathsRead(view: FileView, part: BodyPart): BlockPath[] {
  const code = blanked(view.source.text.slice(part.from, part.to), part.language);
  const read = [...code.matchAll(START)].map(({ index }) =>
    accessors(code, index + "context".length, part).map((name) => ({
      ...name,
      from: name.from + part.from,
      to: name.to + part.from,
    })),
  );
  return [...pathsNamed(view, part), ...read].filter((path) => path.length > 0);
}

function pathsNamed({ source }: FileView, { head }: BodyPart): BlockPath[] {
  const line = source.text.slice(head.from, head.to);
  return [...line.matchAll(OPTION)].flatMap((match) => {
    let at = head.from + match.index + "in=".length;
    return (match[1] ?? "").split(",").map((path) => {
      const names = path.split(".").map((name) => {
        const placed = { name, from: at, to: at + name.length };
        at = placed.to + 1;
        return placed;
      });
      return names;
    });
  });
}

function accessors(code: string, start: number, { language }: BodyPart): PlacedName[] {
  const names: PlacedName[] = [];
  for (let at = start; ;) {
    const ways = language === "js" ? [BY_KEY, BY_INDEX, BY_DOT] : [BY_KEY, BY_INDEX, BY_GET];
    const found = ways.map((way) => takeAt(way, code, at)).find((match) => match !== null);
    if (!found) return names;
    const name = found.at(-1) ?? "";
    const from = at + found[0].lastIndexOf(name);
    names.push({ name, from, to: from + name.length });
    at += found[0].length;
  }
}

function takeAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** A key of the object that a block gives. */
export interface GivenKey extends PlacedName {
  /** `{ due }` in JavaScript. */
  readonly isShorthand: boolean;
}

/**
 * Keys that a post block plainly gives: those of `result = {…}`, of `result["key"] = …`, and what
 * its `out=` names.
 */
export function keysGiven(view: FileView, part: BodyPart): GivenKey[] {
  if (part.kind !== "post") return [];
  const text = view.source.text.slice(part.from, part.to);
  const code = blanked(text, part.language);
  const line = view.source.text.slice(part.head.from, part.head.to);
  const out = /\bout=([^ \n]+)/.exec(line);
  const named = [...(out?.[1] ?? "").matchAll(/(?:^|,)(\w+)/g)].map((match) => {
    const start = part.head.from + (out?.index ?? 0) + "out=".length;
    const name = match[1] ?? "";
    const from = start + match.index + match[0].length - name.length;
    return { name, from, to: from + name.length, isShorthand: false };
  });
  const set = [...code.matchAll(/\bresult(?:\[\s*(["'])(\w+)\1\s*\]|\.(\w+))\s*=(?!=)/g)].map(
    (match) => keyIn(match, match[2] ?? match[3] ?? "", part),
  );
  const literals = [...code.matchAll(/\bresult\s*=\s*\{/g)].flatMap(({ index, 0: { length } }) =>
    literalKeys(code, index + length, part),
  );
  return [...named, ...set, ...literals];
}

function keyIn(match: RegExpMatchArray, name: string, { from: start }: BodyPart): GivenKey {
  const from = start + (match.index ?? 0) + match[0].indexOf(name, "result".length);
  return { name, from, to: from + name.length, isShorthand: false };
}

const QUOTED_KEY = /\s*(["'])(\w+)\1\s*:/y;
const BARE_KEY = /\s*([A-Za-z_$][\w$]*)\s*(:|,|\})/y;

/** The keys of a literal, from behind its opening brace. */
function literalKeys(code: string, start: number, { from, language }: BodyPart): GivenKey[] {
  const keys: GivenKey[] = [];
  let depth = 0;
  let mayBeKey = true;
  for (let at = start; at < code.length && depth >= 0; at++) {
    const key = mayBeKey && depth === 0 ? keyAt(code, at, language) : null;
    if (key !== null) {
      keys.push({ ...key, from: key.from + from, to: key.to + from });
      // A text may hold what looks like brackets.
      at = key.to;
    }
    const character = code[at] ?? "";
    if ("{[(".includes(character)) depth++;
    else if ("}])".includes(character)) depth--;
    else if (character === '"' || character === "'" || character === "`")
      at = closing(code, at, character);
    mayBeKey = depth === 0 && character === ",";
  }
  return keys;
}

function keyAt(code: string, at: number, language: BodyPart["language"]): GivenKey | null {
  const quoted = takeAt(QUOTED_KEY, code, at);
  const bare = language === "js" ? takeAt(BARE_KEY, code, at) : null;
  const found = quoted ?? bare;
  if (found === null) return null;
  const name = quoted?.[2] ?? bare?.[1] ?? "";
  const from = at + found[0].indexOf(name);
  const isShorthand = quoted === null && bare?.[2] !== ":";
  return { name, from, to: from + name.length, isShorthand };
}

function closing(code: string, start: number, quote: string): number {
  for (let at = start + 1; at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === quote) return at;
  }
  return code.length;
}

/** The code with blanks for comments, so that offsets stay. */
export function blanked(code: string, language: BodyPart["language"]): string {
  const comments =
    language === "js"
      ? /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\/.*|\/\*[\s\S]*?\*\//g
      : /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|#.*/g;
  return code.replace(comments, (whole, text?: string) =>
    text === undefined ? whole.replaceAll(/[^\n]/g, " ") : whole,
  );
}
