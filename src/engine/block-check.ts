import { ModullmError, toModullmError } from "../core/error.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Block } from "../program/program.ts";
import type { Permission } from "../sandbox/sandboxes.ts";
import { requirePermission } from "./permission.ts";
import type { Run } from "./state.ts";

/**
 * Refuses blocks that can't be run as confined as they must be. @throws {ModullmError} RLLM_009,
 * RLLM_021
 */
export async function checkBlocks(
  { program }: LoadedProgram,
  run: Pick<Run, "tree" | "scope">,
): Promise<void> {
  const { sandboxes } = run.tree.tools;
  for (const { language, line, when } of program.blocks) {
    try {
      const trusted = isTrusted(run, language);
      const permit = sandboxPermit(run, language);
      const level = await sandboxes.level(language, { trusted, permit });
      if (language === "js") await sandboxes.prepare(language, level);
    } catch (thrown) {
      const error = toModullmError(thrown);
      const message = `Cannot run the ${when} block of "${program.name}" (line ${line}): ${error.message}`;
      throw new ModullmError(error.code, message, {
        details: { ...error.details, line, path: program.source.path },
        hint: error.hint,
        cause: error,
      });
    }
  }
}

/** Whether blocks in a language run with the user's rights. */
export function isTrusted({ tree }: Pick<Run, "tree">, language: Block["language"]): boolean {
  return language === "python" && tree.options.trustedPython === true;
}

/** Asks the policy whether a language may run at a level. */
export function sandboxPermit(
  run: Pick<Run, "tree" | "scope">,
  language: Block["language"],
): Permission["permit"] {
  const trusted = isTrusted(run, language);
  return (level) =>
    requirePermission(run, "sandbox", language, level === null ? { trusted } : { trusted, level });
}
