import type { Failure } from "../sandbox.ts";
import type { Engine, Handle, Realm } from "./engine.ts";
import { resultError } from "./failures.ts";
import { makeExotics, makeOddNamer } from "./exotics.ts";
import { makeCopier, makeEncoder, makeEndings, makeReviver, makeScalarCopier } from "./harness.ts";
import { makeShower } from "./shower.ts";

/** A value as JSON in UTF-8, or why it has none. */
export type Encoded =
  | { readonly ok: true; readonly value: Uint8Array }
  | { readonly ok: false; readonly failure: Failure };

/** Takes values out of the code's realm and puts them in, whatever the code has done to it. */
export interface Codec {
  /** `name` is what reasons call the value. @throws {Thrown} what reading the value throws */
  encode(value: Handle, name: string, maxBytes: number): Encoded;
  /** Makes a value that JSON can hold; a bigint is one in the code too. @throws {Thrown} */
  decode(value: unknown): Handle;
  /** A value for people, on one line. */
  show(value: Handle): string;
  /** The names of the code's global variables. */
  names(): readonly string[];
}

/** JSON in which each bigint is a text that begins with the mark. */
function markedJson(value: unknown, mark: string): { json: string; marked: boolean } {
  let marked = false;
  try {
    return { json: JSON.stringify(value) ?? "null", marked };
  } catch {
    const json = JSON.stringify(value, (_, item: unknown) => {
      if (typeof item !== "bigint") return item;
      marked = true;
      return mark + item;
    });
    return { json, marked };
  }
}

const FILE = "<harness>";
const FAULT = "!".charCodeAt(0);
const MAX_NAMES = 1000;

/** `realm` is that of the code, before any has run. */
export function createCodec(engine: Engine, realm: Realm): Codec {
  const inner = engine.createRealm();
  const parse = realm.evaluate("JSON.parse", FILE);
  /** Begins a text that stands for a bigint: JSON within the engine has none. */
  const mark = `${crypto.randomUUID()}:`;
  const revive = realm.evaluate(`(${makeReviver.toString()})(BigInt, "${mark}")`, FILE);
  // Evaluated when it is first needed.
  let oddNamer: Handle | null = null;
  let shower: Handle | null = null;
  const nameOdd = inner.hostFunction("nameOdd", (values) => {
    oddNamer ??= inner.call(evaluate(makeOddNamer), [inner.call(evaluate(makeExotics), [])]);
    return inner.call(oddNamer, values);
  });
  const endings = inner.call(evaluate(makeEndings), []);
  const prototype = realm.evaluate("Object.prototype", FILE);
  const scalar = inner.call(evaluate(makeScalarCopier), [endings]);
  const copier = inner.call(evaluate(makeCopier), [endings, scalar, prototype, nameOdd]);
  const encoder = inner.call(evaluate(makeEncoder), [endings, copier]);

  /** A function that stands alone. */
  function evaluate(func: (...args: never[]) => unknown): Handle {
    return inner.evaluate(`(${func.toString()})`, FILE);
  }

  return {
    encode(value, name, maxBytes) {
      const given = [inner.text(name), inner.number(maxBytes), inner.text(mark)];
      const text = inner.call(encoder, [value, ...given]);
      const bytes = inner.bytesOf(text);
      inner.free(text, ...given);
      if (bytes[0] === FAULT) {
        const { reason, hint } = JSON.parse(
          Buffer.from(bytes.subarray(1)).toString("utf8"),
        ) as Record<string, string>;
        return { ok: false, failure: resultError(reason ?? "", hint) };
      }
      if (bytes.length <= maxBytes) return { ok: true, value: bytes };
      const failure = resultError(
        `it is larger than ${maxBytes} bytes`,
        "Give less, or a summary of it.",
      );
      return { ok: false, failure };
    },
    decode(value) {
      const { json, marked } = markedJson(value, mark);
      const text = realm.text(json);
      const made = realm.call(parse, marked ? [text, revive] : [text]);
      realm.free(text);
      return made;
    },
    show(value) {
      shower ??= inner.call(evaluate(makeShower), [nameOdd]);
      const text = inner.call(shower, [value]);
      const shown = inner.textOf(text);
      inner.free(text);
      return shown;
    },
    names() {
      const list = inner.evaluate("(global) => Object.getOwnPropertyNames(global).join(' ')", FILE);
      const text = inner.call(list, [realm.global]);
      return inner.textOf(text).split(" ").slice(0, MAX_NAMES);
    },
  };
}
