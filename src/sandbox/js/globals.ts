import { MAX_ARGUMENTS } from "../channel.ts";
import type { Codec } from "./codec.ts";
import { type Handle, type Realm, Thrown } from "./engine.ts";

export interface InterpreterHost {
  /** Takes printed text. */
  write(text: string): void;
  /**
   * Calls a granted function; the arguments are JSON. @throws {Error} with the message to
   * throw in the code
   */
  call(name: string, args: Uint8Array): unknown;
}

/** What code finds beside the language itself: `console` and `print`. */
export function giveConsole(realm: Realm, codec: Codec, host: InterpreterHost): void {
  function print(values: readonly Handle[]): Handle {
    const shown = values.map((value) =>
      realm.typeOf(value) === "string" ? realm.textOf(value) : codec.show(value),
    );
    host.write(`${shown.join(" ")}\n`);
    return realm.undefined();
  }
  const console = realm.evaluate("({})", "<globals>");
  for (const name of ["log", "info", "warn", "error", "debug"]) {
    realm.set(console, name, realm.hostFunction(name, print));
  }
  realm.set(realm.global, "console", console);
  realm.set(realm.global, "print", realm.hostFunction("print", print));
}

export interface FunctionsOptions {
  readonly names: readonly string[];
  /** UTF-8 bytes of JSON that the arguments of one call may take. */
  readonly maxBytes: number;
}

/** The granted functions, as globals. What they throw is an `Error` of the code's own. */
export function giveFunctions(
  realm: Realm,
  codec: Codec,
  host: InterpreterHost,
  { names, maxBytes }: FunctionsOptions,
): void {
  if (names.length === 0) return;
  const error = realm.evaluate("Error", "<globals>");

  function refuse(message: string): never {
    throw new Thrown(realm.call(error, [codec.decode(message)]));
  }

  function encode(args: readonly Handle[]): Uint8Array {
    const parts: Uint8Array[] = [];
    let left = maxBytes;
    for (const [index, value] of args.entries()) {
      const encoded = codec.encode(value, `arguments.${index}`, left);
      if (!encoded.ok) refuse(encoded.failure.reason);
      left -= encoded.value.length + 1;
      parts.push(Buffer.from(index === 0 ? "[" : ","), encoded.value);
    }
    return Buffer.concat(parts.length === 0 ? [Buffer.from("[]")] : [...parts, Buffer.from("]")]);
  }

  for (const name of names) {
    const granted = realm.hostFunction(name, (args) => {
      if (args.length > MAX_ARGUMENTS)
        refuse(`${name}() takes at most ${MAX_ARGUMENTS} arguments, not ${args.length}`);
      const encoded = encode(args);
      let reply: unknown;
      try {
        reply = host.call(name, encoded);
      } catch (thrown) {
        if (thrown instanceof CallFailed) refuse(thrown.message);
        throw thrown;
      }
      return codec.decode(reply);
    });
    realm.set(realm.global, name, granted);
  }
}

/** The host threw this message. */
export class CallFailed extends Error {}
