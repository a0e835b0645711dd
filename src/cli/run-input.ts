import { readFileSync } from "node:fs";
import type { Contract } from "../contract/contract.ts";
import { inputError, objectFromText, pairsToInput, textToInput } from "../program/input.ts";
import { type CommandContext, UsageError } from "./command.ts";

/**
 * The input of a command: `--input-file` wins over `--input` and `--text`; `key=value` pairs after
 * `--` are laid over it.
 * @throws {ModullmError} RLLM_016
 */
export async function readInput(
  contract: Contract,
  context: CommandContext,
): Promise<Record<string, unknown>> {
  const base = await readBase(contract, context);
  return context.rest.length === 0 ? base : { ...base, ...pairsToInput(contract, context.rest) };
}

async function readBase(
  contract: Contract,
  context: CommandContext,
): Promise<Record<string, unknown>> {
  const { options } = context;
  const [file, inline, text] = [
    options.text("input-file"),
    options.text("input"),
    options.text("text"),
  ];
  if (file !== null) return fromFile(context.resolve(file));
  if (inline !== null && text !== null)
    throw new UsageError("--input and --text can't be used together");
  if (text !== null) return textToInput(contract, text === "-" ? await stdinText(context) : text);
  if (inline === null) return {};
  const written = inline === "-" ? await stdinText(context) : inline;
  const source = inline === "-" ? "stdin" : "--input";
  return /^\s*[[{]/.test(written)
    ? objectFromText(written, source, "either")
    : textToInput(contract, written);
}

function fromFile(path: string): Record<string, unknown> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "permission is denied",
    };
    throw inputError(path, `Cannot read input file "${path}": ${reasons[code ?? ""] ?? code}`, {
      path,
    });
  }
  const format = /\.ya?ml$/i.test(path) ? "yaml" : "json";
  return objectFromText(decode(bytes, path), path, format);
}

/** All of stdin as text. @throws {ModullmError} RLLM_016 where it is not UTF-8 */
export async function stdinText(context: CommandContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of context.output.terminal.stdin()) chunks.push(chunk);
  return decode(Buffer.concat(chunks), "stdin");
}

function decode(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw inputError(source, `Cannot read ${source}: it is not UTF-8 text`);
  }
}
