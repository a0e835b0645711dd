import { isObject, type JsonObject } from "../../core/json.ts";
import { type Foreign, renamedParams } from "./foreign.ts";
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
  const { system, prompt } = splitRoles(body, lost);
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

const ROLE = /\{\{~?\s*role\s+["'](\w+)["']\s*~?\}\}/g;

/** `{{role "system"}}` and its like; turns of the model can't be told apart from the prompt. */
function splitRoles(body: string, lost: string[]): { system: string | null; prompt: string } {
  const parts = body.split(ROLE);
  const system: string[] = [];
  const prompt: string[] = [parts[0] ?? ""];
  for (let at = 1; at < parts.length; at += 2) {
    const [role, text = ""] = [parts[at], parts[at + 1]];
    if (role === "model") lost.push("a turn of the model: it stands in the prompt");
    (role === "system" ? system : prompt).push(text);
  }
  return { system: system.join("").trim() || null, prompt: prompt.join("").trim() };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
