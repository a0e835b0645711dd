import type { RunRequest } from "./request.ts";
import type { Failure } from "../sandbox.ts";
import { createCodec, type Encoded } from "./codec.ts";
import { withVariables } from "./declarations.ts";
import { type Engine, type Handle, type Realm, Thrown } from "./engine.ts";
import { MemoryUsedUp } from "./engine-memory.ts";
import { type DescribedError, explain, lineIn, memoryError, resultError } from "./failures.ts";
import { giveConsole, giveFunctions, type InterpreterHost } from "./globals.ts";

export interface InterpreterOptions {
  readonly limits: { readonly memoryMb: number; readonly maxValueBytes: number };
  /** Names of the granted functions. */
  readonly functions: readonly string[];
}

export interface Interpreter {
  /**
   * Runs something harmless apart from the code, so that what every run needs has been compiled.
   */
  rehearse(): void;
  /** Called once, before anything is run. */
  prepare(options: InterpreterOptions): void;
  /** Whatever this throws is the engine's end. */
  run(request: RunRequest): Encoded;
  /** Parses only. The value is null, or a fault: its message and line. */
  parse(request: RunRequest): Encoded;
}

const MEBIBYTE = 1024 * 1024;
/** Bytes over the limit for telling of an error that the limit made. */
const SPARE_BYTES = 4 * MEBIBYTE;
/** Characters of a message or a stack that are looked at. */
const MAX_TEXT = 8000;
const READ_RESULT = 'typeof result === "undefined" ? undefined : result';

const REHEARSALS = 3;
/** What blocks are made of. */
const REHEARSAL = [
  'const items = [{ name: "one", amount: 1.5 }, { name: "two", amount: 2 }];',
  "function total(list) { return list.reduce((sum, { amount }) => sum + amount, 0); }",
  'let risk = total(items) > 3 ? "high" : "low";',
  "for (const { name } of items) { if (/o/.test(name)) risk += name; }",
  "var result = { risk, total: Math.round(total(items)), names: items.map(({ name }) => name.toUpperCase()) };",
].join("\n");

