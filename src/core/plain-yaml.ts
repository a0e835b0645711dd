// YAML as nearly everybody writes it: block mappings and lists, flow collections on one line, texts
// that are plain, quoted or a block. The library reads all of YAML, but loading it and reading a
// page with it take longer than the whole of a short command. Whatever isn't plain is left to it,
// faults above all: what is read here is read exactly as the library would.
import { numberFromText } from "./json-number.ts";
import { PlainPlaces, type PlainNode, type PlainPair } from "./plain-places.ts";
import type { PlainScalar, YamlPlaces } from "./yaml-places.ts";

/** Null for a text that isn't plain. Offsets are UTF-16 units into `text`. */
export function readPlainYaml(
  text: string,
): { readonly value: unknown; readonly places: YamlPlaces } | null {
  if (NOT_PLAIN.test(text)) return null;
  try {
    const reader = new PlainReader(text);
    const root = reader.read();
    return { value: root.value, places: new PlainPlaces(root, reader.plain) };
  } catch (thrown) {
    if (thrown !== BEYOND) throw thrown;
    return null;
  }
}

/** Tabs, other ends of lines, characters that YAML refuses, document marks and directives. */
const NOT_PLAIN = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\uffff]|^(?:---|\.\.\.|%)/m;

/** Thrown where the text turns out not to be plain. */
const BEYOND = new Error("This is left to the library");

/** Collections within collections: the library counts further. */
const DEEPEST = 50;
/** A key that is longer is a fault. */
const LONGEST_KEY = 500;

/** A key as most are; none that begins like a number. */
const KEY = /([A-Za-z_$][\w$./-]*):(?=[ \n])/y;
const FLOW_KEY = /(?:([A-Za-z_$][\w$./-]*)|"([^"\\\n]*)"|'([^'\n]*)'):(?= )/y;
/** Keys that are no texts, merge keys, and one that JavaScript has a meaning for. */
const OTHER_KEY = /^(?:null|true|false|<<|__proto__|)$/i;

