import type { ProgramIndex, Refreshed } from "../../../library/program-index.ts";
import type { Action, CommandContext } from "../../command.ts";

export const index: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { found } = await openIndex(context, { force: context.options.flag("force") });
    context.output.json(found);
    return 0;
  },
};

/** The index, up to date. */
export async function openIndex(
  { app, output }: CommandContext,
  { force = false } = {},
): Promise<{ readonly programs: ProgramIndex; readonly found: Refreshed }> {
  const programs = await (await app()).programs();
  const interrupt = new AbortController();
  const disarm = output.terminal.onInterrupt(() => interrupt.abort());
  try {
    const found = await programs.refresh({ force, signal: interrupt.signal });
    for (const { path, reason } of found.unreadable)
      output.warn(`Cannot read folder "${path}": ${reason}; its programs are not found`);
    return { programs, found };
  } finally {
    disarm();
  }
}
