import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "../core/json.ts";
import { parseYaml } from "../core/yaml.ts";
import { runTool } from "../process/run.ts";

/** Why a package's dependencies can't be had: a clause without a full stop. */
export class DependencyFault extends Error {}

export interface DependencyOptions {
  /** This program's own file: it is a package manager as well. */
  readonly executable: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly registry: string;
  /** A folder to work in, which is thrown away later. */
  readonly work: string;
  readonly signal: AbortSignal;
}

type Versions = Readonly<Record<string, string>>;

/**
 * The packages that a folder's package.json wants and that are not in its `node_modules`.
 * @throws {DependencyFault} where some are and some are not, and for what is no version in a
 * registry
 */
export async function missingDependencies(
  folder: string,
): Promise<{ readonly wanted: Versions; readonly optional: Versions }> {
  const about = await readPackage(folder);
  const bundled = about["bundleDependencies"] ?? about["bundledDependencies"];
  const brought = Array.isArray(bundled) ? bundled.map(String) : [];
  const optional = versionsOf(about, "optionalDependencies", brought);
  const wanted = versionsOf(about, "dependencies", [...brought, ...Object.keys(optional)]);
  const own = join(folder, "node_modules");
  if ((await stat(own).catch(() => null)) === null) return { wanted, optional };
  for (const name of [...Object.keys(wanted), ...brought]) {
    const there = await stat(join(own, name)).catch(() => null);
    if (there === null)
      throw new DependencyFault(
        `it has a node_modules folder, but not the package "${name}" in it, which it needs`,
      );
  }
  return { wanted: {}, optional: {} };
}

/**
 * Installs what is missing into the package's own `node_modules`: from the registry alone, with the
 * digests that it promises, flat, and without running any script. It happens in a folder of its
 * own, so that no file of the package says how.
 * @throws {DependencyFault}
 */
export async function installDependencies(
  folder: string,
  options: DependencyOptions,
): Promise<void> {
  const { wanted, optional } = await missingDependencies(folder);
  if (Object.keys(wanted).length + Object.keys(optional).length === 0) return;
  const place = join(options.work, "dependencies");
  await mkdir(place);
  const overrides = versionsOf(await readPackage(folder), "overrides", []);
  const about = {
    name: "dependencies",
    private: true,
    dependencies: wanted,
    optionalDependencies: optional,
    overrides,
  };
  await writeFile(join(place, "package.json"), JSON.stringify(about));
  await run(["--lockfile-only"], place, options);
  checkLock(await readFile(join(place, "bun.lock"), "utf8"));
  await run(["--frozen-lockfile", "--linker=hoisted", "--backend=copyfile"], place, options);
  const modules = join(place, "node_modules");
  await removeCommandLinks(modules);
  if ((await stat(modules).catch(() => null)) !== null)
    await rename(modules, join(folder, "node_modules"));
}

async function run(
  args: readonly string[],
  place: string,
  options: DependencyOptions,
): Promise<void> {
  const { executable, env, registry, work, signal } = options;
  if (process.versions["bun"] === undefined)
    throw new DependencyFault(
      "it has dependencies, which only the modullm program itself can install",
    );
  const ended = await runTool(
    executable,
    ["install", "--ignore-scripts", "--no-progress", "--no-summary", "--no-env-file", ...args],
    {
      cwd: place,
      signal,
      env: {
        ...env,
        BUN_BE_BUN: "1",
        npm_config_registry: `${registry}/`,
        // A cache that others could write to would be a way around the digests.
        BUN_INSTALL_CACHE_DIR: join(work, "cache"),
      },
    },
  );
  if (ended.status !== 0)
    throw new DependencyFault(`its dependencies can't be installed: ${lastLines(ended.stderr)}`);
}

/**
 * Every package must be a version of a registry, with a digest: not a repository, an address or a
 * folder.
 */
function checkLock(text: string): void {
  const read = parseYaml(text);
  const packages = read.ok && isObject(read.value) ? read.value["packages"] : null;
  if (!isObject(packages))
    throw new DependencyFault("what its dependencies resolve to can't be read");
  for (const [name, entry] of Object.entries(packages)) {
    const [resolved = "", ...rest] = Array.isArray(entry) ? entry.map(String) : [];
    const version = resolved.slice(resolved.lastIndexOf("@") + 1);
    if (!/^\d/.test(version))
      throw new DependencyFault(
        `it depends on "${resolved || name}", which comes from no registry`,
      );
    if (!/^sha(?:256|384|512)-/.test(rest.at(-1) ?? ""))
      throw new DependencyFault(
        `it depends on "${resolved}", of which the registry has no digest that is strong enough`,
      );
  }
}

function versionsOf(
  about: Record<string, unknown>,
  key: string,
  without: readonly string[],
): Versions {
  const given = about[key];
  if (!isObject(given)) return {};
  const versions: [string, string][] = [];
  for (const [name, wanted] of Object.entries(given)) {
    if (without.includes(name)) continue;
    const plain =
      typeof wanted === "string" &&
      /^(?:npm:(?:@[\w.~-]+\/)?[\w.~-]+@)?[\w .^~<>=|*+-]*$/.test(wanted);
    if (!plain || !/^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name))
      throw new DependencyFault(
        `it depends on "${name}" by "${String(wanted).slice(0, 100)}", but only versions ` +
          "from the registry are taken",
      );
    versions.push([name, wanted]);
  }
  return Object.fromEntries(versions);
}

async function readPackage(folder: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}");
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new DependencyFault("its package.json is no JSON object");
}

/** Links to commands, which nothing here uses. */
async function removeCommandLinks(modules: string): Promise<void> {
  const entries = await readdir(modules, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.name === ".bin" && entry.parentPath.endsWith("node_modules"))
      await rm(join(entry.parentPath, entry.name), { recursive: true, force: true });
  }
}

function lastLines(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-3)
    .join("; ")
    .slice(-500);
}
