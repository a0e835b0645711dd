import { basename, dirname } from "node:path";
import { ModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import { parseYaml } from "../../core/yaml.ts";
import { readDotprompt } from "./dotprompt.ts";
import type { Foreign } from "./foreign.ts";
import { readLlmTemplate, readPattern } from "./plain.ts";
import { type ImportedProgram, importedProgram } from "./program.ts";
import { readPromptYml } from "./prompt-yml.ts";
import { readPrompty } from "./prompty.ts";

export const KINDS = ["dotprompt", "prompty", "prompt-yml", "llm", "fabric"] as const;
export type ForeignKind = (typeof KINDS)[number];

/** What a file is by its name; null for one that no tool has. */
export function kindOf(path: string): ForeignKind | null {
  if (/\.prompt\.ya?ml$/i.test(path)) return "prompt-yml";
  if (/\.prompt$/i.test(path)) return "dotprompt";
  if (/\.prompty$/i.test(path)) return "prompty";
  if (/\.ya?ml$/i.test(path)) return "llm";
  return /\.(?:md|txt)$/i.test(path) ? "fabric" : null;
}

/** The name of the program: the file's, or its folder's for fabric's `system.md`. */
export function programName(path: string): string {
  const base = basename(path).replace(/\.(?:prompt\.ya?ml|prompty?|ya?ml|md|txt)$/i, "");
  const name = base === "system" ? basename(dirname(path)) : base;
  return name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_") || "imported";
}

/**
 * Another tool's prompt as a program.
 * @throws {ModullmError} RLLM_016 for a file that is not of its kind; what writing the program
 * finds
 */
export function importText(text: string, path: string, kind: ForeignKind): ImportedProgram {
  return importedProgram(read(text.replaceAll(/\r\n?/g, "\n"), path, kind), programName(path));
}

function read(text: string, path: string, kind: ForeignKind): Foreign {
  if (kind === "fabric") return readPattern(text);
  if (kind === "llm") return readLlmTemplate(mapping(text, path));
  if (kind === "prompt-yml") return readPromptYml(mapping(text, path));
  const [, front = "", body = text] =
    /^\s*---[ \t]*\n([\s\S]*?)(?:^|\n)---[ \t]*(?:\n|$)([\s\S]*)$/.exec(text) ?? [];
  const values = front.trim() === "" ? {} : mapping(front, path);
  return kind === "dotprompt" ? readDotprompt(values, body) : readPrompty(values, body);
}

function mapping(text: string, path: string): Record<string, unknown> {
  const parsed = parseYaml(text);
  const reason = parsed.ok ? "it is no mapping" : parsed.reason;
  if (parsed.ok && isObject(parsed.value)) return parsed.value;
  throw new ModullmError("RLLM_016", `Cannot import "${path}": ${reason}`, {
    details: { source: path, reason },
  });
}
