import { existsSync } from "node:fs";
import { parse } from "node:path";
import type { SandboxSettings } from "../config/config.ts";
import { toModullmError } from "../core/error.ts";
import type { Level } from "../core/sandbox-level.ts";
import type { PythonInterpreter } from "./python/find.ts";
import type { Sandbox } from "./sandbox.ts";

export type Language = "python" | "js";

/** What it depends on, on this machine, where code can run. */
export interface Surroundings {
  readonly settings: SandboxSettings;
  /** Where PATH is read from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Where the user's own choice of a Python is looked for by what chooses between several, not that
   * of the folder at hand.
   */
  readonly home: string;
  /** A folder for what is known of the Python found. */
  readonly cache: string;
  /** JavaScript processes that are kept started, for programs that stay. @default 0 */
  readonly warm?: number;
}

/** What a language may run at here. */
export interface Offers {
  /** The one that is taken without asking first, then those that can be required. */
  readonly levels: readonly Level[];
  /** What runs it; null where there is nothing. */
  readonly engine: string | null;
  /** Why there is nothing, or no more than this; null where there is nothing to say. */
  readonly reason: string | null;
}

export async function levelsHere(language: Language, options: Surroundings): Promise<Offers> {
  return language === "js" ? await javaScriptLevels(options) : await pythonLevels(options);
}

/** @throws {ModullmError} RLLM_009 `SandboxUnavailable` */
export async function makeSandboxHere(
  language: Language,
  level: Level,
  options: Surroundings,
): Promise<Sandbox> {
  if (language === "js") return await makeJavaScript(level, options);
  if (level === "container") return await makeContainer(options);
  if (level === "wasm") throw new Error("Python does not run in WebAssembly here");
  const { createPythonSandbox } = await import("./python/python.ts");
  const { experimental } = options.settings;
  return createPythonSandbox({
    interpreter: await findInterpreter(options),
    level,
    env: options.env,
    experimental,
  });
}

async function makeJavaScript(
  level: Level,
  { settings, env, warm = 0 }: Surroundings,
): Promise<Sandbox> {
  const { createJavaScriptSandbox } = await import("./js/javascript.ts");
  if (level === "namespaces") {
    const { findBubblewrap } = await import("./bubblewrap.ts");
    const bubblewrap = findBubblewrap(env);
    if (bubblewrap !== null) return createJavaScriptSandbox({ level, bubblewrap, warm });
  }
  // Where nothing is required, a kernel that can't confine it leaves the engine's own walls; the
  // session says which it was.
  return createJavaScriptSandbox({ level: settings.require === null ? "wasm" : "kernel", warm });
}

async function makeContainer({ settings, env }: Surroundings): Promise<Sandbox> {
  const { createContainerSandbox } = await import("./container/container.ts");
  if (settings.image === null) throw new Error("no image is named");
  return createContainerSandbox({ image: settings.image, env });
}

async function javaScriptLevels({ env }: Surroundings): Promise<Offers> {
  const engine = "QuickJS-ng in WebAssembly";
  const { javaScriptLevel } = await import("./js/javascript.ts");
  const level = javaScriptLevel();
  if (level === "wasm") {
    const reason = `on this system (${process.platform}) no kernel confinement goes on top of it`;
    return { levels: [level], engine, reason };
  }
  const { findBubblewrap } = await import("./bubblewrap.ts");
  if (findBubblewrap(env) === null) return { levels: [level], engine, reason: NO_BUBBLEWRAP };
  return { levels: [level, "namespaces"], engine, reason: null };
}

const NO_BUBBLEWRAP = `there is no "bwrap" (bubblewrap) on PATH for the level "namespaces"`;

async function pythonLevels(options: Surroundings): Promise<Offers> {
  const container = await containerOffer(options);
  let interpreter: PythonInterpreter;
  try {
    interpreter = await findInterpreter(options);
  } catch (thrown) {
    return { ...container, reason: toModullmError(thrown).message };
  }
  const engine = `Python ${interpreter.version} (${interpreter.executable})`;
  const lacking = await lackingFor(interpreter, options);
  if (lacking !== null)
    return { levels: container.levels, engine: container.engine ?? engine, reason: lacking };
  if (process.platform !== "linux")
    return { levels: ["kernel", ...container.levels], engine, reason: null };
  const { findBubblewrap } = await import("./bubblewrap.ts");
  const inNamespaces = findBubblewrap(options.env) !== null;
  return {
    levels: ["kernel", ...(inNamespaces ? (["namespaces"] as const) : []), ...container.levels],
    engine,
    reason: inNamespaces ? null : NO_BUBBLEWRAP,
  };
}

/**
 * Offered where an image is named and an engine is there; whether the image is there too shows when
 * one is started.
 */
async function containerOffer({
  settings,
  env,
}: Surroundings): Promise<Pick<Offers, "levels" | "engine">> {
  if (settings.image === null) return { levels: [], engine: null };
  const { findEngine } = await import("./container/engine.ts");
  const engine = findEngine(null, env);
  return engine === null
    ? { levels: [], engine: null }
    : { levels: ["container"], engine: `the image ${settings.image} in ${engine.name}` };
}

/** Why the kernel can't confine this Python; null when it can. */
async function lackingFor(
  { ctypes, landlock }: PythonInterpreter,
  { settings }: Surroundings,
): Promise<string | null> {
  const { platform } = process;
  if (platform === "darwin" || platform === "win32")
    return settings.experimental
      ? null
      : `the confinement of this system (${platform}) is not proven, and sandbox.experimental ` +
          "does not allow it";
  if (platform !== "linux") return `this system (${platform}) has no Landlock and no seccomp`;
  const { isKnownArchitecture } = await import("./confinement/seccomp.ts");
  if (!isKnownArchitecture(process.arch))
    return `there is no list of system calls for its architecture (${process.arch})`;
  if (landlock < 1) return "its kernel has no Landlock (Linux 5.13 or later with it enabled has)";
  if (!ctypes) return "this Python has no ctypes, which it needs to confine itself";
  return null;
}

/**
 * Version managers can be told by a file in a folder what to run, so they are asked from the user's
 * home.
 */
async function findInterpreter({
  settings,
  env,
  home,
  cache,
}: Surroundings): Promise<PythonInterpreter> {
  const { findPython } = await import("./python/find.ts");
  const { PYENV_DIR: _, ...rest } = env;
  return await findPython({
    setting: settings.python,
    env: rest,
    cache,
    cwd: existsSync(home) ? home : parse(home).root,
  });
}
