import { posix } from "node:path";
import { type Ability, type Manifest, PROTOCOL_VERSION } from "../../plugins/sdk/protocol.ts";
import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { checkSchema, checkTools } from "./manifest-tools.ts";
import {
  checkKeys,
  described,
  ManifestFault,
  matching,
  MOST_TEXT,
  text,
  texts,
  VERSION,
} from "./manifest-values.ts";

const KEYS = [
  "name",
  "version",
  "description",
  "language",
  "interface_version",
  "command",
  "provides",
  "env",
  "files",
  "settings",
  "tools",
];
const PLATFORMS = ["linux", "darwin", "win32", "default"];
const ABILITIES: readonly Ability[] = [
  "chat",
  "embed",
  "models/list",
  "models/pull",
  "rerank",
  "tokens/count",
  "tools/call",
  "tools/list",
];
export const PLUGIN_NAME = /^[a-z][a-z0-9-]{0,63}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/**
 * These say what code the runtime or the loader runs: with one of them the files would not be all
 * that is trusted.
 */
const REFUSED_VARIABLES =
  /^(?:BUN_.*|NODE_OPTIONS|NODE_PATH|LD_.*|DYLD_.*|PYTHON(?:PATH|HOME|STARTUP|USERBASE)|BASH_ENV|ENV)$/i;
const MOST_WORDS = 64;
const MOST_VARIABLES = 64;
const MOST_PARTS = 1000;

/**
 * Takes a manifest apart and gives back what it says, no more.
 * @throws {ManifestFault}
 */
export function checkManifest(value: unknown): Manifest {
  if (!isObject(value))
    throw new ManifestFault(`it must be an object, but it is ${described(value)}`);
  checkKeys(value, KEYS, "");
  const version = checkVersion(value["interface_version"]);
  const language = matching(
    text(value, "language"),
    /^[a-z][a-z0-9+#.-]{0,31}$/,
    "language",
    "a lower-case word such as python",
  );
  const { settings } = value;
  const provides = checkProvides(value["provides"]);
  if (provides.includes("rerank") && version < 2)
    throw new ManifestFault('provides has "rerank", which wants interface_version 2');
  const tools = checkTools(value["tools"], { provides, version });
  return {
    name: matching(
      text(value, "name"),
      PLUGIN_NAME,
      "name",
      "lower-case letters, digits and `-`, a letter first",
    ),
    version: matching(text(value, "version"), VERSION, "version", "a version such as 1.2.0"),
    description: text(value, "description"),
    language,
    interface_version: version,
    command: checkCommands(value["command"], language),
    provides,
    env: checkVariables(value["env"]),
    ...(value["files"] === undefined ? {} : { files: checkParts(value["files"]) }),
    ...(settings === undefined ? {} : { settings: checkSchema(settings, "settings") }),
    ...(tools === null ? {} : { tools }),
  };
}

/** Whether the language runs on this program itself. */
export function runsHere(language: string): boolean {
  return language === "typescript" || language === "javascript";
}

function checkVersion(version: unknown): number {
  const wanted = `this ModuLLM speaks versions 1 to ${PROTOCOL_VERSION}`;
  if (!Number.isSafeInteger(version))
    throw new ManifestFault(
      `interface_version must be a whole number, but it is ${described(version)}; ${wanted}`,
    );
  const number = Number(version);
  if (number >= 1 && number <= PROTOCOL_VERSION) return number;
  throw new ManifestFault(`it was made for version ${number} of the interface, and ${wanted}`);
}

function checkCommands(value: unknown, language: string): Manifest["command"] {
  if (!isObject(value))
    throw new ManifestFault(`command must be an object, but it is ${described(value)}`);
  checkKeys(value, PLATFORMS, "command.");
  const commands: Record<string, readonly string[]> = {};
  for (const [platform, words] of Object.entries(value)) {
    const field = `command.${platform}`;
    commands[platform] = checkWords(words, field);
    const [program = "", ...rest] = commands[platform];
    if (runsHere(language)) {
      if (rest.length > 0)
        throw new ManifestFault(
          `${field} must be one file for ${language}, but it has ${rest.length + 1} entries`,
        );
      checkInside(program, field);
    } else if (/[/\\]/.test(program)) checkInside(program, field);
  }
  if (Object.keys(commands).length === 0)
    throw new ManifestFault("command names no platform: give it `default`");
  return commands;
}

function checkWords(value: unknown, field: string): readonly string[] {
  const words = texts(value, field, MOST_WORDS);
  if (words.length === 0) throw new ManifestFault(`${field} is empty`);
  for (const word of words) {
    if (word.length > MOST_TEXT || word.includes("\0"))
      throw new ManifestFault(`${field} holds a word that no command may hold`);
  }
  if (words[0]?.trim() === "" || words[0]?.startsWith("-"))
    throw new ManifestFault(`${field} begins with no program`);
  return words;
}

/**
 * A program is a name that the PATH knows, or a file of the plugin: what lies elsewhere would be no
 * part of what is trusted.
 */
function checkInside(path: string, field: string): void {
  const plain = posix.normalize(path);
  const outside =
    posix.isAbsolute(plain) ||
    /^[A-Za-z]:/.test(path) ||
    path.includes("\\") ||
    plain.split("/").includes("..");
  if (outside)
    throw new ManifestFault(
      `${field} is "${path}", but it must be a path inside of the plugin's folder, with /`,
    );
}

function checkProvides(value: unknown): readonly Ability[] {
  const names = texts(value, "provides", ABILITIES.length);
  const known = names.map((name) => {
    const ability = ABILITIES.find((each) => each === name);
    if (ability === undefined) {
      throw new ManifestFault(
        `provides holds "${name}", which is not one of ` +
          `${ABILITIES.join(", ")}.${didYouMean(name, ABILITIES)}`,
      );
    }
    return ability;
  });
  if (known.length === 0)
    throw new ManifestFault("provides is empty: it must name what the plugin can do, such as chat");
  if (new Set(known).size < known.length) throw new ManifestFault("provides names something twice");
  return known;
}

function checkVariables(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const names = texts(value, "env", MOST_VARIABLES);
  for (const name of names) {
    if (!VARIABLE.test(name))
      throw new ManifestFault(`env holds "${name}", which is no name of an environment variable`);
    if (REFUSED_VARIABLES.test(name))
      throw new ManifestFault(`env asks for ${name}, which no plugin gets: it says what code runs`);
  }
  return [...new Set(names)];
}

/** No patterns: what is trusted is listed in so many words. */
function checkParts(value: unknown): readonly string[] {
  return texts(value, "files", MOST_PARTS).map((path, index) => {
    const plain = posix.normalize(path).replace(/\/$/, "");
    checkInside(path, `files.${index}`);
    if (plain === "." || /[*?[\]]/.test(path))
      throw new ManifestFault(
        `files.${index} is "${path}", but it must be the path of one file or folder`,
      );
    return plain;
  });
}
