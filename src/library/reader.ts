import { isDeepStrictEqual } from "node:util";
import type { ReadFile } from "../config/regular-file.ts";
import type { SharedSchemas } from "../program/contracts.ts";
import { programOf } from "../program/parse.ts";
import type { Program } from "../program/program.ts";
import { readProgramText } from "./read.ts";
import { readSharedSchemas } from "./shared-schemas.ts";

/** Programs that are remembered at most; with one more all are forgotten. */
const MOST = 1000;

/**
 * Reads programs again and again, as an editor does: files are read each time, and what says the
 * same as before is the same object, parsed once.
 */
export function createReader(readFile: ReadFile): (path: string) => Promise<Program> {
  const known = new Map<string, Parsed>();
  return async (path) => {
    const text = await readProgramText(path, readFile);
    const shared = await readSharedSchemas(text, path, readFile);
    const before = known.get(path);
    if (before?.text === text && isDeepStrictEqual(before.shared, shared)) return before.program();
    if (known.size >= MOST) known.clear();
    const program = once(() => programOf(text, { path, shared }));
    known.set(path, { text, shared, program });
    return program();
  };
}

interface Parsed {
  readonly text: string;
  readonly shared: SharedSchemas | null;
  /** @throws {ModullmError} as `programOf` does */
  readonly program: () => Program;
}

/** What a function gives or throws, each time. */
function once<T>(make: () => T): () => T {
  let done: { readonly value: T } | { readonly thrown: unknown } | null = null;
  return () => {
    if (done === null) {
      try {
        done = { value: make() };
      } catch (thrown) {
        done = { thrown };
      }
    }
    if ("thrown" in done) throw done.thrown;
    return done.value;
  };
}
