// oxlint-disable no-underscore-dangle -- the engine's own names
import { createMemory, type Memory, MemoryUsedUp } from "./engine-memory.ts";
import { createLimitedMemory } from "./limited-memory.ts";
import { type Handle, loadQuickJs, type Pointer, type QuickJs } from "./quickjs.ts";

export type { Handle };

/**
 * A global object with all that belongs to it; values may go from one realm of an engine to
 * another.
 */
export interface Realm {
  /**
   * Evaluates a script. `detached` lets it `await` at its top level: the value is then a promise of
   * the engine. @throws {Thrown}
   */
  evaluate(code: string, file: string, options?: { readonly detached?: boolean }): Handle;
  /** Reads a script without running it. @throws {Thrown} a `SyntaxError` */
  compile(code: string, file: string): void;
  /** @throws {Thrown} */
  call(func: Handle, args: readonly Handle[]): Handle;
  property(object: Handle, name: string): Handle;
  text(value: string): Handle;
  number(value: number): Handle;
  set(object: Handle, name: string, value: Handle): void;
  /** As `typeof` says it. */
  typeOf(value: Handle): string;
  /**
   * A function of the host. It may call back into the realm; a `Thrown` that it throws is thrown in
   * the code.
   */
  hostFunction(name: string, host: (args: readonly Handle[]) => Handle): Handle;
  undefined(): Handle;
  /** The UTF-8 bytes of a text, up to the first NUL. @throws {MemoryUsedUp} */
  bytesOf(value: Handle): Uint8Array;
  textOf(value: Handle): string;
  stateOf(promise: Handle): "pending" | "fulfilled" | "rejected" | "no promise";
  outcomeOf(promise: Handle): Handle;
  readonly global: Handle;
  free(...values: readonly Handle[]): void;
}

/** What code in a realm threw. */
export class Thrown extends Error {
  readonly value: Handle;
  constructor(value: Handle) {
    super("code in the engine threw");
    this.value = value;
  }
}

export interface Engine {
  createRealm(): Realm;
  /**
   * Bytes that the code and its values may take, above what the engine needs to start; 0 sets no
   * limit but the 2 GiB that it can use.
   */
  limitMemory(bytes: number): void;
  /** Whether memory was refused since this was last asked. */
  memoryRanOut(): boolean;
  /**
   * Runs what promises have left to do, until nothing is left. @throws {Thrown} what a job threw
   * past all promises
   */
  runJobs(realm: Realm): void;
  /**
   * Asked every few thousand steps of a script, never within a built-in function: true ends the
   * script.
   */
  onStep(ask: () => boolean): void;
}

/**
 * Bytes of the engine's own stack. The host's stack fills several times as fast: with more, the
 * host's would overflow first, and that leaves the engine in pieces.
 */
const STACK_BYTES = 64 * 1024;

const COMPILE_ONLY = 32;
const WITH_AWAIT = 128;
const PROMISE_STATES = ["pending", "fulfilled", "rejected"] as const;

/**
 * QuickJS in WebAssembly. Whatever it throws that is no `Thrown` (the host's stack overflowed, it
 * aborted) leaves it in an unknown state: then the process has to end. Nothing is ever disposed of
 * at the end, for the same reason.
 */
export async function createEngine(compiled: WebAssembly.Module): Promise<Engine> {
  const hostFunctions: HostFunctions = new Map();
  const memory = createLimitedMemory();
  const module = await loadQuickJs(compiled, memory.wasm);
  let interrupts: (() => boolean) | null = null;
  module.callbacks = {
    callFunction: (_, context, __, count, values, id) =>
      hostFunctions.get(id)?.(context, count, values) ?? 0,
    shouldInterrupt: () => (interrupts?.() === true ? 1 : 0),
    freeHostRef: (_, id) => void hostFunctions.delete(id),
    loadModuleSource: () => 0,
    normalizeModule: () => 0,
  };
  const runtime = module._QTS_NewRuntime();
  module._QTS_RuntimeSetMaxStackSize(runtime, STACK_BYTES);
  const texts = createMemory(module);
  return {
    createRealm: () =>
      createRealm(
        { module, memory: texts, context: module._QTS_NewContext(runtime, 0) },
        hostFunctions,
      ),
    limitMemory: memory.limit,
    memoryRanOut: memory.ranOut,
    runJobs(realm) {
      const context = module._malloc(4);
      const ran = module._QTS_ExecutePendingJob(runtime, -1, context);
      const last = texts.pointer(context);
      module._free(context);
      // Without a context nothing ran; else it gives how many ran, or what the last of them threw.
      if (last !== 0 && texts.take(module._QTS_Typeof(last, ran)) !== "number")
        throw new Thrown(ran);
      realm.free(ran);
    },
    onStep(ask) {
      interrupts = ask;
      module._QTS_RuntimeEnableInterruptHandler(runtime);
    },
  };
}

