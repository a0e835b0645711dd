import type { Failure } from "../sandbox.ts";
import type { Codec } from "./codec.ts";
import { type Handle, type Realm, Thrown } from "./engine.ts";
import { MemoryUsedUp } from "./engine-memory.ts";
import { type DescribedError, explain, memoryError } from "./failures.ts";
import type { RunRequest } from "./request.ts";

/** Characters of a message or a stack that are looked at. */
const MAX_TEXT = 8000;
const NULL_THROWN = "null was thrown";

interface Circumstances {
  readonly realm: Realm;
  readonly codec: Codec;
  readonly request: RunRequest;
  /** Whether memory was refused while the code ran. */
  readonly ranOut: boolean;
  readonly memoryMb: number;
}

/** Why code failed. Reading what it threw may run code, and throw again. */
export function explainThrown(
  { value }: Thrown,
  { realm, codec, request, ranOut, memoryMb }: Circumstances,
): Failure {
  try {
    const error = describeThrown(realm, codec, value);
    // Where not even an error could be made, null is thrown.
    const isMemory =
      error.name === "InternalError"
        ? error.message === "out of memory"
        : ranOut && error.message === NULL_THROWN;
    return isMemory ? memoryError(memoryMb) : explain(error, request, codec.names);
  } catch (thrown) {
    if (!(thrown instanceof Thrown)) throw thrown;
    const reason = "what was thrown can't be read";
    return { exception: "Error", reason, line: null, hint: null };
  }
}

/** @throws {Thrown} */
export function describeThrown(realm: Realm, codec: Codec, thrown: Handle): DescribedError {
  const isObject = realm.typeOf(thrown) === "object";
  const name = isObject ? readText(realm, thrown, "name") : "";
  if (name === "") return { name: "Error", message: `${codec.show(thrown)} was thrown`, stack: "" };
  return {
    name,
    message: readText(realm, thrown, "message"),
    stack: readText(realm, thrown, "stack"),
  };
}

/** A property that is a text; else nothing. Reading it may run code. */
function readText(realm: Realm, object: Handle, name: string): string {
  try {
    const value = realm.property(object, name);
    return realm.typeOf(value) === "string" ? realm.textOf(value).slice(0, MAX_TEXT) : "";
  } catch (thrown) {
    if (thrown instanceof Thrown || thrown instanceof MemoryUsedUp) return "";
    throw thrown;
  }
}
