import {
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  Lexer,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from "yaml";
import { numberFault, numberFromText } from "./json-number.ts";

/**
 * YAML 1.2 core, strict: no tags, no duplicate keys, one document, and only values that JSON has.
 */
export type YamlResult =
  | { readonly ok: true; readonly value: unknown; readonly document: Document }
  | { readonly ok: false; readonly reason: string; readonly offset: number };

/** How often aliases may multiply before a document is refused ("billion laughs"). */
const MAX_ALIAS_COUNT = 100;

/** Collections within collections. The parser's time grows faster than that. */
const MAX_YAML_DEPTH = 100;

/** Never throws. Offsets are UTF-16 units into `text`. */
export function parseYaml(text: string): YamlResult {
  try {
    const deep = tooDeep(text);
    if (deep !== null)
      return {
        ok: false,
        reason: `it is nested more than ${MAX_YAML_DEPTH} levels deep`,
        offset: deep,
      };
    // At "silent" a second document would not be an error.
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      prettyErrors: false,
      logLevel: "error",
      intAsBigInt: true,
    });
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault) return { ok: false, reason: plainReason(fault.message), offset: fault.pos[0] };
    const refused = findRefused(document);
    if (refused) return { ok: false, ...refused };
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) ?? null, document };
  } catch (thrown) {
    const reason =
      thrown instanceof RangeError
        ? "the nesting is too deep"
        : thrown instanceof Error
          ? thrown.message
          : String(thrown);
    return { ok: false, reason, offset: 0 };
  }
}

/** Offset of the value at a path, or of the nearest thing above it that is there. */
export function yamlOffset(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** The text of a plain or quoted scalar as written: `0.10` stays `0.10`. */
export function yamlSource(document: Document, path: readonly (string | number)[]): string | null {
  const node = document.getIn(path, true);
  return isScalar(node) ? (node.source ?? null) : null;
}

/** Offset of the key that the last part of a path names, or of what holds it. */
export function yamlKeyOffset(document: Document, path: readonly string[]): number {
  const holder = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(holder)) return yamlOffset(document, path);
  const pair = holder.items.find(
    (item) => isScalar(item.key) && String(item.key.value) === path.at(-1),
  );
  return (isScalar(pair?.key) ? pair.key.range?.[0] : holder.range?.[0]) ?? 0;
}

const YAML_1_1 = /^(?:yes|no|on|off|0[0-7]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+)$/i;

/** Plain scalars that YAML 1.1 would read as something else. */
export function yaml11Scalars(document: Document): { text: string; offset: number }[] {
  const found: { text: string; offset: number }[] = [];
  visit(document, {
    Scalar(_, node) {
      if (node.type === "PLAIN" && node.source !== undefined && YAML_1_1.test(node.source)) {
        found.push({ text: node.source, offset: node.range?.[0] ?? 0 });
      }
    },
  });
  return found;
}

/**
 * Where flow collections, or dashes on one line, are nested too deep; null where they are not. A
 * look at the characters tells for nearly every text; only where it can't, the text is split into
 * tokens.
 */
function tooDeep(text: string): number | null {
  if (!mayBeDeep(text)) return null;
  let [flow, dashes, offset] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === "flow-seq-start" || type === "flow-map-start") flow++;
    else if (type === "flow-seq-end" || type === "flow-map-end") flow--;
    else if (type === "seq-item-ind" || type === "explicit-key-ind") dashes++;
    else if (type === "newline") dashes = 0;
    if (flow + dashes > MAX_YAML_DEPTH) return offset;
    if (!SIGNS.has(token)) offset += token.length;
  }
  return null;
}

/** What the lexer says between the characters of the text. */
const SIGNS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001F"]);

function mayBeDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACKET || code === OPEN_BRACE) depth++;
    else if ((code === CLOSE_BRACKET || code === CLOSE_BRACE) && depth > 0) depth--;
    if (depth > MAX_YAML_DEPTH) return true;
  }
  return MANY_DASHES.test(text);
}

const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const MANY_DASHES = new RegExp(`(?:[-?] {1,4}){${MAX_YAML_DEPTH}}`);

function findRefused(document: Document): { reason: string; offset: number } | null {
  let refused: { reason: string; offset: number } | null = null;
  visit(document, {
    Node(_, node, path) {
      if (isAlias(node) && path.includes(node.resolve(document) as Node)) {
        refused = {
          reason: `the alias *${node.source} stands within what it names`,
          offset: node.range?.[0] ?? 0,
        };
      }
      if (!isAlias(node) && node.tag)
        refused = { reason: `the tag ${node.tag} is not supported`, offset: node.range?.[0] ?? 0 };
      const fault = isScalar(node) ? takeNumber(node) : null;
      if (fault !== null) refused = { reason: fault, offset: node.range?.[0] ?? 0 };
      return refused ? visit.BREAK : undefined;
    },
  });
  return refused;
}

/** Gives a number the value that keeps its digits, or says why there is none. */
function takeNumber(node: Scalar): string | null {
  const { value, source = String(value) } = node;
  if (typeof value === "bigint") {
    const written = numberFromText(String(value));
    if (written === null) return `${source.slice(0, 40)}… ${numberFault(String(value))}`;
    node.value = written;
  } else if (typeof value === "number") {
    if (/^[-+]?\.(?:inf|nan)$/i.test(source)) return `${source} is not a JSON number`;
    if (numberFromText(source) === null) return `the number ${source} ${numberFault(source)}`;
  }
  return null;
}

function plainReason(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/:$/, "");
}
