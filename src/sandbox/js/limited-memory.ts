const PAGE_BYTES = 64 * 1024;
/** What the module is built for: 16 MiB at first, 2 GiB at most. */
const FIRST_PAGES = 256;
const MOST_PAGES = 32768;

export interface LimitedMemory {
  readonly wasm: WebAssembly.Memory;
  /** Bytes above those it begins with; 0 sets no limit but its own. */
  limit(bytes: number): void;
  /** Whether growing was refused since this was last asked. */
  ranOut(): boolean;
}

/**
 * Memory that stops growing at a limit. The engine's own limit does not hold: built for WebAssembly
 * it can't tell the size of what it has allocated, and counts a few bytes for each.
 */
export function createLimitedMemory(): LimitedMemory {
  const wasm = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES });
  const grow = wasm.grow.bind(wasm);
  let most = MOST_PAGES;
  let ranOut = false;
  wasm.grow = (pages) => {
    ranOut = wasm.buffer.byteLength / PAGE_BYTES + pages > most;
    if (ranOut) throw new RangeError("the limit of memory is reached");
    return grow(pages);
  };
  return {
    wasm,
    limit(bytes) {
      most =
        bytes === 0
          ? MOST_PAGES
          : Math.min(MOST_PAGES, FIRST_PAGES + Math.ceil(bytes / PAGE_BYTES));
    },
    ranOut() {
      const before = ranOut;
      ranOut = false;
      return before;
    },
  };
}
