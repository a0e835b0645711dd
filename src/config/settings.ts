import { dirname } from "node:path";
import { isObject } from "../core/json.ts";
import type { Config } from "./config.ts";
import { parseConfigFile } from "./file.ts";
import { keyPath } from "./key-path.ts";
import { CONFIG_DEFAULTS, CONFIG_KEYS, CONFIG_OVERRIDES } from "./keys.ts";
import { findProjectFile, narrowed } from "./project.ts";
import { readConfigText } from "./text.ts";
import { isTrusted } from "./trust.ts";

/** A key of config.yaml with what counts. Keys are a contract. */
export interface Setting {
  readonly key: string;
  /** As written where it is from; null: none. */
  readonly value: unknown;
  /** `environment`, `./.env`, a file's path, or `default`; null where nothing has a value. */
  readonly source: string | null;
  readonly default: unknown;
  /** The variable that goes before the files; null: none does. */
  readonly variable: string | null;
  /** The flag that goes before everything; null: none does. */
  readonly flag: string | null;
  readonly help: string;
}

/** A config.yaml that counts, in the order in which they do. */
export interface CountingFile {
  readonly path: string;
  readonly value: unknown;
  /** Ways whose keys count only where the folder is trusted. */
  readonly ignored: readonly string[];
}

/** @throws {ModullmError} RLLM_018 for a file that can't be read */
export async function readCountingFiles(
  config: Config,
  cwd: string,
): Promise<readonly CountingFile[]> {
  const { parseYaml } = await import("../core/yaml.ts");
  const project = findProjectFile(cwd)?.path ?? null;
  const files: CountingFile[] = [];
  for (const path of config.checkedSources.filter((source) => source.endsWith("config.yaml"))) {
    const read = readConfigText(path);
    if (read.kind !== "text" || read.text.trim() === "") continue;
    const file = await parseConfigFile(read.text, path);
    const isFree = path !== project || isTrusted(config.paths, dirname(dirname(path)));
    const parsed = parseYaml(read.text);
    files.push({
      path,
      value: parsed.ok ? parsed.value : null,
      ignored: isFree ? [] : narrowed(file).ignored,
    });
  }
  return files;
}

/** Every key that has a value, and every other one that could have one by that name alone. */
export function settingsOf(config: Config, files: readonly CountingFile[]): readonly Setting[] {
  return Object.keys(CONFIG_KEYS)
    .flatMap((way) => namesIn(way, files))
    .flatMap((key) => settingOf(key, config, files) ?? []);
}

/** Null for a key that there is not. */
export function settingOf(
  key: string,
  config: Config,
  files: readonly CountingFile[],
): Setting | null {
  const found = keyPath(key);
  if (found === null) return null;
  const { way, path } = found;
  const { variable = null, flag = null } = CONFIG_OVERRIDES[way] ?? {};
  const fallback = Object.hasOwn(CONFIG_DEFAULTS, way)
    ? CONFIG_DEFAULTS[way as keyof typeof CONFIG_DEFAULTS]
    : null;
  const set = variable === null ? null : config.get(variable);
  const file = files.find((each) => counts(each, key, path) && isDecisive(each, key, config));
  return {
    key,
    value: set?.value ?? (file ? valueAt(file.value, path) : fallback),
    source: set?.source ?? file?.path ?? (fallback === null ? null : "default"),
    default: fallback,
    variable,
    flag,
    help: CONFIG_KEYS[way] ?? "",
  };
}

/** A key for each name that stands in a file in the place of `NAME`. */
function namesIn(way: string, files: readonly CountingFile[]): readonly string[] {
  const words = way.split(".");
  const at = words.findIndex((word) => word === "NAME" || word === "PROVIDER/NAME");
  if (at === -1) return [way];
  const names = files.flatMap(({ value }) => Object.keys(mappingAt(value, words.slice(0, at))));
  return [...new Set(names)]
    .map((each) => words.with(at, each).join("."))
    .filter((key) => files.some((file) => isSet(valueAt(file.value, keyPath(key)?.path ?? []))));
}

/** A provider, a model, a plugin, a server and a host are one file's, whole. */
function counts(file: CountingFile, key: string, path: readonly string[]): boolean {
  if (file.ignored.some((way) => key === way || key.startsWith(`${way}.`))) return false;
  const whole = WHOLE[path[0] ?? ""];
  return isSet(valueAt(file.value, whole === undefined ? path : path.slice(0, whole)));
}

/** Of groups whose members one file gives whole, how many names lead to a member. */
const WHOLE: Readonly<Record<string, number>> = {
  providers: 2,
  models: 2,
  plugins: 2,
  mcp: 3,
  openapi: 2,
};

/** What one file forbids, no other takes back. */
function isDecisive({ value }: CountingFile, key: string, { sandbox }: Config): boolean {
  if (key === "sandbox.require") return valueAt(value, ["sandbox", "require"]) === sandbox.require;
  if (key === "sandbox.trusted_python")
    return valueAt(value, ["sandbox", "trusted_python"]) === sandbox.trustedPython;
  return true;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((from, key) => mappingAt(from, [])[key] ?? null, value);
}

function mappingAt(value: unknown, path: readonly string[]): Record<string, unknown> {
  const found = path.length === 0 ? value : valueAt(value, path);
  return isObject(found) ? found : {};
}

/** Blank counts as unset, and so does an empty list. */
function isSet(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  return typeof value === "string"
    ? value.trim() !== ""
    : !Array.isArray(value) || value.length > 0;
}
