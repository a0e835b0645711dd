/**
 * Tools of a plugin: what the manifest says of them, and calling the functions behind them.
 */
import { readFileSync } from "node:fs";
import {
  type Context,
  INTERNAL,
  isObject,
  notProvided,
  type Notify,
  type Params,
  PluginError,
  want,
} from "./context.ts";
import type { Manifest, ToolCallResult, ToolInfo } from "./protocol.ts";
import { log } from "./stdio.ts";

type Json = NonNullable<ToolCallResult["value"]> | null;
type Input = Readonly<Record<string, unknown>>;

/** What a tool gives in place of a plain value, where that is not enough. */
export class ToolAnswer {
  readonly result: ToolCallResult;

  constructor(result: ToolCallResult) {
    this.result = result;
  }
}

/**
 * A tool's function. Its author says of which type its input is: it meets the manifest's `input`.
 * A text is what the model reads, any other value is given as JSON; with an `output` in the
 * manifest it must meet that. An error that it throws is told to the model as the reason why the
 * call failed.
 */
export type Tool = (input: never, context: ToolContext) => Given | Promise<Given>;

export type Tools = Readonly<Record<string, Tool>>;

/** What a tool may use beside its input. */
export interface ToolContext extends Context {
  /** Says how far it is, and keeps the call from being given up. */
  progress(message: string, completed?: number | null, total?: number | null): void;
}
type Given = ToolAnswer | Json | undefined | void;

/** The manifest of the plugin that is started in this folder. */
export function readManifest(): Partial<Manifest> {
  const own = readJson("modullm-plugin.json");
  if (own !== null) return own;
  const { modullm, ...about } = readJson("package.json") ?? {};
  return isObject(modullm) ? { ...about, ...modullm } : {};
}

/** A tool with what the manifest says of it. */
export type KnownTool = readonly [ToolInfo, Tool];

/**
 * The tools that can be called, in the manifest's order.
 * @throws {PluginError} for a function that the manifest doesn't have, and the other way round
 */
export function knownTools(
  given: Tools | ((context: Context) => Tools) | undefined,
  { tools: known = [] }: Partial<Manifest>,
  context: Context,
): readonly KnownTool[] {
  if (!given) throw notProvided("tools");
  const functions = typeof given === "function" ? given(context) : given;
  const own = (name: string) => (Object.hasOwn(functions, name) ? functions[name] : undefined);
  const odd = Object.keys(functions).find((name) => !known.some((info) => info.name === name));
  if (odd !== undefined) throw new PluginError(INTERNAL, `the manifest has no tool "${odd}"`);
  const missing = known.find(({ name }) => own(name) === undefined);
  if (missing && typeof given !== "function")
    throw new PluginError(INTERNAL, `there is no function for the tool "${missing.name}"`);
  return known.flatMap((info) => {
    const run = own(info.name);
    return run === undefined ? [] : [[info, run] as const];
  });
}

export async function runTool(
  tools: readonly KnownTool[],
  params: Params,
  call: Context & { readonly over: boolean },
  notify: Notify,
): Promise<ToolCallResult> {
  const { name, input } = params;
  want(typeof name === "string", "name is not a string");
  want(isObject(input), "input is not an object");
  const found = tools.find(([info]) => info.name === name);
  if (!found) throw new PluginError("tool_not_found", `there is no tool "${name}"`, { tool: name });
  const [info, run] = found;
  const fault = inputFault(info, input);
  want(fault === null, `the input of "${name}" is not what it takes: ${fault}`);
  const context: ToolContext = {
    settings: call.settings,
    dataFolder: call.dataFolder,
    get signal() {
      return call.signal;
    },
    progress(message, completed = null, total = null) {
      void notify("progress", { message, completed, total });
    },
  };
  try {
    return toolResult(info, await run(input as never, context));
  } catch (thrown) {
    if (thrown instanceof PluginError || call.over) throw thrown;
    log(thrown);
    return { content: thrown instanceof Error ? thrown.message : String(thrown), failed: true };
  }
}

/** A result as the protocol has it. */
function toolResult({ output }: ToolInfo, given: Given): ToolCallResult {
  if (given instanceof ToolAnswer) return given.result;
  if (output === undefined && (given === undefined || typeof given === "string"))
    return { content: given ?? "" };
  return { value: given ?? null };
}

/**
 * What is wrong with a tool's input, or null. The host has checked it against the whole schema;
 * this looks at the names and types of its properties.
 */
function inputFault({ input: schema }: ToolInfo, input: Input): string | null {
  const { properties = {}, required = [], additionalProperties } = schema;
  const known = isObject(properties) ? properties : {};
  const missing = Array.isArray(required) ? required.find((key) => !(String(key) in input)) : null;
  if (missing) return `it lacks "${String(missing)}"`;
  for (const [key, value] of Object.entries(input)) {
    const wanted = Object.hasOwn(known, key) ? known[key] : undefined;
    if (wanted === undefined && additionalProperties === false) return `it has no use for "${key}"`;
    const types = isObject(wanted) && wanted["type"] !== undefined ? [wanted["type"]].flat() : null;
    if (types !== null && !types.some((type) => isOfType(value, type)))
      return `"${key}" is not of the type ${types.map(String).join(" or ")}`;
  }
  return null;
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value);
    case "number":
      return typeof value === "bigint" || typeof value === "number";
    default:
      return typeof value === type;
  }
}

function readJson(file: string): Record<string, unknown> | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return null;
  }
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : null;
}
