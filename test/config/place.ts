import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../../src/config/config.ts";
import { ModullmError } from "../../src/core/error.ts";
import { loadConfig } from "../../src/config/load.ts";

/** A home folder and a project folder of a test's own; the test removes them. */
export interface Place {
  readonly root: string;
  readonly project: string;
  readonly home: string;
  path(name: string): string;
  load(env?: Record<string, string | undefined>, autoload?: boolean): Promise<Config>;
  remove(): void;
}

/** @param files text by path: `project/.env`, `home/.config/modullm/config.yaml` */
export function makePlace(files: Readonly<Record<string, string | Uint8Array>> = {}): Place {
  const root = mkdtempSync(join(tmpdir(), "modullm-config-"));
  const [project, home] = [join(root, "project"), join(root, "home")];
  for (const folder of [project, home]) mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return {
    root,
    project,
    home,
    path: (name) => join(root, name),
    load: (env = {}, autoload = true) =>
      loadConfig({ env, cwd: project, autoload, platform: "linux", home }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The error that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<ModullmError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
