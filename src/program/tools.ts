import { ModullmError } from "../core/error.ts";
import { isObject, jsonType, writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { fieldError } from "./metadata.ts";
import type { Program, ToolEntry, ToolKind, Warning } from "./program.ts";
import { parseRange } from "./versions.ts";

/** The keys of an entry, each with what it holds; one of the first four is needed. */
export const TOOL_KEYS: Readonly<Record<string, string>> = {
  program:
    "a program, found as those of `uses` are: its name, description and input_schema are the " +
    "tool's",
  plugin: "a plugin: all its tools, or those in `only`",
  mcp: "an MCP server of `mcp.servers` in config.yaml: those of its tools that `only` names",
  openapi: "a file that describes an API: those of its operations that `only` names",
  as: "another name for the entry's one tool: letters, digits, _ and -, at most 64",
  only:
    "a list of names: the tools of the source that the model may call; for `mcp` and `openapi` " +
    'needed, ["*"] for all',
  max_calls: "an integer of at least 1: calls of each of the entry's tools in one run",
  version: 'the versions of the plugin that will do, such as "^1"',
};
const KEYS = Object.keys(TOOL_KEYS);
const KINDS: readonly ToolKind[] = ["program", "plugin", "mcp", "openapi"];
/** Stands in `only` for all tools of what is outside of this machine's own programs and plugins. */
const ALL = "*";

/** Who decides whether the model calls tools; anything else is the name of the tool to call. */
export const TOOL_CHOICES = ["auto", "required", "none"] as const;
export const DEFAULT_MAX_TURNS = 8;

/** What every provider takes as the name of a tool. */
export const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;
/** The tool that reads on in a result that was cut. */
export const READ_RESULT = "read_result";

/** @throws {ModullmError} RLLM_008, RLLM_003 for parameters that say the same in other words */
export function readTools(front: Frontmatter, warnings: Warning[]): readonly ToolEntry[] {
  const tools = front.values["tools"] ?? [];
  if (!Array.isArray(tools)) throw notAList(front, tools);
  const entries = tools.map((entry, index) => readToolEntry(front, entry, index, warnings));
  for (const [index, { as, from }] of entries.entries()) {
    const same = entries.findIndex((other) => as !== null && other.as === as);
    if (same !== index && same !== -1) throw toolError(front, index, `repeats the name "${as}"`);
    const twice = entries.findIndex((other) => other.as === as && isSame(other.from, from));
    if (twice !== index && from.kind === "program")
      throw toolError(
        front,
        index,
        `repeats the program "${from.name}": name one of them with "as"`,
      );
  }
  if (entries.length > 0) refuseParams(front);
  return entries;
}

/** @throws {ModullmError} RLLM_008 */
export function readToolEntry(
  front: Frontmatter,
  entry: unknown,
  index: number,
  warnings: Warning[],
): ToolEntry {
  if (!isObject(entry))
    throw toolError(front, index, `is not a mapping with one of ${KINDS.join(", ")}`);
  for (const key of Object.keys(entry)) {
    if (KEYS.includes(key)) continue;
    const message =
      `tools entry ${index + 1}: the key "${key}" is not known and has no ` +
      `effect.${didYouMean(key, KEYS)}`;
    warnings.push({ message, place: front.place(["tools", index, key]) });
  }
  const from = readFrom(front, entry, index);
  const as = readName(front, entry, index);
  const only = readOnly(front, entry, index, from.kind);
  const version = readVersion(front, entry, index);
  const maxCalls = entry["max_calls"] ?? null;
  if (from.kind === "program" && only !== null)
    throw toolError(front, index, 'has "only", but a program is one tool');
  if (from.kind === "program" && version !== null)
    throw toolError(
      front,
      index,
      `has "version", which is for plugins: write program: ${from.name}@VERSION for one of ` +
        "the library",
    );
  if (from.kind !== "plugin" && version !== null)
    throw toolError(front, index, 'has "version", which is for plugins');
  if (from.kind !== "program" && as !== null && only?.length !== 1)
    throw toolError(front, index, 'has "as", which names one tool: say which one with "only"');
  if (maxCalls !== null && (!Number.isSafeInteger(maxCalls) || (maxCalls as number) < 1))
    throw toolError(front, index, 'has a "max_calls" that is not an integer of at least 1');
  return { from, as, only, version, maxCalls: maxCalls as number | null };
}

/**
 * Who decides whether tools are called. @throws {ModullmError} RLLM_002 where it is no name;
 * RLLM_008 where it names a tool and there can be none
 */
export function readToolChoice(front: Frontmatter): Program["toolChoice"] {
  const value = front.values["tool_choice"] ?? "auto";
  const choice = TOOL_CHOICES.find((each) => each === value);
  if (choice !== undefined) return choice;
  const wanted = `${TOOL_CHOICES.join(", ")} or the name of a tool`;
  if (typeof value !== "string" || !TOOL_NAME.test(value))
    throw fieldError(front, ["tool_choice"], wanted);
  const tools = front.values["tools"] ?? [];
  if (Array.isArray(tools) && tools.length > 0) return { name: value };
  throw new ModullmError(
    "RLLM_008",
    `"tool_choice" is "${value}", but the program has no tools.${didYouMean(value, TOOL_CHOICES)}`,
    { details: { entry: value }, place: front.place(["tool_choice"]) },
  );
}

/** @throws {ModullmError} RLLM_002 */
export function readMaxTurns(front: Frontmatter, warnings: Warning[]): number {
  const value = front.values["max_turns"] ?? DEFAULT_MAX_TURNS;
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw fieldError(front, ["max_turns"], "an integer of at least 1");
  if (value === 1) {
    const message =
      '"max_turns" is 1: the one turn has to be the answer, so no tool is ever called';
    warnings.push({ message, place: front.keyPlace("max_turns") });
  }
  return value as number;
}

/**
 * A program's name as a tool's: what providers don't take becomes `_`; empty where nothing is left.
 */
export function toolName(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 64);
}

