import { Buffer } from "node:buffer";
import { type Decoded, decodings, openEscape, plainOfJson } from "./decoded.ts";
import { joinSpans, type Span } from "./key-patterns.ts";
import { SHORTEST_SECRET } from "./secrets.ts";

/** Takes the place of a secret. */
export const REDACTED = "[redacted]";

/**
 * What people write where a server wants a key and checks none: blotting these out would garble
 * ordinary text.
 */
const STAND_INS = new Set(
  [
    "ollama lmstudio lm-studio llamacpp llama.cpp llama-cpp localai openai anthropic example " +
      "placeholder string default",
    "no-key no-key-required sk-no-key-required not-needed not-required not_needed unused " +
      "undefined dummy-key test-key",
    "test_key api-key api_key apikey your-api-key changeme change-me secret password",
  ].flatMap((line) => line.split(" ")),
);

/**
 * Secrets by value. Searching looks at each place of the text once, whatever the number of secrets:
 * a table over three neighbouring characters says where one may begin.
 */
export class KnownValues {
  /** Length of the longest form, in UTF-16 units. */
  longest = 0;
  readonly #forms = new Set<string>();
  readonly #byHash = new Map<number, string[]>();
  readonly #byFirst = new Map<number, string[]>();
  readonly #maybe = new Uint8Array(0x10000);

  add(secret: string): void {
    if (
      secret.length < SHORTEST_SECRET ||
      STAND_INS.has(secret.toLowerCase()) ||
      REDACTED.includes(secret)
    )
      return;
    for (const form of formsOf(secret)) {
      if (this.#forms.has(form)) continue;
      this.#forms.add(form);
      this.longest = Math.max(this.longest, form.length);
      const hash = hashAt(form, 0);
      this.#maybe[hash] = 1;
      push(this.#byHash, hash, form);
      push(this.#byFirst, form.charCodeAt(0), form);
    }
  }

  /** Also where a cut has left the beginning of one. Sorted, overlapping ones joined. */
  find(text: string): readonly Span[] {
    if (this.#forms.size === 0 || text.length < SHORTEST_SECRET) return [];
    const plain = [...this.#exact(text), ...this.#cut(text)];
    const escaped = this.#escaped(text);
    return plain.length + escaped.length < 2
      ? [...plain, ...escaped]
      : joinSpans([...plain, ...escaped]);
  }

  /** Where a form may have begun that the text does not end; the text's length when nowhere. */
  open(text: string): number {
    const plain = this.#openAt(text);
    if (this.#forms.size === 0) return plain;
    const whole = openEscape(text);
    const head = text.slice(0, whole);
    const escaped = decodings(head).map(
      ({ text: view, starts }) => starts[this.#openAt(view)] ?? whole,
    );
    return Math.min(plain, whole === text.length ? whole : this.#openAt(head), ...escaped);
  }

  /** Window by window: a decoding takes many times the memory of its text. */
  #escaped(text: string): readonly Span[] {
    const spans: Span[] = [];
    const overlap = this.longest * LONGEST_ESCAPE;
    for (let from = 0; from < text.length; from += WINDOW)
      for (const view of decodings(text.slice(from, from + WINDOW + overlap)))
        for (const span of [...this.#exact(view.text), ...this.#cut(view.text)])
          spans.push(placedIn(view, span, from));
    return spans;
  }

  #exact(text: string): readonly Span[] {
    const spans: Span[] = [];
    const last = text.length - SHORTEST_SECRET;
    for (let at = 0; at <= last; at++) {
      const hash = hashAt(text, at);
      if (this.#maybe[hash] === 0) continue;
      const length = this.#longestAt(text, at, hash);
      if (length === 0) continue;
      const before = spans.at(-1);
      const end = at + length;
      if (before === undefined || before.end <= at) spans.push({ start: at, end, from: at });
      else spans[spans.length - 1] = { ...before, end: Math.max(before.end, end) };
    }
    return spans;
  }

  /** Beginnings of forms that stand before an ellipsis, where somebody else cut the text. */
  #cut(text: string): readonly Span[] {
    const spans: Span[] = [];
    for (const { index: end } of text.matchAll(/…/g)) {
      const from = Math.max(0, end - this.longest);
      const piece = text.slice(from, end);
      // The cut may go through an escape.
      const start = from + this.#openAt(piece.slice(0, openEscape(piece)), TOLD_SHARE);
      if (end - start >= SHORTEST_SECRET) spans.push({ start, end, from: start });
    }
    return spans;
  }

  /**
   * Where the text ends in the beginning of a form; its length where it does not. @param share of
   * the form that has to be there
   */
  #openAt(text: string, share = 0): number {
    for (let at = Math.max(0, text.length - this.longest + 1); at < text.length; at++) {
      const forms = this.#byFirst.get(text.charCodeAt(at));
      if (forms === undefined) continue;
      const tail = text.slice(at);
      const begun = (form: string): boolean =>
        form.length > tail.length && tail.length >= form.length * share && form.startsWith(tail);
      if (forms.some(begun)) return at;
    }
    return text.length;
  }

  #longestAt(text: string, at: number, hash: number): number {
    let longest = 0;
    for (const form of this.#byHash.get(hash) ?? []) {
      if (form.length > longest && text.startsWith(form, at)) longest = form.length;
    }
    return longest;
  }
}

/** The share of a form from which on its beginning tells something. */
const TOLD_SHARE = 1 / 3;

/** Characters that are decoded at a time. */
const WINDOW = 65_536;
/** Characters that one character is written with, but for odd rows of backslashes. */
const LONGEST_ESCAPE = 12;

function placedIn({ starts, ends }: Decoded, { start, end }: Span, from: number): Span {
  const at = from + (starts[start] ?? 0);
  return { start: at, end: from + (ends[end - 1] ?? 0), from: at };
}

function hashAt(text: string, at: number): number {
  return (
    (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & 0xffff
  );
}

function push(map: Map<number, string[]>, key: number, form: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [form]);
  else list.push(form);
}

/**
 * As written, in a URL, in a JSON string, and in base64, also as a part of something longer. Other
 * ways to escape it are undone in the text.
 */
function formsOf(secret: string): Set<string> {
  const url = encodeURIComponent(secret.toWellFormed());
  const lower = url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const forms = [
    secret,
    url,
    lower,
    url.replaceAll("%20", "+"),
    JSON.stringify(secret).slice(1, -1),
    plainOfJson(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
  ];
  for (const core of base64Cores(secret)) {
    forms.push(core, core.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return new Set(forms.filter((form) => form.length >= SHORTEST_SECRET));
}

/**
 * Characters of a base64 text that only depend on the secret, for each of the three places it may
 * start at in a group.
 */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const cores: string[] = [];
  for (const shift of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // The first characters hold bits of what stands before the secret, the last one bits of what
    // stands behind it.
    const skipped = shift === 0 ? 0 : shift + 1;
    const kept = Math.floor(((shift + bytes.length) * 8) / 6);
    const core = text.slice(skipped, kept);
    if (core.length >= SHORTEST_SECRET) cores.push(core);
  }
  return cores;
}
