import type { RepairLevel } from "../answer/answer.ts";
import { feedback } from "../answer/feedback.ts";
import { readPartial } from "../answer/partial.ts";
import { readAnswer } from "../answer/read.ts";
import { compileContract } from "../contract/compile.ts";
import type { Contract } from "../contract/contract.ts";
import { isObject, parseJson, writeJson } from "../core/json.ts";
import type { Output } from "./output.ts";

interface Failed {
  readonly ok: false;
  readonly error: { readonly error_code: string; readonly message: string };
}
type Answer = Failed | { readonly ok: true; readonly value: unknown };

/** How many compiled schemas are kept; most input uses a few over and over. */
const MOST_CONTRACTS = 256;

/**
 * Lines `{"id", "text", "schema", "mode"}` in, a line each out, as they come and in order. A bad
 * line is answered like a bad text.
 */
export async function parseLines(
  output: Output,
  options: { repair: RepairLevel; trace: boolean },
): Promise<void> {
  const contracts = new Map<string, Contract>();
  for await (const line of linesOf(output.terminal.stdin())) {
    if (line.trim() === "") continue;
    const [id, answer] = parseLine(line, contracts, options);
    output.line({ id, ...answer });
  }
}

function parseLine(
  line: string,
  contracts: Map<string, Contract>,
  options: { repair: RepairLevel; trace: boolean },
): [unknown, Answer] {
  let item: unknown;
  try {
    item = parseJson(line);
  } catch (thrown) {
    return [null, failed("RLLM_016", `the line is not JSON: ${(thrown as Error).message}`)];
  }
  if (!isObject(item) || typeof item["text"] !== "string") {
    return [
      isObject(item) ? (item["id"] ?? null) : null,
      failed("RLLM_016", 'the line is not an object with a string "text"'),
    ];
  }
  const { id = null, text, schema = {}, mode } = item;
  const contract = contractOf(schema, contracts);
  if ("error" in contract) return [id, contract];
  if (mode === "partial") {
    const partial = readPartial(text, contract);
    return [
      id,
      partial.ok
        ? { ok: true, value: partial.value }
        : failed("RLLM_006", "the text holds no beginning of a value"),
    ];
  }
  const reading = readAnswer(text, contract, { repair: options.repair });
  if (!reading.ok) return [id, failed(reading.code, feedback(reading, contract))];
  const { value, rung, edits, lost } = reading;
  return [id, { ok: true, value, ...(options.trace ? { rung, edits, lost } : {}) }];
}

function contractOf(schema: unknown, contracts: Map<string, Contract>): Contract | Failed {
  const key = writeJson(schema);
  const known = contracts.get(key);
  if (known) return known;
  if (!isObject(schema)) return failed("RLLM_002", "the schema is not an object");
  const compiled = compileContract(schema);
  if (!compiled.ok)
    return failed("RLLM_002", `the schema is not valid: ${compiled.faults[0].reason}`);
  if (contracts.size >= MOST_CONTRACTS) contracts.clear();
  contracts.set(key, compiled.contract);
  return compiled.contract;
}

function failed(code: string, message: string): Failed {
  return { ok: false, error: { error_code: code, message } };
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest + decoder.decode();
}
