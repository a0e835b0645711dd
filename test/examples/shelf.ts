import { afterAll, beforeAll } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { isObject } from "../../src/core/json.ts";
import { type Modullm, open } from "../../src/index.ts";

/**
 * The programs of a folder, each with its input beside it, run on the baseline in a home of their
 * own.
 */
export interface Shelf {
  readonly folder: string;
  /** Of the programs, without their ending. */
  readonly names: readonly string[];
  /** Open while tests run. */
  readonly modullm: Modullm;
  inputOf(name: string): Record<string, unknown>;
  run(name: string, changes?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** @param path below the project's folder */
export function useShelf(path: string): Shelf {
  const folder = join(import.meta.dir, "../..", path);
  let home = "";
  let modullm: Modullm | null = null;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "examples-"));
    const places = { HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home };
    modullm = await open({
      cwd: folder,
      autoload: false,
      env: { PATH: process.env["PATH"] ?? "", ...places },
    });
  });
  afterAll(async () => {
    await modullm?.close();
    rmSync(home, { recursive: true, force: true });
  });
  const shelf: Shelf = {
    folder,
    names: readdirSync(folder)
      .filter((file) => file.endsWith(".rllm"))
      .map((file) => file.slice(0, -".rllm".length)),
    get modullm() {
      if (modullm === null) throw new Error("it is open while tests run");
      return modullm;
    },
    inputOf(name) {
      const input: unknown = parse(readFileSync(join(folder, `${name}.yaml`), "utf8"));
      if (!isObject(input)) throw new Error(`${name}.yaml is no mapping`);
      return input;
    },
    run: (name, changes = {}) =>
      shelf.modullm.run<Record<string, unknown>, Record<string, unknown>>(
        `${name}.rllm`,
        { ...shelf.inputOf(name), ...changes },
        { maxRetries: 0 },
      ),
  };
  return shelf;
}
