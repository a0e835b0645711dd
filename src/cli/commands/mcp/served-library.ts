import { delimiter } from "node:path";
import { openProgramIndex } from "../../../programs.ts";
import type { Library } from "../../../server/mcp/library/library.ts";
import type { CommandContext } from "../../command.ts";

/** Milliseconds for which a library counts as looked at. */
const FRESH_MS = 2000;

/**
 * Opens the library that is served when it is first asked for, and looks again at its folders from
 * time to time.
 */
export function servedLibrary(context: CommandContext): () => Promise<Library> {
  let opening: Promise<Library> | null = null;
  let looked = Number.NEGATIVE_INFINITY;
  return async () => {
    const library = await (opening ??= open(context));
    if (performance.now() - looked < FRESH_MS) return library;
    await library.programs.refresh();
    looked = performance.now();
    return library;
  };
}

async function open({ app: openApp, options, output, resolve }: CommandContext): Promise<Library> {
  const { env, cwd } = output.terminal;
  const given = options.texts("library").map(resolve);
  // What is served may use what the library has beside it.
  const path = [...given, env["MODULLM_PATH"] ?? env["RUNLLM_PATH"] ?? ""].join(delimiter);
  const app = await openApp(given.length === 0 ? {} : { env: { ...env, MODULLM_PATH: path } });
  const folders = given.length === 0 ? app.config.library : given;
  const config = { ...app.config, library: folders };
  const { tokens } = app.tools;
  const programs = await openProgramIndex({ config, tokens, store: app.store, vectors: app });
  const { data, config: settings } = app.config.paths;
  return { app, programs, folders: [...folders, cwd, data, settings] };
}
