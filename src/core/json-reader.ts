import { numberFault, numberFromText } from "./json-number.ts";

/** Values nested deeper than this are refused where they come in: everything behind may recurse. */
export const MAX_DEPTH = 1000;

/** Why a text is not JSON, and where: a UTF-16 offset. */
export class JsonFault extends SyntaxError {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/**
 * JSON as RFC 8259 has it, with every digit of its numbers. `JSON.parse` is several times faster,
 * and knows neither digits nor places.
 * @throws {JsonFault}
 */
export function readJsonText(text: string, decimals: "exact" | "nearest"): unknown {
  const reader = new Reader(text, decimals === "nearest");
  const value = reader.value(0);
  reader.end();
  return value;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON has none of them in a string
const PLAIN = /[^"\\\u0000-\u001F]*/y;
/** Fewer characters are all digits that a double has. */
const SURE_LENGTH = 16;
const [SPACE, QUOTE, COMMA, COLON] = [0x20, 0x22, 0x2c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

class Reader {
  readonly #text: string;
  readonly #rounds: boolean;
  #at = 0;

  constructor(text: string, rounds: boolean) {
    this.#text = text;
    this.#rounds = rounds;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw this.#fault(`it is nested more than ${MAX_DEPTH} levels deep`);
    const sign = this.#next();
    if (sign === QUOTE) return this.#string();
    if (sign === OPEN_BRACE) return this.#object(depth);
    if (sign === OPEN_BRACKET) return this.#array(depth);
    if (this.#word("true")) return true;
    if (this.#word("false")) return false;
    if (this.#word("null")) return null;
    return this.#number();
  }

  end(): void {
    this.#next();
    if (this.#at < this.#text.length) throw this.#unexpected("the end of the text");
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = {};
    this.#at++;
    if (this.#takes(CLOSE_BRACE)) return object;
    for (;;) {
      if (this.#next() !== QUOTE) throw this.#unexpected("a key in double quotes");
      const key = this.#string();
      if (!this.#takes(COLON)) throw this.#unexpected('":"');
      const value = this.value(depth + 1);
      if (key === "__proto__") setOwn(object, key, value);
      else object[key] = value;
      if (this.#takes(CLOSE_BRACE)) return object;
      if (!this.#takes(COMMA)) throw this.#unexpected('"," or "}"');
    }
  }

  #array(depth: number): unknown {
    const items: unknown[] = [];
    this.#at++;
    if (this.#takes(CLOSE_BRACKET)) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.#takes(CLOSE_BRACKET)) return items;
      if (!this.#takes(COMMA)) throw this.#unexpected('"," or "]"');
    }
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      this.#pass(PLAIN);
      const sign = this.#text[this.#at];
      if (sign === undefined) throw new JsonFault("the string is never closed", start);
      if (sign === '"') break;
      if (sign !== "\\")
        throw this.#fault("a string holds a line break or control character that is not escaped");
      this.#at += 2;
    }
    const written = this.#text.slice(start, ++this.#at);
    if (!written.includes("\\")) return written.slice(1, -1);
    try {
      return JSON.parse(written) as string;
    } catch {
      const bad = /\\(?!["\\/bfnrt]|u[0-9A-Fa-f]{4})[^]/.exec(written.replaceAll("\\\\", "__"));
      const reason = `the escape ${bad?.[0] ?? "\\"} is not one of JSON`;
      throw new JsonFault(reason, start + (bad?.index ?? 0));
    }
  }

  #number(): number | bigint {
    const start = this.#at;
    this.#pass(NUMBER);
    const written = this.#text.slice(start, this.#at);
    if (written === "" || /[\w.+-]/.test(this.#text[this.#at] ?? "")) {
      this.#at = start;
      throw this.#unexpected("a value");
    }
    if (written.length < SURE_LENGTH && !/e/i.test(written)) return Number(written);
    const number = numberFromText(written) ?? (this.#rounds ? Number(written) : null);
    if (number !== null) return number;
    throw new JsonFault(`the number ${shortened(written)} ${numberFault(written)}`, start);
  }

  /** The next character that is no blank. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== SPACE && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#at++;
    }
  }

  #takes(sign: number): boolean {
    if (this.#next() !== sign) return false;
    this.#at++;
    return true;
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  /** Passes over what the pattern finds here. */
  #pass(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
  }

  #unexpected(wanted: string): JsonFault {
    const rest = this.#text.slice(this.#at, this.#at + 80);
    const [found = ""] = /^[\w.+-]+|^[^]/u.exec(rest) ?? [];
    return this.#fault(
      found === ""
        ? `the text ends where ${wanted} is due`
        : `${JSON.stringify(shortened(found))} stands where ${wanted} is due`,
    );
  }

  #fault(reason: string): JsonFault {
    return new JsonFault(reason, this.#at);
  }
}

function setOwn(object: object, key: string, value: unknown): void {
  const kind = { enumerable: true, configurable: true, writable: true };
  Object.defineProperty(object, key, { value, ...kind });
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
