import { findKeys, isCredentialField, joinSpans, mayHoldKeys, type Span } from "./key-patterns.ts";
import { KnownValues, REDACTED } from "./known-values.ts";
import { createOpenKey } from "./open-keys.ts";

/**
 * Takes secrets out of what leaves the process. Everything that is shown, recorded or sent to a
 * watcher passes through one redactor: values it was told, in the forms in which they are usually
 * written, and keys that are known by their looks. Told values under six characters are left alone.
 */
export interface Redactor {
  text(text: string): string;
  /**
   * Plain data (objects, arrays, errors) with every string and key redacted; cycles are kept. The
   * same reference when nothing had to change. Instances of other classes are passed through.
   */
  value<T>(value: T): T;
  /** One more secret, for this redactor and the streams it has given out. */
  add(secret: string): void;
  /** For text that comes in parts: a secret that is split over parts is found as in the whole. */
  stream(): RedactorStream;
}

/** The texts that `push` and `end` return, joined, are what `text` makes of the whole. */
export interface RedactorStream {
  /** What can be shown by now; the beginning of what may become a secret is held back. */
  push(part: string): string;
  /** The rest. */
  end(): string;
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const known = new KnownValues();
  for (const secret of secrets) known.add(secret);
  let openKey: ((text: string) => number) | null = null;
  const text = (input: string): string =>
    redactSpans(input, findSpans(input, known, ""), input.length);
  return {
    text,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a copy has its shape
    value: <T>(value: T) => redactValue(value, known, text) as T,
    add: (secret) => known.add(secret),
    stream: () => new Stream(known, (openKey ??= createOpenKey())),
  };
}

/** @param before what stands before the text, as far as it says where words begin */
function findSpans(text: string, known: KnownValues, before: string): readonly Span[] {
  const values = known.find(text);
  const keys = findKeys(before + text);
  if (keys.length === 0) return values;
  const shift = before.length;
  return joinSpans([
    ...values,
    ...keys.map(({ start, end, from }) => ({
      start: start - shift,
      end: end - shift,
      from: from - shift,
    })),
  ]);
}

function redactSpans(text: string, spans: readonly Span[], to: number): string {
  let shown = "";
  let at = 0;
  for (const span of spans) {
    if (span.start >= to) break;
    shown += text.slice(at, span.start) + REDACTED;
    at = span.end;
  }
  return at === 0 && to === text.length ? text : shown + text.slice(at, Math.max(at, to));
}

/**
 * What looks like a key may be held back this far, in UTF-16 units; a longer one is cut off rather
 * than waited for.
 */
const LONGEST_HELD = 512;
const KEY_CHARACTERS = /^[\w.~+/=%-]+/;

class Stream implements RedactorStream {
  readonly #known: KnownValues;
  readonly #openKey: (text: string) => number;
  /**
   * Stands for the character shown last: itself, or `_` for any that makes words, as no key and no
   * name begins with it.
   */
  #before = "";
  #held = "";
  /** Within a key too long to be held: the rest of it is dropped. */
  #dropping = false;

  constructor(known: KnownValues, openKey: (text: string) => number) {
    this.#known = known;
    this.#openKey = openKey;
  }

  push(part: string): string {
    const rest = this.#dropping ? part.replace(KEY_CHARACTERS, "") : part;
    if (rest === "") return "";
    this.#dropping = false;
    this.#held += rest;
    const text = this.#held;
    const spans = findSpans(text, this.#known, this.#before);
    const openValue = this.#known.open(text);
    let cut = Math.min(this.#openKey(this.#before + text) - this.#before.length, openValue);
    if (text.length - cut > Math.max(LONGEST_HELD, this.#known.longest)) {
      this.#dropping = spans.at(-1)?.end === text.length;
      cut = this.#dropping ? text.length : openValue;
    }
    return this.#show(spans, Math.max(0, wholeBefore(spans, cut)));
  }

  end(): string {
    return this.#show(findSpans(this.#held, this.#known, this.#before), this.#held.length);
  }

  #show(spans: readonly Span[], cut: number): string {
    const shown = redactSpans(this.#held, spans, cut);
    if (cut > 0) this.#before = this.#held.charAt(cut - 1).replace(/\w/, "_");
    this.#held = this.#held.slice(cut);
    return shown;
  }
}

/** The cut moved forward, so that it parts no secret, nor a secret from what makes it one. */
function wholeBefore(spans: readonly Span[], cut: number): number {
  let moved = cut;
  for (const span of spans.toReversed())
    if (span.from < moved && moved < span.end) moved = span.from;
  return moved;
}

/**
 * Two passes: clean data, the usual case, is only looked at. Neither recurses: nesting has no
 * limit.
 */
function redactValue(
  value: unknown,
  secrets: KnownValues,
  text: (input: string) => string,
): unknown {
  if (typeof value === "string") return text(value);
  if (!isPlain(value) || isClean(value, secrets, text)) return value;
  const copies = new Map<object, object>();
  const waiting: object[] = [];
  const copyOf = (name: string, entry: unknown): unknown => {
    if (typeof entry === "string") return isCredentialField(name, entry) ? REDACTED : text(entry);
    if (!isPlain(entry)) return entry;
    const known = copies.get(entry);
    if (known) return known;
    const copy = emptyLike(entry);
    copies.set(entry, copy);
    waiting.push(entry);
    return copy;
  };
  const root = copyOf("", value);
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    const copy = copies.get(source) ?? {};
    for (const [name, entry] of fieldsOf(source)) {
      const enumerable = Object.prototype.propertyIsEnumerable.call(source, name);
      const settled = {
        value: copyOf(name, entry),
        enumerable,
        writable: true,
        configurable: true,
      };
      Object.defineProperty(copy, text(name), settled);
    }
  }
  return root;
}

function isClean(root: object, secrets: KnownValues, text: (input: string) => string): boolean {
  const seen = new Set<object>([root]);
  const texts: string[] = [];
  const look = (entry: unknown): void => {
    if (typeof entry === "string") texts.push(entry);
    else if (isPlain(entry)) seen.add(entry);
  };
  for (const source of seen) {
    if (Array.isArray(source)) source.forEach(look);
    else
      for (const [name, entry] of fieldsOf(source)) {
        if (typeof entry === "string" && isCredentialField(name, entry)) return false;
        texts.push(name);
        look(entry);
      }
  }
  // All at once first: hardly any data has what keys look like.
  const suspects = mayHoldKeys(texts.join("\n"))
    ? texts
    : texts.filter((each) => secrets.find(each).length > 0);
  return suspects.every((each) => text(each) === each);
}

/** An error's message, stack and cause are not enumerable: they are taken too. */
function fieldsOf(source: object): [string, unknown][] {
  if (!(source instanceof Error)) return Object.entries(source);
  return Object.getOwnPropertyNames(source).map((name) => [name, Reflect.get(source, name)]);
}

function emptyLike(source: object): object {
  if (Array.isArray(source)) return [];
  const prototype: object | null = Object.getPrototypeOf(source);
  return Object.create(prototype);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || value instanceof Error) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
