/** A value of JSON with comments, and where it stands: UTF-16 offsets. */
export interface JsoncNode {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  /** Of an object, in their order. */
  readonly members?: readonly JsoncMember[];
}

export interface JsoncMember {
  readonly key: string;
  /** Where the key begins. */
  readonly start: number;
  readonly node: JsoncNode;
  /** Behind its comma; null where it has none. */
  readonly comma: number | null;
}

/** JSON with comments and commas before closing brackets; null where the text is none. */
export function parseJsonc(text: string): JsoncNode | null {
  try {
    const reader = new Reader(text);
    const node = reader.value(0);
    return reader.isAtEnd() ? node : null;
  } catch {
    return null;
  }
}

const SKIPPED = /(?:[\s\uFEFF]|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const SCALAR = /-?\d[\d.eE+-]*|true|false|null/y;
const DEEPEST = 200;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsoncNode {
    if (depth > DEEPEST) throw new SyntaxError("it is nested too deep");
    this.#skip();
    const start = this.#at;
    if (this.#takes("{")) return this.#object(start, depth);
    if (this.#takes("[")) return this.#array(start, depth);
    const written = this.#match(STRING) ?? this.#match(SCALAR);
    return { value: JSON.parse(written ?? ""), start, end: this.#at };
  }

  isAtEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  #object(start: number, depth: number): JsoncNode {
    const members: JsoncMember[] = [];
    const value: [string, unknown][] = [];
    while (!this.#takes("}")) {
      if (members.length > 0 && members.at(-1)?.comma === null) throw new SyntaxError("no comma");
      const keyStart = this.#at;
      const key = String(JSON.parse(this.#match(STRING) ?? ""));
      if (!this.#takes(":")) throw new SyntaxError("no colon");
      const node = this.value(depth + 1);
      members.push({ key, start: keyStart, node, comma: this.#takes(",") ? this.#at : null });
      value.push([key, node.value]);
      this.#skip();
    }
    return { value: Object.fromEntries(value), start, end: this.#at, members };
  }

  #array(start: number, depth: number): JsoncNode {
    const value: unknown[] = [];
    let hasComma = true;
    while (!this.#takes("]")) {
      if (!hasComma) throw new SyntaxError("no comma");
      value.push(this.value(depth + 1).value);
      hasComma = this.#takes(",");
    }
    return { value, start, end: this.#at };
  }

  #takes(sign: string): boolean {
    this.#skip();
    const isThere = this.#text[this.#at] === sign;
    if (isThere) this.#at++;
    return isThere;
  }

  #skip(): void {
    this.#match(SKIPPED);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }
}
