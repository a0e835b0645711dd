import { Composer, type CST, type Document, Lexer, Parser } from "yaml";
import { DocumentPlaces } from "./document-places.ts";
import type { ParseYamlOptions, YamlResult } from "./yaml-result.ts";
import { YamlFault, YamlValue } from "./yaml-value.ts";

/** Collections within collections, by brackets or by indentation. */
const MAX_YAML_DEPTH = 100;
/** What the parser has open then: the document, the collections, a scalar. */
const STACK_LIMIT = MAX_YAML_DEPTH + 2;

/** `parseYaml` for any document, with the library. */
export function parseYamlDocument(
  text: string,
  { firstLine = 1 }: ParseYamlOptions = {},
): YamlResult {
  const { documents, tooDeepAt } = composeYaml(text);
  const [document, second] = documents;
  if (tooDeepAt !== null) {
    const reason = `it is nested more than ${MAX_YAML_DEPTH} levels deep`;
    return { ok: false, reason, offset: tooDeepAt };
  }
  if (!document) return { ok: false, reason: "it holds no document", offset: 0 };
  const error = document.errors[0] ?? document.warnings[0];
  if (error) return { ok: false, ...explained(document, text, firstLine) };
  if (second)
    return { ok: false, reason: "it holds more than one document", offset: second.range[0] };
  try {
    const { value, anchors } = new YamlValue(document);
    return { ok: true, value: value ?? null, places: new DocumentPlaces(document, anchors) };
  } catch (thrown) {
    if (!(thrown instanceof YamlFault)) throw thrown;
    return { ok: false, reason: thrown.message, offset: thrown.offset };
  }
}

export interface ComposedYaml {
  readonly documents: readonly Document.Parsed[];
  /** Where the text gets nested too deeply to be read at all; null where it does not. */
  readonly tooDeepAt: number | null;
}

/** The documents of a text, each with what is wrong with it. */
export function composeYaml(text: string): ComposedYaml {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > STACK_LIMIT) return { documents: [], tooDeepAt: parser.offset };
  }
  tokens.push(...parser.end());
  // The library's own check for duplicate keys compares each with each.
  const options = { version: "1.2", schema: "core", uniqueKeys: false, intAsBigInt: true } as const;
  const documents = [...new Composer(options).compose(tokens, true, text.length)];
  return { documents, tooDeepAt: null };
}

/** The first thing that is wrong with a document, said for whoever wrote it. */
function explained(
  { errors, warnings }: Document.Parsed,
  text: string,
  firstLine: number,
): { reason: string; offset: number } {
  const [first = warnings[0], second] = errors;
  const offset = first?.pos[0] ?? 0;
  const lineAt = (place: number) => text.slice(0, place).split("\n").length + firstLine - 1;
  const spread = [first, second].find((error) => error?.code === "MULTILINE_IMPLICIT_KEY");
  const end = text.indexOf("\n", offset) + 1;
  const isSplit = first?.code === "BLOCK_AS_IMPLICIT_KEY" && spread?.pos[0] === offset && end > 0;
  const behindComment = first?.code === "BAD_INDENT" && /^\s/.test(text.slice(offset));
  const from = isSplit ? end : offset;
  const next = from + blankLines(text.slice(from));
  const before = isSplit ? offset : lastFilled(text, offset);
  if ((isSplit || behindComment) && indentAt(text, next) > indentAt(text, before)) {
    const reason =
      `line ${lineAt(next)} is indented deeper than line ${lineAt(before)}, which has its ` +
      "value already";
    return { reason, offset: next + text.slice(next).search(/\S/) };
  }
  if (behindComment) {
    const reason = `line ${lineAt(next)} is indented as none of the mappings and lists above it`;
    return { reason, offset: next + text.slice(next).search(/\S/) };
  }
  if (spread && /^[\w.-]+:\S/.test(text.slice(offset)))
    return { reason: 'a blank is missing behind a colon: "key: value"', offset };
  return { reason: plainReason(first), offset };
}

/** How long the blank lines and comments are that a text begins with. */
function blankLines(text: string): number {
  return /^(?:[ \t]*(?:#.*)?\n)*/.exec(text)?.[0].length ?? 0;
}

/** The beginning of the last line before a place that is neither blank nor a comment. */
function lastFilled(text: string, place: number): number {
  const lines = text.slice(0, place).matchAll(/^[ \t]*[^\s#]/gm);
  return [...lines].at(-1)?.index ?? 0;
}

function indentAt(text: string, place: number): number {
  const start = text.lastIndexOf("\n", place - 1) + 1;
  return text.slice(start).search(/[^ ]/);
}

/** What the library says in the words of its parser. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/^Nested mappings are not allowed.*/, 'a text with ": " in it needs quotes: key: "a: b"'],
  [/^Unexpected scalar at node end.*/, "something stands behind the end of a value"],
  [/^Implicit map keys need.*/, 'a line has no colon: "key: value" is wanted'],
  [/^Unexpected block-seq-ind.*/, "a list begins on the line below its key"],
  [
    /^Plain value cannot start with \w+ (?:indicator )?character (.)/,
    "a text that begins with $1 needs quotes",
  ],
  [/^Flow \w+ in block collection .* end with a (.).*/, "$1 is missing"],
  [/^Missing closing (.)quote/, "a $1 is not closed"],
  [/^Unexpected flow-\w+-end token .*"(.)".*/, "$1 closes what was never opened"],
  [
    /^Block scalar header includes extra characters: (.).*/,
    "the text behind $1 begins on the next line",
  ],
];

function plainReason(error: { readonly message: string } | undefined): string {
  const message = error?.message ?? "";
  const plain = (message.split("\n")[0] ?? message).replace(/:$/, "");
  const said = SAID.find(([pattern]) => pattern.test(plain));
  return said ? plain.replace(said[0], said[1]) : plain;
}
