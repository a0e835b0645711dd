// oxlint-disable no-underscore-dangle -- the engine's own names
import type { Pointer, QuickJs } from "./quickjs.ts";

/** The host could not put something into the engine's memory, or read it. */
export class MemoryUsedUp extends Error {}

/** Texts and pointers in the engine's memory. What is put there is for the caller to free. */
export interface Memory {
  /** With a NUL behind it. */
  put(text: string): { readonly at: Pointer; readonly bytes: number };
  putPointers(pointers: readonly Pointer[]): Pointer;
  pointer(at: Pointer): Pointer;
  /** What stands before the next NUL; frees it. */
  take(at: Pointer): string;
  /** A copy of what stands before the next NUL. */
  bytesAt(at: Pointer): Uint8Array;
}

export function createMemory(module: QuickJs): Memory {
  function reserve(bytes: number): Pointer {
    const at = module._malloc(bytes);
    if (at === 0) throw new MemoryUsedUp("no memory is left for what the host has to say");
    return at;
  }
  function bytesAt(at: Pointer): Uint8Array {
    return module.HEAPU8.slice(at, module.HEAPU8.indexOf(0, at));
  }
  return {
    take(at) {
      const text = Buffer.from(bytesAt(at)).toString("utf8");
      module._free(at);
      return text;
    },
    put(text) {
      const encoded = Buffer.from(text, "utf8");
      const at = reserve(encoded.length + 1);
      module.HEAPU8.set(encoded, at);
      module.HEAPU8[at + encoded.length] = 0;
      return { at, bytes: encoded.length };
    },
    putPointers(pointers) {
      const at = reserve(4 * pointers.length + 4);
      const view = new DataView(module.HEAPU8.buffer);
      for (const [index, pointer] of pointers.entries())
        view.setInt32(at + 4 * index, pointer, true);
      return at;
    },
    pointer: (at) => new DataView(module.HEAPU8.buffer).getInt32(at, true),
    bytesAt,
  };
}
