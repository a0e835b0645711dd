import { inChild, toModullmError } from "../core/error.ts";
import { childrenOf } from "./children.ts";
import type { LoadedProgram } from "./load.ts";

/** @throws {ModullmError} what the look at a program throws, with its chain */
export type Visit = (root: LoadedProgram) => Promise<void>;

/**
 * Makes what looks at a program and all that it uses: each program once over all calls. What was
 * refused once is refused again.
 */
export function createVisit(look: (loaded: LoadedProgram) => Promise<void> | void): Visit {
  const done = new Set<LoadedProgram>();
  const refused = new Map<LoadedProgram, unknown>();
  async function visit(loaded: LoadedProgram): Promise<void> {
    if (done.has(loaded)) return;
    if (refused.has(loaded)) throw refused.get(loaded);
    try {
      await look(loaded);
      for (const { name, child } of childrenOf(loaded)) {
        try {
          await visit(child);
        } catch (thrown) {
          throw inChild(toModullmError(thrown), { name, path: child.path });
        }
      }
      done.add(loaded);
    } catch (thrown) {
      refused.set(loaded, thrown);
      throw thrown;
    }
  }
  return visit;
}
