import loadModule from "@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module";

/** A place in the engine's memory where a value stands; 0 is none. */
export type Handle = number;
export type Pointer = number;

/**
 * What is used here of the module's exports; they belong to one version of it, which package.json
 * names exactly.
 */
export interface QuickJs {
  HEAPU8: Uint8Array;
  callbacks: {
    callFunction(
      asyncify: undefined,
      context: Pointer,
      self: Pointer,
      count: number,
      values: Pointer,
      id: number,
    ): Handle;
    shouldInterrupt(asyncify: undefined, runtime: Pointer): number;
    freeHostRef(runtime: Pointer, id: number): void;
    loadModuleSource(): Pointer;
    normalizeModule(): Pointer;
  };
  _malloc(bytes: number): Pointer;
  _free(at: Pointer): void;
  _QTS_NewRuntime(): Pointer;
  _QTS_RuntimeSetMaxStackSize(runtime: Pointer, bytes: number): void;
  _QTS_RuntimeEnableInterruptHandler(runtime: Pointer): void;
  _QTS_NewContext(runtime: Pointer, intrinsics: number): Pointer;
  _QTS_GetGlobalObject(context: Pointer): Handle;
  _QTS_GetUndefined(): Handle;
  _QTS_Eval(
    context: Pointer,
    code: Pointer,
    bytes: number,
    file: Pointer,
    detectModule: number,
    flags: number,
  ): Handle;
  _QTS_Call(context: Pointer, func: Handle, self: Handle, count: number, values: Pointer): Handle;
  _QTS_ResolveException(context: Pointer, value: Handle): Handle;
  _QTS_ExecutePendingJob(runtime: Pointer, most: number, context: Pointer): Handle;
  _QTS_GetProp(context: Pointer, object: Handle, name: Handle): Handle;
  _QTS_SetProp(context: Pointer, object: Handle, name: Handle, value: Handle): void;
  _QTS_Throw(context: Pointer, error: Handle): Handle;
  _QTS_NewString(context: Pointer, text: Pointer): Handle;
  _QTS_NewFloat64(context: Pointer, value: number): Handle;
  _QTS_NewFunction(
    context: Pointer,
    name: Pointer,
    length: number,
    isConstructor: number,
    id: number,
  ): Handle;
  _QTS_GetString(context: Pointer, value: Handle): Pointer;
  _QTS_FreeCString(context: Pointer, text: Pointer): void;
  _QTS_ArgvGetJSValueConstPointer(values: Pointer, index: number): Handle;
  _QTS_FreeValuePointer(context: Pointer, value: Handle): void;
  _QTS_Typeof(context: Pointer, value: Handle): Pointer;
  _QTS_PromiseState(context: Pointer, promise: Handle): number;
  _QTS_PromiseResult(context: Pointer, promise: Handle): Handle;
}

export async function loadQuickJs(
  compiled: WebAssembly.Module,
  wasmMemory: WebAssembly.Memory,
): Promise<QuickJs> {
  const options = {
    wasmMemory,
    instantiateWasm(
      imports: Parameters<typeof WebAssembly.instantiate>[1],
      done: (instance: WebAssembly.Instance) => void,
    ) {
      done(new WebAssembly.Instance(compiled, imports));
    },
    // What it writes as it aborts is no text of the code's.
    print() {},
    printErr() {},
  };
  const load = loadModule as unknown as (given: typeof options) => Promise<unknown>;
  return (await load(options)) as QuickJs;
}