/** @throws {ModullmError} RLLM_008 */
function readVersion(
  front: Frontmatter,
  { version = null }: Readonly<Record<string, unknown>>,
  index: number,
): string | null {
  if (version === null) return null;
  if (typeof version !== "string" || version.trim() === "")
    throw toolError(front, index, 'has a "version" that is not a string in quotes, such as "^1"');
  if (parseRange(version) !== null) return version;
  throw toolError(front, index, `has the version "${version}", which is no range such as "^1"`);
}

function readFrom(
  front: Frontmatter,
  entry: Record<string, unknown>,
  index: number,
): ToolEntry["from"] {
  const [kind, other] = KINDS.filter((each) => entry[each] !== undefined);
  if (kind === undefined)
    throw toolError(
      front,
      index,
      'lacks "program" or "openapi", a path, or "plugin" or "mcp", a name',
    );
  if (other !== undefined)
    throw toolError(front, index, `has both "${kind}" and "${other}": make it two entries`);
  const name = entry[kind];
  if (typeof name === "string" && name.trim() !== "") return { kind, name };
  throw toolError(front, index, `has a "${kind}" that is not a string`);
}

function readName(
  front: Frontmatter,
  entry: Record<string, unknown>,
  index: number,
): string | null {
  const as = entry["as"] ?? null;
  if (as === null) return null;
  if (typeof as !== "string" || !TOOL_NAME.test(as))
    throw toolError(
      front,
      index,
      `has the name ${writeJson(as)}, but letters, digits, _ and - are wanted, at most 64 of them`,
    );
  if (as === READ_RESULT)
    throw toolError(front, index, `has the name "${as}", which stands for reading on in a result`);
  return as;
}

/** Whoever lets a model reach outside says by name what for: `null` is what `["*"]` says. */
function readOnly(
  front: Frontmatter,
  entry: Record<string, unknown>,
  index: number,
  kind: ToolKind,
): readonly string[] | null {
  const only = entry["only"] ?? null;
  const isNamed = kind === "mcp" || kind === "openapi";
  if (only === null && isNamed)
    throw toolError(
      front,
      index,
      `lacks "only": name the tools of "${kind}" that the model may call, or write ["${ALL}"] ` +
        "for all",
    );
  if (only === null) return null;
  const isNames =
    Array.isArray(only) && only.length > 0 && only.every((each) => typeof each === "string");
  if (!isNames) throw toolError(front, index, 'has an "only" that is not a list of names');
  if (!isNamed || !only.includes(ALL)) return only;
  if (only.length === 1) return null;
  throw toolError(front, index, `has an "only" with "${ALL}" and names: "${ALL}" is all there are`);
}

/** What a provider would be told twice. */
function refuseParams(front: Frontmatter): void {
  const params = front.values["llm_params"];
  for (const key of ["tools", "tool_choice"]) {
    if (!isObject(params) || (params[key] ?? null) === null) continue;
    throw new ModullmError(
      "RLLM_003",
      `llm_params.${key} can't stand beside "tools": the program's own tools are what the ` +
        "model is given",
      {
        details: { unsupported_keys: [key], field: `llm_params.${key}` },
        hint:
          `Remove llm_params.${key}` +
          (key === "tools" ? ', or "tools".' : ' and set "tool_choice" in the frontmatter.'),
        place: front.keyPlace("llm_params", key),
      },
    );
  }
}

function isSame(one: ToolEntry["from"], other: ToolEntry["from"]): boolean {
  return one.kind === other.kind && one.name === other.name;
}

function notAList(front: Frontmatter, tools: unknown): ModullmError {
  const type = jsonType(tools);
  return new ModullmError(
    "RLLM_008",
    `"tools" is ${type === "object" ? "a mapping" : `a ${type}`}, but a list of mappings with ` +
      `one of ${KINDS.join(", ")} is wanted`,
    { details: { actual_type: type }, place: front.keyPlace("tools") },
  );
}

function toolError(front: Frontmatter, index: number, what: string): ModullmError {
  const tools = front.values["tools"];
  return new ModullmError("RLLM_008", `tools entry ${index + 1} ${what}`, {
    details: { entry: Array.isArray(tools) ? tools[index] : null },
    place: front.place(["tools", index]),
  });
}
