/** What a terminal sends, as keys. */
export type Key =
  | { readonly type: "text"; readonly text: string }
  /** Text that was pasted at once. */
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "key"; readonly name: KeyName };

export type KeyName =
  | "send"
  | "newline"
  | "left"
  | "right"
  | "up"
  | "down"
  | "home"
  | "end"
  | "word-left"
  | "word-right"
  | "delete-left"
  | "delete-right"
  | "delete-word-left"
  | "delete-word-right"
  | "delete-to-start"
  | "delete-to-end"
  | "yank"
  | "complete"
  | "redraw"
  | "interrupt"
  | "end-of-input"
  | "suspend"
  | "older"
  | "newer";

/** Bytes of a keyboard, as text, in any parts; keys out. */
export interface KeyReader {
  push(text: string): readonly Key[];
  /** Whether an escape is held back, which a key on its own sends as well. */
  readonly pending: boolean;
  /** Nothing more came: what was held back is a key on its own, and means nothing. */
  flush(): void;
}

const ESCAPE = "\u001B";
const PASTE_END = `${ESCAPE}[201~`;

/** Control characters, and letters that the kitty protocol sends with Ctrl. */
const CONTROLS: Readonly<Record<string, KeyName>> = {
  a: "home",
  b: "left",
  c: "interrupt",
  d: "end-of-input",
  e: "end",
  f: "right",
  h: "delete-left",
  i: "complete",
  j: "newline",
  k: "delete-to-end",
  l: "redraw",
  m: "send",
  n: "newer",
  p: "older",
  u: "delete-to-start",
  w: "delete-word-left",
  y: "yank",
  z: "suspend",
};
const ALT: Readonly<Record<string, KeyName>> = {
  b: "word-left",
  f: "word-right",
  d: "delete-word-right",
  "\r": "newline",
  "\n": "newline",
  "\u007F": "delete-word-left",
  "\b": "delete-word-left",
};
/** The last character of a sequence. */
const LETTERS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
};
/** The number of a sequence that ends in `~`. */
const NUMBERS: Readonly<Record<string, KeyName>> = {
  1: "home",
  3: "delete-right",
  4: "end",
  7: "home",
  8: "end",
};
/** What Ctrl or Alt makes of a key. */
const BY_WORD: Partial<Record<KeyName, KeyName>> = {
  left: "word-left",
  right: "word-right",
  "delete-left": "delete-word-left",
  "delete-right": "delete-word-right",
};

