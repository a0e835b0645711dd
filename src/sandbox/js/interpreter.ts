import type { Failure } from "../sandbox.ts";
import { type Codec, createCodec, type Encoded } from "./codec.ts";
import { type Engine, type Realm, Thrown } from "./engine.ts";
import { lineIn } from "./failures.ts";
import { giveConsole, giveFunctions, type InterpreterHost } from "./globals.ts";
import { rehearse } from "./rehearsal.ts";
import type { RunRequest } from "./request.ts";
import { linesBefore, READ_RESULT, settled, toScript } from "./script.ts";
import { describeThrown, explainThrown } from "./thrown.ts";

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

  function failureOf(thrown: Thrown, request: RunRequest): Failure {
    const ranOut = engine.memoryRanOut();
    limitMemory(SPARE_BYTES);
    try {
      return explainThrown(thrown, { realm, codec, request, ranOut, memoryMb: limits.memoryMb });
    } finally {
      limitMemory();
    }
  }

  function evaluate(request: RunRequest): Encoded {
    engine.memoryRanOut();
    setVariables(realm, codec, request.values);
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
    if (held === null || !value.ok) return value;
    const kept = codec.encode(held, request.keep ?? "", limits.maxValueBytes - value.value.length);
    realm.free(held);
    return { ok: true, value: withKept(value.value, kept) };
  }

  return {
    rehearse: () => rehearse(engine, codec),
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
    parse: (request) => parse(realm, codec, request),
  };
}

function parse(realm: Realm, codec: Codec, request: RunRequest): Encoded {
  try {
    realm.compile(linesBefore(request) + request.code, request.file);
    return { ok: true, value: Buffer.from("null") };
  } catch (thrown) {
    if (!(thrown instanceof Thrown)) throw thrown;
    const { message, stack } = describeThrown(realm, codec, thrown.value);
    // The engine gives columns too, but mostly those of the line's first statement.
    const fault = { message, line: lineIn(stack, request.file) };
    return { ok: true, value: Buffer.from(JSON.stringify(fault)) };
  }
}

function setVariables(realm: Realm, codec: Codec, values: RunRequest["values"]): void {
  realm.set(realm.global, "result", realm.undefined());
  const given = codec.decode(values);
  for (const name of Object.keys(values)) {
    const value = realm.property(given, name);
    realm.set(realm.global, name, value);
    realm.free(value);
  }
  realm.free(given);
}

/** The value's JSON, and behind it the key `kept`, or why there is none. */
function withKept(value: Uint8Array, kept: Encoded): Uint8Array {
  const [key, bytes] = kept.ok
    ? ["kept", kept.value]
    : ["keptFault", Buffer.from(JSON.stringify(kept.failure.reason))];
  return Buffer.concat([value, Buffer.from(`,"${key}":`), bytes]);
}
