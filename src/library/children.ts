import type { LoadedProgram } from "./load.ts";

/** What a program leads to: those it uses, then those its model may call. */
export function childrenOf({
  uses,
  tools,
}: LoadedProgram): readonly { readonly name: string; readonly child: LoadedProgram }[] {
  const used = uses.map(({ entry, child }) => ({ name: entry.name, child }));
  return tools.length === 0 ? used : [...used, ...tools];
}