/** Runs scripts in one realm of an engine. */
export function createInterpreter(engine: Engine, host: InterpreterHost): Interpreter {
  const realm = engine.createRealm();
  const codec = createCodec(engine, realm);
  giveConsole(realm, codec, host);
  let limits = { memoryMb: 0, maxValueBytes: 0 };

  function limitMemory(spare = 0): void {
    const { memoryMb } = limits;
    engine.limitMemory(memoryMb === 0 ? 0 : memoryMb * MEBIBYTE + spare);
  }

  function describe(thrown: Handle): DescribedError {
    const isObject = realm.typeOf(thrown) === "object";
    const name = isObject ? readText(realm, thrown, "name") : "";
    if (name === "")
      return { name: "Error", message: `${codec.show(thrown)} was thrown`, stack: "" };
    return {
      name,
      message: readText(realm, thrown, "message"),
      stack: readText(realm, thrown, "stack"),
    };
  }

  function failureOf({ value }: Thrown, request: RunRequest): Failure {
    const ranOut = engine.memoryRanOut();
    limitMemory(SPARE_BYTES);
    try {
      const error = describe(value);
      // Where not even an error could be made, null is thrown.
      const isMemory =
        error.name === "InternalError"
          ? error.message === "out of memory"
          : error.message === NULL_THROWN;
      if (isMemory && (ranOut || error.name === "InternalError"))
        return memoryError(limits.memoryMb);
      return explain(error, request, codec.names);
    } catch (thrown) {
      if (!(thrown instanceof Thrown)) throw thrown;
      return {
        exception: "Error",
        reason: "what was thrown can't be read",
        line: null,
        hint: null,
      };
    } finally {
      limitMemory();
    }
  }

  function evaluate(request: RunRequest): Encoded {
    engine.memoryRanOut();
    setVariables(request.values);
    // Before the code runs: what it puts in the place of a member is not that member.
    const held =
      request.keep === undefined
        ? null
        : realm.evaluate(`Object.assign({}, ${request.keep})`, "<keep>");
    const promise = realm.evaluate(toScript(realm, request), request.file, { detached: true });
    engine.runJobs(realm);
    const waits = settled(realm, promise, "the code awaits");
    if ("failure" in waits) return { ok: false, failure: waits.failure };
    const result = settled(realm, realm.evaluate(READ_RESULT, "<result>"), "`result` is");
    if ("failure" in result) return { ok: false, failure: result.failure };
    const value = codec.encode(result.value, "result", limits.maxValueBytes);
    realm.free(waits.value, result.value);
    return held === null || !value.ok ? value : withKept(value.value, held, request.keep ?? "");
  }

  /** The value's JSON, and behind it the key `kept`, or why there is none. */
  function withKept(value: Uint8Array, held: Handle, name: string): Encoded {
    const kept = codec.encode(held, name, limits.maxValueBytes - value.length);
    realm.free(held);
    const [key, bytes] = kept.ok
      ? ["kept", kept.value]
      : ["keptFault", Buffer.from(JSON.stringify(kept.failure.reason))];
    return { ok: true, value: Buffer.concat([value, Buffer.from(`,"${key}":`), bytes]) };
  }

  function setVariables(values: RunRequest["values"]): void {
    realm.set(realm.global, "result", realm.undefined());
    const given = codec.decode(values);
    for (const name of Object.keys(values)) {
      const value = realm.property(given, name);
      realm.set(realm.global, name, value);
      realm.free(value);
    }
    realm.free(given);
  }

  return {
    rehearse() {
      const apart = engine.createRealm();
      for (let round = 0; round < REHEARSALS; round++) {
        const request = { code: REHEARSAL, values: {}, file: "rehearsal", line: 1 };
        const promise = apart.evaluate(toScript(apart, request), request.file, { detached: true });
        engine.runJobs(apart);
        settled(apart, promise, "the rehearsal awaits");
        codec.encode(apart.evaluate(READ_RESULT, "<result>"), "result", REHEARSAL.length * 100);
      }
      codec.decode({ context: { input: { a: [1, "text", null] } } });
    },
    prepare({ limits: given, functions }) {
      limits = given;
      giveFunctions(realm, codec, host, { names: functions, maxBytes: limits.maxValueBytes });
      limitMemory();
    },
    run(request) {
      try {
        return evaluate(request);
      } catch (thrown) {
        if (!(thrown instanceof Thrown)) throw thrown;
        return { ok: false, failure: failureOf(thrown, request) };
      }
    },
    parse(request) {
      try {
        realm.compile(linesBefore(request) + request.code, request.file);
        return { ok: true, value: Buffer.from("null") };
      } catch (thrown) {
        if (!(thrown instanceof Thrown)) throw thrown;
        const { message, stack } = describe(thrown.value);
        // The engine gives columns too, but mostly those of the line's first statement.
        return {
          ok: true,
          value: Buffer.from(JSON.stringify({ message, line: lineIn(stack, request.file) })),
        };
      }
    },
  };
}

const NULL_THROWN = "null was thrown";

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

/**
 * What to evaluate: the code with empty lines before it, so that the engine counts lines as the
 * file does. @throws {Thrown} a `SyntaxError`
 */
function toScript(realm: Realm, request: RunRequest): string {
  const { code, file } = request;
  const before = linesBefore(request);
  if (!/\b(?:let|const|class)\b/.test(code)) return before + code;
  // As it stands it has to be right; as it is rewritten, it may turn out to have been misread.
  realm.compile(before + code, file);
  const rewritten = withVariables(code);
  if (rewritten === null) return before + code;
  try {
    realm.compile(before + rewritten, file);
    return before + rewritten;
  } catch (thrown) {
    if (thrown instanceof Thrown) return before + code;
    throw thrown;
  }
}

function linesBefore({ line }: RunRequest): string {
  return "\n".repeat(Math.max(0, line - 1));
}

/**
 * A value, or what a promise came to when all that could run has run. @throws {Thrown} what it was
 * rejected with
 */
function settled(
  realm: Realm,
  value: Handle,
  subject: string,
): { value: Handle } | { failure: Failure } {
  const state = realm.stateOf(value);
  if (state === "no promise") return { value };
  if (state === "rejected") throw new Thrown(realm.outcomeOf(value));
  if (state === "fulfilled") return { value: realm.outcomeOf(value) };
  return { failure: resultError(`${subject} a promise that is never settled`) };
}