/** Where a realm's values live. */
interface Place {
  readonly module: QuickJs;
  readonly memory: Memory;
  readonly context: Pointer;
}

type HostFunctions = Map<number, (context: Pointer, count: number, values: Pointer) => Handle>;

function createRealm(place: Place, hostFunctions: HostFunctions): Realm {
  const { module, memory, context } = place;

  function free(...values: readonly Handle[]): void {
    for (const value of values) module._QTS_FreeValuePointer(context, value);
  }

  return {
    global: module._QTS_GetGlobalObject(context),
    evaluate: (code, file, { detached = false } = {}) =>
      evaluate(place, { code, file, flags: detached ? WITH_AWAIT : 0 }),
    compile: (code, file) =>
      free(evaluate(place, { code, file, flags: COMPILE_ONLY | WITH_AWAIT })),
    call(func, args) {
      const list = memory.putPointers(args);
      const value = module._QTS_Call(context, func, module._QTS_GetUndefined(), args.length, list);
      module._free(list);
      return raise(place, value);
    },
    property(object, name) {
      const key = makeText(place, name);
      const value = module._QTS_GetProp(context, object, key);
      free(key);
      return raise(place, value);
    },
    set(object, name, value) {
      const key = makeText(place, name);
      module._QTS_SetProp(context, object, key, value);
      free(key);
    },
    typeOf: (value) => memory.take(module._QTS_Typeof(context, value)),
    undefined: () => module._QTS_GetUndefined(),
    text: (value) => makeText(place, value),
    number: (value) => module._QTS_NewFloat64(context, value),
    hostFunction(name, host) {
      const id = hostFunctions.size + 1;
      hostFunctions.set(id, (_, count, values) => callHost(place, host, { count, values }));
      const put = memory.put(name);
      const handle = module._QTS_NewFunction(context, put.at, 0, 0, id);
      module._free(put.at);
      return handle;
    },
    bytesOf: (value) => readBytes(place, value),
    textOf: (value) => Buffer.from(readBytes(place, value)).toString("utf8"),
    stateOf: (promise) =>
      PROMISE_STATES[module._QTS_PromiseState(context, promise)] ?? "no promise",
    outcomeOf: (promise) => module._QTS_PromiseResult(context, promise),
    free,
  };
}

function evaluate(
  place: Place,
  { code, file, flags }: { code: string; file: string; flags: number },
): Handle {
  const { module, memory, context } = place;
  const source = memory.put(code);
  const name = memory.put(file.replaceAll("\0", " "));
  const value = module._QTS_Eval(context, source.at, source.bytes, name.at, 0, flags);
  module._free(source.at);
  module._free(name.at);
  return raise(place, value);
}

function makeText({ module, memory, context }: Place, value: string): Handle {
  const put = memory.put(value);
  const handle = module._QTS_NewString(context, put.at);
  module._free(put.at);
  return handle;
}

function readBytes({ module, memory, context }: Place, value: Handle): Uint8Array {
  const at = module._QTS_GetString(context, value);
  if (at === 0) throw new MemoryUsedUp("no memory is left to read a text");
  const bytes = memory.bytesAt(at);
  module._QTS_FreeCString(context, at);
  return bytes;
}

/** Code calls a function of the host. */
function callHost(
  { module, context }: Place,
  host: (args: readonly Handle[]) => Handle,
  { count, values }: { count: number; values: Pointer },
): Handle {
  const args = Array.from({ length: count }, (_, index) =>
    module._QTS_ArgvGetJSValueConstPointer(values, index),
  );
  try {
    return host(args);
  } catch (thrown) {
    if (thrown instanceof Thrown) return module._QTS_Throw(context, thrown.value);
    throw thrown;
  }
}

function raise({ module, context }: Place, value: Handle): Handle {
  const thrown = module._QTS_ResolveException(context, value);
  if (thrown === 0) return value;
  module._QTS_FreeValuePointer(context, value);
  throw new Thrown(thrown);
}
