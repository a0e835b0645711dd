import type { Paths } from "../config/paths.ts";
import { errorPayload, toModullmError } from "../core/error.ts";
import { readRegistryConfig } from "../packages/npmrc.ts";
import type { StageOptions } from "../packages/stage.ts";
import { createAsk } from "./ask.ts";
import type { CommandContext } from "./command.ts";
import { createLiveLine } from "./render/live-line.ts";

/** What getting a package takes, whatever is in it. */
export interface PackageOptions extends Omit<StageOptions, "work" | "manifest"> {
  readonly paths: Paths;
  readonly cwd: string;
  /** Asks the user for a yes; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Whether the yes was given beforehand. */
  readonly yes: boolean;
}

/** Does something that Ctrl-C stops, with a line of progress at a terminal. */
export async function withPackageOptions<Result>(
  { app, output, options: given }: CommandContext,
  work: (options: PackageOptions) => Promise<Result>,
): Promise<Result> {
  const { config, permit } = await app();
  const { terminal } = output;
  const { env, cwd } = terminal;
  const registry = readRegistryConfig({ env, cwd, folderTrusted: config.folderTrusted });
  for (const warning of registry.warnings) output.warn(warning);
  const interrupt = new AbortController();
  const disarm = terminal.onInterrupt(() => interrupt.abort());
  const line = createLiveLine(output);
  const ask = createAsk(output);
  try {
    return await work({
      paths: config.paths,
      cwd,
      env,
      registry,
      fetch,
      reach: (host) => permit("network", host),
      signal: interrupt.signal,
      ask:
        ask &&
        (async (question) => {
          line.clear();
          return await ask(question);
        }),
      yes: given.flag("yes"),
      progress(bytes, total) {
        if (terminal.stderrIsTty)
          line.draw(
            `Downloading ${megabytes(bytes)}${total === null ? "" : ` of ${megabytes(total)}`}`,
          );
      },
      warn: (message) => output.warn(message),
    });
  } finally {
    line.clear();
    disarm();
  }
}

/**
 * Updates packages one after the other: one that can't be updated is no reason to leave the others
 * as they are. @throws where it is the only one, and when the user stops it
 */
export async function updateEach(
  names: readonly string[],
  update: (name: string) => Promise<object>,
): Promise<{ readonly updated: readonly object[]; readonly failed: boolean }> {
  const updated: object[] = [];
  let failed = false;
  for (const name of names) {
    try {
      updated.push(await update(name));
    } catch (thrown) {
      const error = toModullmError(thrown);
      if (names.length === 1 || error.code === "RLLM_022") throw error;
      updated.push({ name, error: errorPayload(error) });
      failed = true;
    }
  }
  return { updated, failed };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
