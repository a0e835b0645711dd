import { MEBIBYTE, readRegularFile } from "../config/regular-file.ts";
import type { Contract } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import { issueDetails } from "../engine/state.ts";
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
  const base = (await readBase(contract, context)) ?? noInput(contract, context);
  return context.rest.length === 0 ? base : { ...base, ...pairsToInput(contract, context.rest) };
}

async function readBase(
  contract: Contract,
  context: CommandContext,
): Promise<Record<string, unknown> | null> {
  const { options } = context;
  const [file, inline, text] = [
    options.text("input-file"),
    options.text("input"),
    options.text("text"),
  ];
  if (file !== null) return await fromFile(context.resolve(file));
  if (inline !== null && text !== null)
    throw new UsageError("--input and --text can't be used together");
  if (text !== null) return textToInput(contract, text === "-" ? await stdinText(context) : text);
  if (inline === null) return null;
  const written = inline === "-" ? await stdinText(context) : inline;
  const source = inline === "-" ? "stdin" : "--input";
  return /^\s*[[{]/.test(written)
    ? objectFromText(written, source, "either")
    : textToInput(contract, written);
}

/** Nothing was given, be it forgotten: whoever wants something is told how to give it. */
function noInput(contract: Contract, { rest }: CommandContext): Record<string, unknown> {
  const check = contract.check({});
  if (check.ok || rest.length > 0) return {};
  const [issue] = check.issues;
  const { required } = contract.schema;
  const field = Array.isArray(required) ? String(required[0]) : "field";
  throw new ModullmError("RLLM_004", `There is no input: it ${issue.reason}`, {
    details: issueDetails(issue),
    hint:
      `Give fields (-- ${field}=…), text (--text …), JSON (--input '{…}') or a file ` +
      "(--input-file FILE).",
    expectedSchema: contract.schema,
    receivedPayload: {},
  });
}

/** Larger files hold no input that a model could be given. */
const MOST_BYTES = 256 * MEBIBYTE;

async function fromFile(path: string): Promise<Record<string, unknown>> {
  const file = await readRegularFile(path, MOST_BYTES);
  if (!file.ok) {
    const hint = /regular/.test(file.reason)
      ? "Pipe it into the command with --input -."
      : undefined;
    throw inputError(path, `Cannot read input file "${path}": ${file.reason}`, { path }, hint);
  }
  const format = /\.ya?ml$/i.test(path) ? "yaml" : "json";
  return objectFromText(decode(file.bytes, path), path, format);
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
