import { MEBIBYTE, type ReadFile, readRegularFile } from "../config/regular-file.ts";
import { ModullmError } from "../core/error.ts";
import { programOf } from "../program/parse.ts";
import type { Program } from "../program/program.ts";
import { readSharedSchemas } from "./shared-schemas.ts";

/** A program is text that a model reads: no window takes more. */
const MOST_BYTES = 16 * MEBIBYTE;

/** One file, without what it uses. @throws {ModullmError} RLLM_001, RLLM_002, RLLM_003, RLLM_015 */
export async function readProgram(path: string): Promise<Program> {
  const text = await readProgramText(path);
  return programOf(text, { path, shared: await readSharedSchemas(text, path) });
}

/** @throws {ModullmError} RLLM_001 */
export async function readProgramText(
  path: string,
  readFile: ReadFile = readRegularFile,
): Promise<string> {
  function cannot(why: string, hint: string, cause: unknown): ModullmError {
    return new ModullmError("RLLM_001", `Cannot read program "${path}": ${why}`, {
      details: { path },
      hint,
      cause,
    });
  }
  const file = await readFile(path, MOST_BYTES);
  if (!file.ok) throw cannot(file.reason, "Name a .rllm file that can be read.", file.cause);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file.bytes);
  } catch (cause) {
    throw cannot("it is not UTF-8 text", "Save it as UTF-8.", cause);
  }
}