const BLANKS = / */y;
const BLANK_LINES = /(?:[ ]*(?:#.*)?\n)*/y;
const LINE_END = /(?: +#.*| *)\n/y;
const DASH = /-(?=[ \n])/y;
/** A block of text: as it is, or folded. */
const BLOCK_HEADER = /([|>])(-?)(?: +#.*| *)\n/y;
const PLAIN_LINE = /(?:[^-?:,[\]{}#&*!|>'"%@` \n]|-(?=[^ \n])).*/y;
const FLOW_PLAIN =
  /(?:[^-?:,[\]{}#&*!|>'"%@` \n]|-(?=[^ ,[\]{}\n]))(?:[^,[\]{}:#\n]|:(?=[^ ,[\]{}\n]))*/y;
const DOUBLE_QUOTED = /"((?:[^"\\\n]|\\["\\/nrt])*)"/y;
const SINGLE_QUOTED = /'((?:[^'\n]|'')*)'/y;

/** What may be something other than a text. */
const MAYBE_TYPED = /^[-+.\d~nNtTfF]/;
const SMALL_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const DECIMAL = /^-?(?:0|[1-9]\d*)\.\d+$/;
const OTHER_NUMBER =
  /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...["~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);

class PlainReader {
  /** Every scalar without quotes, in order. */
  readonly plain: PlainScalar[] = [];
  /** Ends in a line break. */
  readonly #text: string;
  readonly #length: number;
  #at = 0;
  /** How far the line is indented that is read next; -1 behind the last one. */
  #indent = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text.endsWith("\n") ? text : `${text}\n`;
    this.#length = text.length;
  }

  read(): PlainNode {
    this.#nextLine();
    if (this.#indent < 0) throw BEYOND;
    const root = this.#block();
    if (this.#indent >= 0) throw BEYOND;
    return root;
  }

  #block(): PlainNode {
    if (++this.#depth > DEEPEST) throw BEYOND;
    const node = this.#sees(DASH) ? this.#list(this.#indent) : this.#mapping(this.#indent);
    this.#depth--;
    return node;
  }

  #mapping(indent: number): PlainNode {
    const at = this.#at;
    const pairs = new Map<string, PlainPair>();
    const value: Record<string, unknown> = {};
    do {
      const keyAt = this.#at;
      const name = this.#take(KEY)[1] ?? "";
      this.plain.push({ text: name, offset: keyAt });
      const node = this.#inline(indent);
      put(pairs, value, name, { at: keyAt, node });
    } while (this.#indent === indent);
    if (this.#indent > indent) throw BEYOND;
    return { at, value, pairs };
  }

  #list(indent: number): PlainNode {
    const at = this.#at;
    const items: PlainNode[] = [];
    do {
      const dash = this.#at;
      this.#take(DASH);
      items.push(this.#item(indent, dash));
    } while (this.#indent === indent && this.#sees(DASH));
    if (this.#indent > indent) throw BEYOND;
    return { at, value: items.map(({ value }) => value), items };
  }

  #item(indent: number, dash: number): PlainNode {
    this.#take(BLANKS);
    if (!this.#sees(KEY)) return this.#inline(indent);
    this.#indent = indent + this.#at - dash;
    return this.#block();
  }

  /** What stands behind a key or a dash, on its line or on those below; to the end of its lines. */
  #inline(indent: number): PlainNode {
    if (this.#sees(LINE_END)) return this.#below(indent);
    this.#take(BLANKS);
    const at = this.#at;
    const first = this.#text[at];
    if (first === "|" || first === ">") return this.#textBlock(indent);
    if (first === '"' || first === "'" || first === "{" || first === "[") {
      const node = this.#flow();
      this.#endLine();
      return node;
    }
    const line = this.#take(PLAIN_LINE)[0];
    const comment = line.indexOf(" #");
    const text = withoutEnd(comment < 0 ? line : line.slice(0, comment));
    if (text.includes(": ") || text.endsWith(":")) throw BEYOND;
    this.#at++;
    this.#nextLine();
    return this.#scalar(text, at);
  }

  /** A list may stand as far to the left as the key that it belongs to. */
  #below(indent: number): PlainNode {
    const inMapping = this.#text[this.#at - 1] === ":";
    this.#endLine();
    if (this.#indent > indent) return this.#block();
    if (inMapping && this.#indent === indent && this.#sees(DASH)) return this.#block();
    throw BEYOND;
  }

  #flow(): PlainNode {
    const at = this.#at;
    const first = this.#text[at];
    if (first === "{" || first === "[") {
      if (++this.#depth > DEEPEST) throw BEYOND;
      this.#at++;
      this.#take(BLANKS);
      const node = first === "{" ? this.#flowMapping(at) : this.#flowList(at);
      this.#depth--;
      return node;
    }
    if (first === '"') {
      const inner = this.#take(DOUBLE_QUOTED)[1] ?? "";
      const value = inner.includes("\\") ? String(JSON.parse(`"${inner}"`)) : inner;
      return { at, value, written: value };
    }
    if (first === "'") {
      const value = (this.#take(SINGLE_QUOTED)[1] ?? "").replaceAll("''", "'");
      return { at, value, written: value };
    }
    return this.#scalar(withoutEnd(this.#take(FLOW_PLAIN)[0]), at);
  }

  #flowMapping(at: number): PlainNode {
    const pairs = new Map<string, PlainPair>();
    const value: Record<string, unknown> = {};
    if (this.#closes("}")) return { at, value, pairs };
    do {
      const keyAt = this.#at;
      const [, plain, double, single] = this.#take(FLOW_KEY);
      if (plain !== undefined) this.plain.push({ text: plain, offset: keyAt });
      this.#take(BLANKS);
      put(pairs, value, plain ?? double ?? single ?? "", { at: keyAt, node: this.#flow() });
    } while (!this.#ends("}"));
    return { at, value, pairs };
  }

  #flowList(at: number): PlainNode {
    const items: PlainNode[] = [];
    if (this.#closes("]")) return { at, value: [], items };
    do items.push(this.#flow());
    while (!this.#ends("]"));
    return { at, value: items.map(({ value }) => value), items };
  }

  /** Behind an entry: whether the collection ends, or a comma leads to another entry. */
  #ends(closer: string): boolean {
    this.#take(BLANKS);
    if (this.#closes(closer)) return true;
    if (this.#text[this.#at] !== ",") throw BEYOND;
    this.#at++;
    this.#take(BLANKS);
    return false;
  }

  #closes(closer: string): boolean {
    if (this.#text[this.#at] !== closer) return false;
    this.#at++;
    return true;
  }

  /** Of lines that are blank but for their indentation, and of folded ones that end paragraphs, the
   * library knows more. */
  #textBlock(indent: number): PlainNode {
    const at = this.#at;
    const [, style, chomp] = this.#take(BLOCK_HEADER);
    const lines: string[] = [];
    let own = -1;
    for (;;) {
      const end = this.#text.indexOf("\n", this.#at);
      const blanks = this.#take(BLANKS, { peek: true })[0].length;
      if (end < 0) break;
      if (this.#at + blanks === end) {
        if (blanks > 0) throw BEYOND;
        lines.push("");
      } else {
        if (own < 0) own = blanks;
        if (own <= indent) throw BEYOND;
        if (blanks < own) break;
        lines.push(this.#text.slice(this.#at + own, end));
      }
      this.#at = end + 1;
    }
    while (lines.at(-1) === "") lines.pop();
    if (lines.length === 0 || this.#at > this.#length) throw BEYOND;
    if (style === ">" && lines.some((line) => line === "" || line.startsWith(" "))) throw BEYOND;
    const value = lines.join(style === ">" ? " " : "\n") + (chomp === "-" ? "" : "\n");
    this.#nextLine();
    return { at, value, written: value };
  }

  #scalar(text: string, at: number): PlainNode {
    this.plain.push({ text, offset: at });
    return { at, value: valueOf(text), written: text };
  }

  #endLine(): void {
    this.#take(LINE_END);
    this.#nextLine();
  }

  /** From the beginning of a line to the first thing that is no comment. */
  #nextLine(): void {
    this.#take(BLANK_LINES);
    const blanks = this.#take(BLANKS)[0].length;
    this.#indent = this.#at >= this.#text.length ? -1 : blanks;
  }

  #sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #take(pattern: RegExp, { peek = false } = {}): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw BEYOND;
    if (!peek) this.#at = pattern.lastIndex;
    return found;
  }
}

function put(
  pairs: Map<string, PlainPair>,
  value: Record<string, unknown>,
  name: string,
  pair: PlainPair,
): void {
  if (pairs.has(name) || OTHER_KEY.test(name) || name.length > LONGEST_KEY) throw BEYOND;
  pairs.set(name, pair);
  value[name] = pair.node.value;
}

function valueOf(text: string): unknown {
  if (!MAYBE_TYPED.test(text)) return text;
  if (SMALL_INTEGER.test(text)) return Number(text);
  if (WORDS.has(text)) return WORDS.get(text);
  const decimal = DECIMAL.test(text) ? numberFromText(text) : null;
  if (decimal !== null) return decimal;
  if (OTHER_NUMBER.test(text)) throw BEYOND;
  return text;
}

/** Without the blanks at its end; other white space belongs to a text. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(0, end);
}
