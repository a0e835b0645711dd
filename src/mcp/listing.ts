import { compileContract } from "../contract/compile.ts";
import type { Contract, JsonSchema } from "../contract/contract.ts";
import { sha256 } from "../core/digest.ts";
import { isObject, type Json, jsonFault, type JsonObject, writeJson } from "../core/json.ts";
import { LIMITS } from "./limits.ts";
import { headerFault } from "./param-headers.ts";

/** A tool as its server lists it. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly input: JsonSchema;
  /** Null where the server does not say what it gives. */
  readonly output: JsonSchema | null;
  /** Of all that a model or a user is told of it. */
  readonly digest: string;
  /** Why it can't be offered: a clause of which it is the subject; null where it can. */
  readonly fault: string | null;
}

/** A tool that may be called, with what its results are held against. */
export interface UsableTool extends ListedTool {
  readonly fault: null;
  readonly contract: Contract | null;
}

/** What a server gave, as far as it can be shown and pinned. */
export function readTool(given: Readonly<Record<string, unknown>>): ListedTool {
  const { name, description, inputSchema, outputSchema } = given;
  const told = {
    name: typeof name === "string" ? name : "",
    description: typeof description === "string" ? description : "",
    input: isObject(inputSchema) ? (inputSchema as JsonObject) : { type: "object" },
    output: isObject(outputSchema) ? (outputSchema as JsonObject) : null,
  };
  const fault = jsonFault(given) ?? sizeFault(given);
  if (fault !== null) return { ...told, input: {}, output: null, digest: sha256(fault), fault };
  return { ...told, digest: digestOf(given), fault: schemaFault(told) };
}

/** @returns null for a tool that can't be offered */
export function usable(tool: ListedTool): UsableTool | null {
  if (tool.fault !== null) return null;
  const compiled = tool.output === null ? null : compileContract(tool.output);
  return { ...tool, fault: null, contract: compiled?.ok ? compiled.contract : null };
}

/** The keys that say what a tool is; others, such as `_meta`, may differ from day to day. */
const TOLD = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"];

/** The order of keys says nothing. */
function digestOf(given: Readonly<Record<string, unknown>>): string {
  return sha256(writeJson(TOLD.map((key) => sorted((given[key] ?? null) as Json))));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] as Json)]));
}

function sizeFault(given: unknown): string | null {
  return writeJson(given).length > LIMITS.tool
    ? `has more than ${LIMITS.tool} characters of description and schemas`
    : null;
}

function schemaFault({ input, output }: Pick<ListedTool, "input" | "output">): string | null {
  if (input["type"] !== undefined && input["type"] !== "object")
    return 'has an input schema that is not of type "object"';
  for (const [side, schema] of [
    ["input", input],
    ["output", output],
  ] as const) {
    const compiled = schema === null ? null : compileContract(schema);
    if (compiled?.ok === false)
      return `has an ${side} schema that can't be used: ${compiled.faults[0].reason}`;
  }
  const fault = headerFault(input);
  return fault === null ? null : `names a header for an argument that can't be one: ${fault}`;
}
