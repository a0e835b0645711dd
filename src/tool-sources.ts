import type { ToolSource } from "./model/tool.ts";
import type { ToolKind } from "./program/program.ts";

/** Each source of tools by the key that entries name it with; made when one first does. */
export type LazySources = Readonly<Record<Exclude<ToolKind, "program">, () => Promise<ToolSource>>>;

/** All that models may call beside programs and functions of the host. */
export function createToolSource(sources: LazySources): ToolSource {
  async function sourceOf(kind: ToolKind): Promise<ToolSource> {
    if (kind === "program") throw new Error("a program is read with whatever names it");
    return await sources[kind]();
  }
  return {
    open: async (entry, at) => await (await sourceOf(entry.from.kind)).open(entry, at),
    known: async (entry, at) => await (await sourceOf(entry.from.kind)).known(entry, at),
  };
}
