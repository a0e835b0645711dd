import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ConfigFile } from "./file.ts";
import { NO_SERVING } from "./file-serving.ts";

/** The `.modullm/config.yaml` of a project. */
export interface ProjectFile {
  readonly path: string;
  /** The project's folder, which may be trusted. */
  readonly folder: string;
}

/** The nearest one, in the folder or above it; null where there is none. */
export function findProjectFile(cwd: string): ProjectFile | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, ".modullm", "config.yaml");
    if (existsSync(path)) return { path, folder };
    if (dirname(folder) === folder) return null;
  }
}

/** What a file says, as far as a folder may say it that nobody has trusted. */
export interface Narrowed {
  readonly file: ConfigFile;
  /** Keys that were left out. */
  readonly ignored: readonly string[];
}

/**
 * A stranger's folder may choose among the user's models and its own programs, and forbid what is
 * allowed. It may send nothing elsewhere, start or reach nothing, keep or forget nothing, and
 * change no price that a budget counts with.
 */
export function narrowed(file: ConfigFile): Narrowed {
  const { sandbox } = file;
  const nothing = { allow: [], hosts: [], image: null, audio: null, pdf: null };
  const safe: ConfigFile = {
    ...file,
    ollamaAutoPull: file.ollamaAutoPull === false ? false : null,
    ollamaApiBase: null,
    providers: new Map(),
    models: new Map(),
    sandbox: {
      require: sandbox.require,
      experimental: sandbox.experimental === false ? false : null,
      trustedPython: sandbox.trustedPython === false ? false : null,
      python: null,
      image: null,
    },
    media: nothing,
    history: { events: null, keepMs: null, maxMb: null },
    serving: NO_SERVING,
    plugins: new Map(),
    mcpServers: new Map(),
    apiHosts: new Map(),
  };
  const left: readonly (readonly [boolean, string])[] = [
    [file.ollamaAutoPull === true, "runtime.default_ollama_auto_pull"],
    [file.ollamaApiBase !== null, "provider.ollama_api_base"],
    [file.providers.size > 0, "providers"],
    [file.models.size > 0, "models"],
    [sandbox.experimental === true, "sandbox.experimental"],
    [sandbox.trustedPython === true, "sandbox.trusted_python"],
    [sandbox.python !== null, "sandbox.python"],
    [sandbox.image !== null, "sandbox.image"],
    [JSON.stringify(file.media) !== JSON.stringify(nothing), "media"],
    [Object.values(file.history).some((value) => value !== null), "history"],
    [file.serving.auth !== null, "auth"],
    [file.serving.oauth !== null, "oauth"],
    [file.serving.hosts.length > 0, "serve.hosts"],
    [file.plugins.size > 0, "plugins"],
    [file.mcpServers.size > 0, "mcp.servers"],
    [file.apiHosts.size > 0, "openapi"],
  ];
  return { file: safe, ignored: left.flatMap(([is, key]) => (is ? [key] : [])) };
}
