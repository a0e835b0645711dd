import { isDeepStrictEqual } from "node:util";
import { Lexer, parseDocument } from "yaml";
import { parseBody } from "../program/body.ts";
import { parseFrontmatter } from "../program/frontmatter.ts";
import { createSource } from "../program/source.ts";

/** As values are read: whole numbers keep their digits. */
const AS_READ = { version: "1.2", schema: "core", uniqueKeys: false, intAsBigInt: true } as const;
/** No line is folded: where a text breaks is the author's to say. */
const AS_WRITTEN = { indent: 2, lineWidth: 0, minContentWidth: 0 } as const;

/**
 * A program's text in one form: two columns for each level, no blanks at the end of a line of the
 * frontmatter, no more than one empty line between two keys, one line break at the end. Comments,
 * the order of keys, quotes and the prompt stay. What would change its meaning is left as it is.
 * @throws {ModullmError} RLLM_001, RLLM_009 for a text that is no program
 */
export function formatProgram(text: string): string {
  const source = createSource(text, "");
  const front = parseFrontmatter(source);
  const begin = source.text.indexOf("\n") + 1;
  const end = source.text.lastIndexOf("\n---", front.bodyOffset - 1) + 1;
  const yaml = formatYaml(source.text.slice(begin, end));
  const body = source.text.slice(front.bodyOffset);
  const bodies = [`${body.replace(/\s+$/, "")}\n`, body];
  const candidates = [yaml, source.text.slice(begin, end)].flatMap((head) =>
    bodies.map((tail) => `---\n${head}---\n${tail.trim() === "" ? "" : tail}`),
  );
  const same = candidates.find((candidate) => hasSameMeaning(candidate, source.text));
  const formatted = same ?? source.text;
  return text.includes("\r\n") ? formatted.replaceAll("\n", "\r\n") : formatted;
}

/** YAML as `toString` of the library has it, once that changes nothing more. */
function formatYaml(text: string): string {
  let formatted = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const document = parseDocument(formatted, AS_READ);
    if (document.errors.length > 0) return text;
    if (document.contents === null) return formatted;
    const next = tightLists(document.toString(AS_WRITTEN));
    if (next === formatted) return formatted;
    formatted = next;
  }
  // It swings between forms: the text stays as it is.
  return text;
}

const MOST_ROUNDS = 4;

/** Marks of the lexer that stand for nothing in the text. */
const MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001F"]);

/** `[a, b]` beside `{ a: b }`: the library pads both or none. */
function tightLists(text: string): string {
  const tokens = [...new Lexer().lex(text)].filter((token) => !MARKS.has(token));
  return tokens
    .filter((token, at) => {
      const isInside = tokens[at - 1] === "[" || tokens[at + 1] === "]";
      return !isInside || !/^ +$/.test(token);
    })
    .join("");
}

function hasSameMeaning(text: string, other: string): boolean {
  try {
    return isDeepStrictEqual(meaningOf(text), meaningOf(other));
  } catch {
    return false;
  }
}

/** All that a run depends on. */
function meaningOf(text: string): object {
  const source = createSource(text, "");
  const { values, bodyOffset } = parseFrontmatter(source);
  const { prompt, system, recovery, blocks } = parseBody(source, bodyOffset);
  return {
    values,
    keys: Object.keys(values),
    prompt: prompt.text,
    system: system?.text ?? null,
    recovery: recovery?.text ?? null,
    blocks: blocks.map((block) => ({ ...block, line: 0 })),
  };
}