// oxlint-disable-next-line no-control-regex -- control sequences are what it finds
const SEQUENCE = /\u001B\[([0-9;:<=>?]*)[ -/]*([@-~])/y;
// oxlint-disable-next-line no-control-regex -- as above
const BEGUN = /\u001B(?:\[[0-9;:<=>?]*[ -/]*|O)?$/y;
// oxlint-disable-next-line no-control-regex -- as above
const PLAIN = /[^\u0000-\u001F\u007F]+/y;

export function createKeyReader(): KeyReader {
  let held = "";
  /** Parts of a paste that has begun; the last one may hold the beginning of its end. */
  let paste: string[] | null = null;

  function takePaste(text: string): { readonly keys: readonly Key[]; readonly rest: string } {
    if (paste === null) return { keys: [], rest: text };
    const last = paste.pop() ?? "";
    const end = (last + text).indexOf(PASTE_END);
    if (end === -1) {
      // Of what came before no more is looked at again than an end may have begun in.
      const whole = last + text;
      const safe = Math.max(0, whole.length - PASTE_END.length);
      paste.push(whole.slice(0, safe), whole.slice(safe));
      return { keys: [], rest: "" };
    }
    const whole = last + text;
    const pasted = paste.join("") + whole.slice(0, end);
    paste = null;
    const keys: Key[] = [{ type: "paste", text: pasted.replaceAll(/\r\n?/g, "\n") }];
    return { keys, rest: whole.slice(end + PASTE_END.length) };
  }

  function push(text: string): readonly Key[] {
    const keys: Key[] = [];
    let left = held + text;
    held = "";
    while (left !== "") {
      const pasted = takePaste(left);
      keys.push(...pasted.keys);
      left = pasted.rest;
      if (paste !== null) break;
      const taken = readKeys(left);
      keys.push(...taken.keys);
      held = taken.held;
      if (taken.paste === null) break;
      paste = [];
      left = taken.paste;
    }
    return keys;
  }

  return {
    push,
    get pending() {
      return held === ESCAPE;
    },
    flush() {
      held = "";
    },
  };
}

interface ReadKeys {
  readonly keys: readonly Key[];
  /** The beginning of a sequence. */
  readonly held: string;
  /** What stands behind the beginning of a paste; null: none begins. */
  readonly paste: string | null;
}

function readKeys(text: string): ReadKeys {
  const keys: Key[] = [];
  for (let at = 0; at < text.length;) {
    const sequence = matchAt(SEQUENCE, text, at);
    if (sequence) {
      at += sequence[0].length;
      const [, numbers = "", letter = ""] = sequence;
      if (letter === "~" && numbers === "200") return { keys, held: "", paste: text.slice(at) };
      keys.push(...named(sequenceKey(numbers, letter)));
      continue;
    }
    if (matchAt(BEGUN, text, at)) return { keys, held: text.slice(at), paste: null };
    const plain = matchAt(PLAIN, text, at);
    if (plain) {
      keys.push({ type: "text", text: plain[0] });
      at += plain[0].length;
    } else {
      const { name, length } = controlKey(text, at);
      keys.push(...named(name));
      at += length;
    }
  }
  return { keys, held: "", paste: null };
}

function controlKey(
  text: string,
  at: number,
): { readonly name: KeyName | undefined; readonly length: number } {
  const character = text[at] ?? "";
  if (character === "\u007F") return { name: "delete-left", length: 1 };
  if (character !== ESCAPE)
    return { name: CONTROLS[String.fromCharCode(character.charCodeAt(0) + 96)], length: 1 };
  const next = text[at + 1] ?? "";
  if (next === "O") return { name: LETTERS[text[at + 2] ?? ""], length: 3 };
  return { name: ALT[next.toLowerCase()], length: next === ESCAPE ? 1 : 2 };
}

/** @param numbers `code;modifiers`, each perhaps with more behind a colon */
function sequenceKey(numbers: string, letter: string): KeyName | undefined {
  const [first = "", second = "", third = ""] = numbers
    .split(";")
    .map((part) => part.split(":")[0]);
  if (letter === "u") return codeKey(Number(first), modifiers(second));
  // xterm's form of the same.
  if (letter === "~" && first === "27") return codeKey(Number(third), modifiers(second));
  const name = letter === "~" ? NUMBERS[first] : LETTERS[letter];
  const { alt, control } = modifiers(second);
  return name !== undefined && (alt || control) ? (BY_WORD[name] ?? name) : name;
}

function codeKey(
  code: number,
  { shift, alt, control }: ReturnType<typeof modifiers>,
): KeyName | undefined {
  if (code === 13) return shift || alt || control ? "newline" : "send";
  if (code === 127) return alt || control ? "delete-word-left" : "delete-left";
  if (code === 9) return "complete";
  if (!(code >= 32 && code < 127)) return undefined;
  const letter = String.fromCharCode(code).toLowerCase();
  if (control) return CONTROLS[letter];
  return alt ? ALT[letter] : undefined;
}

function modifiers(written: string): { shift: boolean; alt: boolean; control: boolean } {
  const bits = Math.max(0, Number(written || 1) - 1);
  return { shift: (bits & 1) > 0, alt: (bits & 2) > 0, control: (bits & 4) > 0 };
}

function named(name: KeyName | undefined): readonly Key[] {
  return name === undefined ? [] : [{ type: "key", name }];
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
