import type { Principal } from "../../../core/principal.ts";
import type { ProgramEntry, ProgramIndex, View } from "../../../library/program-index.ts";
import { visibleTo } from "../../../programs.ts";
import type { App } from "../../../workspace.ts";

/** The programs that are served, and what runs them. */
export interface Library {
  readonly app: App;
  readonly programs: ProgramIndex;
  /** Folders whose places are nobody's business: what leaves names files within them. */
  readonly folders: readonly string[];
}

/** What a principal sees: the programs that it may run. */
export function viewOf({ app }: Library, principal: Principal): View {
  return { sees: visibleTo(principal, app.policy) };
}

/** @throws {ModullmError} RLLM_008 where the principal sees no such program */
export async function findProgram(
  library: Library,
  name: string,
  principal: Principal,
): Promise<ProgramEntry> {
  return await library.programs.show(name, viewOf(library, principal));
}
