import { readFile } from "node:fs/promises";
import { ModullmError } from "../core/error.ts";
import { parseProgram } from "../program/parse.ts";
import type { Program } from "../program/program.ts";

/** One file, without what it uses. @throws {ModullmError} RLLM_001, RLLM_002, RLLM_003, RLLM_015 */
export async function readProgram(path: string): Promise<Program> {
  return parseProgram(await readText(path), { path });
}

async function readText(path: string): Promise<string> {
  function cannot(why: string, hint: string, cause: unknown): ModullmError {
    return new ModullmError("RLLM_001", `Cannot read program "${path}": ${why}`, {
      details: { path },
      hint,
      cause,
    });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "permission is denied",
    };
    const why = reasons[code ?? ""] ?? `reading fails with ${code ?? "an unknown error"}`;
    throw cannot(why, "Name a .rllm file that can be read.", cause);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw cannot("it is not UTF-8 text", "Save it as UTF-8.", cause);
  }
}
