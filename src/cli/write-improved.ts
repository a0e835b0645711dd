import { readFileSync } from "node:fs";
import type { Improved } from "../authoring/improve/improve.ts";
import type { ImproveJob } from "../authoring/improve/job.ts";
import { cannotWrite, replaceFile } from "../config/write-file.ts";
import { createAsk } from "./ask.ts";
import type { CommandContext } from "./command.ts";
import { gainText } from "./render/improve.ts";

/** What came of a search, and where it would go. */
export interface Outcome {
  readonly job: Omit<ImproveJob, "signal" | "watch">;
  readonly improved: Improved;
  /** Null: to the program's own file. */
  readonly target: string | null;
  /** Has the recordings of the program's tests written beside it; how many. */
  readonly keep: () => Promise<number>;
}

/**
 * Writes the improved program, after a yes.
 * @returns where; null: nobody said yes
 * @throws {ModullmError} RLLM_018 where it can't be written, or the file changed since
 */
export async function writeImproved(
  { options, output }: CommandContext,
  outcome: Outcome & {
    /** The file as messages call it. */
    readonly shown: string;
    /** What is shown before the question; null: it was shown. */
    readonly diff: string | null;
  },
): Promise<string | null> {
  const { job, improved, target, keep, shown, diff } = outcome;
  const { improvement } = improved;
  if (improvement === null) return null;
  if (!options.flag("yes")) {
    const ask = createAsk(output);
    if (ask === null) {
      output.note("Nothing is written without a yes: --yes writes it");
      return null;
    }
    if (diff !== null) output.note(`${diff}\n${gainText(improvement.gain)}`);
    if (!(await ask(`Write ${shown}?`))) return null;
  }
  const path = target ?? job.loaded.path;
  const hint = "Run the same command again: what was answered is kept.";
  if (target === null && readFileSync(path, "utf8") !== job.text)
    throw cannotWrite(path, new Error("it was changed in the meantime"), hint);
  try {
    replaceFile(path, improvement.text);
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Check the rights of the file and its folder.");
  }
  const recorded = target === null ? await keep() : 0;
  if (recorded > 0)
    output.note(`${recorded} recordings of it were added; \`modullm test\` passes on them`);
  return path;
}
