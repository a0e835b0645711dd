import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import type { Shelf } from "../packages/shelf.ts";

/** Folders of programs as packages. */
export const PROGRAM_PACKAGES: Shelf = {
  label: "program packages",
  folder: "programs",
  lock: "programs.lock.json",
  trusted: "trusted-programs.json",
  manifest: "package.json",
  keyword: "modullm-programs",
  namePattern: /^[a-z0-9~-][a-z0-9._~-]{0,200}$/,
};

/** The configuration with the folders of installed packages behind those of the library. */
export async function withInstalled(config: Config): Promise<Config> {
  // Most machines have none, and every command asks.
  if (!existsSync(join(config.paths.data, PROGRAM_PACKAGES.lock))) return config;
  const installed = await installedPackages(config.paths);
  const folders = installed.filter(({ trusted }) => trusted).map(({ folder }) => folder);
  const left = installed.filter(({ trusted }) => !trusted);
  const warnings = left.map(
    ({ name }) =>
      `The programs of "${name}" are not found: nobody has said yes to its files as they are. ` +
      "Install it again with --yes",
  );
  return {
    ...config,
    library: [...config.library, ...folders],
    warnings: [...config.warnings, ...warnings],
  };
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** Whether somebody said yes to its files as they are now. */
  readonly trusted: boolean;
}

/** What is installed, in the order of names. @throws {ModullmError} RLLM_018 */
export async function installedPackages(paths: Paths): Promise<readonly InstalledPackage[]> {
  const { lockedFolder, readLock } = await import("../packages/lock.ts");
  const { trustedPackages } = await import("../packages/trust.ts");
  const { readTree } = await import("../packages/tree.ts");
  const trusts = trustedPackages(PROGRAM_PACKAGES, paths);
  return await Promise.all(
    Object.entries(readLock(PROGRAM_PACKAGES, paths)).map(async ([name, { version, sha256 }]) => {
      const folder = lockedFolder(PROGRAM_PACKAGES, paths, name, sha256);
      const isKnown = trusts.some((each) => each.folder === folder && each.sha256 === sha256);
      const now = isKnown ? await readTree(folder).catch(() => null) : null;
      return { name, version, folder, trusted: now?.sha256 === sha256 };
    }),
  );
}
