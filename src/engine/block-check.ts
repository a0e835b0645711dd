import { ModullmError, toModullmError } from "../core/error.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Block } from "../program/program.ts";
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
  const { tools } = run.tree;
  for (const { language, line, when } of program.blocks) {
    try {
      await requireSandbox(run, language);
      if (language === "js") await tools.sandboxes.prepare(language);
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

/**
 * Refuses a language whose blocks may not run, or not here. @throws {ModullmError} RLLM_009,
 * RLLM_021
 */
export async function requireSandbox(
  run: Pick<Run, "tree" | "scope">,
  language: Block["language"],
): Promise<void> {
  const { tools, options } = run.tree;
  const trusted = language === "python" && options.trustedPython === true;
  // What the configuration forbids is not even looked for.
  requirePermission(run, "sandbox", language, { trusted });
  const level = await tools.sandboxes.level(language, { trusted });
  requirePermission(run, "sandbox", language, { trusted, level });
}
