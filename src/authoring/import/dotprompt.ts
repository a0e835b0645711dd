import { isObject, type JsonObject } from "../../core/json.ts";
import { type Foreign, renamedParams, splitRoles } from "./foreign.ts";
import { fromPicoschema, PicoschemaFault } from "./picoschema.ts";

const KNOWN = new Set([
  "name",
  "description",
  "version",
  "model",
  "config",
  "input",
  "output",
  "variant",
]);

/** A `.prompt` file (google.github.io/dotprompt/reference/frontmatter). */
export function readDotprompt(front: Readonly<Record<string, unknown>>, body: string): Foreign {
  const lost: string[] = [];
  const config = isObject(front["config"]) ? front["config"] : {};
  const { system, prompt } = splitRoles(body, ROLE, lost);
  for (const key of Object.keys(front)) if (!KNOWN.has(key)) lost.push(`the key "${key}"`);
  const input = isObject(front["input"]) ? front["input"] : {};
  if (isObject(input["default"])) lost.push("defaults of the input");
  const output = isObject(front["output"]) ? front["output"] : {};
  const { format } = output;
  if (format === "text" || format === "media") lost.push(`the output format "${format}"`);
  return {
    name: textOf(front["name"]) ?? "",
    description: textOf(front["description"]),
    version: textOf(front["version"]),
    author: null,
    tags: [],
    model: textOf(front["model"]),
    params: renamedParams(config as JsonObject),
    input: schemaOf(input["schema"], "input", lost),
    output: schemaOf(output["schema"], "output", lost),
    system,
    prompt,
    tests: [],
    lost,
  };
}

function schemaOf(schema: unknown, side: string, lost: string[]): JsonObject | null {
  if (schema === undefined || schema === null) return null;
  try {
    return fromPicoschema(schema);
  } catch (thrown) {
    if (!(thrown instanceof PicoschemaFault)) throw thrown;
    lost.push(`the ${side} schema: ${thrown.message}`);
    return null;
  }
}

/** `{{role "system"}}` and its like. */
const ROLE = /\{\{~?\s*role\s+["'](\w+)["']\s*~?\}\}/g;

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
