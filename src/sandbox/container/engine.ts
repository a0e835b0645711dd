import { execFile } from "node:child_process";
import { join } from "node:path";
import { isProgram, pathFolders } from "../on-path.ts";

export type EngineName = "podman" | "docker";

export interface Engine {
  readonly name: EngineName;
  /** The program, found on PATH. */
  readonly path: string;
  /** What it goes by: where its service, its images and its settings are. */
  readonly env: Readonly<Record<string, string>>;
}

const NAMES: readonly EngineName[] = ["podman", "docker"];
/** Milliseconds for one command that starts no container. */
const COMMAND_MS = 30_000;

/** The engine of that name, or the first there is; null where there is none on PATH. */
export function findEngine(
  name: EngineName | null,
  env: Readonly<Record<string, string | undefined>>,
): Engine | null {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const folders = pathFolders(env);
  const ending = process.platform === "win32" ? ".exe" : "";
  for (const each of name === null ? NAMES : [name]) {
    const path = folders.map((folder) => join(folder, each + ending)).find(isProgram);
    if (path !== undefined) return { name: each, path, env: Object.fromEntries(set) };
  }
  return null;
}

/** How engines complain that the service which does their work can't be reached. */
export const NO_SERVICE =
  /cannot connect to|is the docker daemon running|error during connect|docker desktop is unable/i;

export interface CommandResult {
  /** 0 where it did what it was asked. */
  readonly status: number;
  readonly output: string;
  readonly complaint: string;
}

/** Runs a command of the engine; one that takes too long is killed and counts as failed. */
export async function command(
  { path, env }: Engine,
  args: readonly string[],
): Promise<CommandResult> {
  return await new Promise((resolve) => {
    const options = { env, timeout: COMMAND_MS, killSignal: "SIGKILL", windowsHide: true } as const;
    execFile(path, [...args], options, (error, output, complaint) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output, complaint: complaint === "" && error ? error.message : complaint });
    });
  });
}
