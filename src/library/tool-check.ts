import type { ToolKnowledge } from "../model/tool.ts";
import type { ToolEntry, Warning } from "../program/program.ts";
import { folderOf, type LoadedProgram } from "./load.ts";
import { createVisit, type Visit } from "./visit.ts";

/** What is on record of the tools of an entry: `ToolSource.known`. */
export type KnowTools = (
  entry: ToolEntry,
  at: { readonly folder: string },
) => Promise<ToolKnowledge>;

/** Holds entries of `tools` against what is known of servers and APIs; nothing is started. */
export interface ToolCheck {
  /** @throws {ModullmError} RLLM_008 for a tool that there is not, with its chain */
  readonly visit: Visit;
  /** What could not be checked, by program. */
  readonly warnings: ReadonlyMap<LoadedProgram, readonly Warning[]>;
}

export function createToolCheck(known: KnowTools): ToolCheck {
  const warnings = new Map<LoadedProgram, readonly Warning[]>();
  async function look(loaded: LoadedProgram): Promise<void> {
    const found: Warning[] = [];
    for (const [index, entry] of loaded.program.tools.entries()) {
      // A program is read with what names it, a plugin when it is opened.
      if (entry.from.kind === "program" || entry.from.kind === "plugin") continue;
      const { unknown } = await known(entry, { folder: folderOf(loaded) });
      if (unknown !== null)
        found.push({ message: `tools entry ${index + 1}: ${unknown}`, place: null });
    }
    if (found.length > 0) warnings.set(loaded, found);
  }
  return { visit: createVisit(look), warnings };
}
