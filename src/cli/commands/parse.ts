import { MEBIBYTE, readRegularFile } from "../../config/regular-file.ts";
import type { Reading, RepairLevel } from "../../answer/answer.ts";
import { readAnswer } from "../../answer/read.ts";
import { compileContract } from "../../contract/compile.ts";
import type { Contract } from "../../contract/contract.ts";
import { ModullmError } from "../../core/error.ts";
import { refusalText } from "../../engine/recovery.ts";
import { readProgram } from "../../library/read.ts";
import { objectFromText } from "../../program/input.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import { parseLines } from "../parse-lines.ts";
import { stdinText } from "../run-input.ts";

export const command: Command = {
  name: "parse",
  summary: "Read a value out of model text on stdin: find, repair, coerce, check",
  positionals: [],
  options: {
    schema: {
      type: "string",
      valueHint: "PATH",
      description: "A JSON Schema (JSON or YAML), or a .rllm program for its output_schema",
    },
    repair: {
      type: "enum",
      options: ["off", "safe", "full"],
      default: "safe",
      description: "safe: edits that can't change meaning; full: salvage as well; off: find only",
    },
    trace: {
      type: "boolean",
      description: "Print {value, rung, edits, lost} instead of the value alone",
    },
    jsonl: {
      type: "boolean",
      description:
        'Read lines {"id", "text", "schema", "mode"} and print a line {"id", "ok", "value"} ' +
        "for each, in order",
    },
  },
  examples: [
    ["modullm parse --schema person.json < answer.txt", "the value, or what is wrong with it"],
    [
      "modullm parse --schema summary.rllm --repair full --trace < answer.txt",
      "the value with every edit",
    ],
    ["modullm parse --jsonl --repair full < cases.jsonl", "many texts, each with its own schema"],
  ],
  async run(context) {
    const { options, output } = context;
    const repair = (options.text("repair") ?? "safe") as RepairLevel;
    const path = options.text("schema");
    const trace = options.flag("trace");
    if (options.flag("jsonl")) {
      if (path !== null)
        throw new UsageError(
          "--schema and --jsonl can't be used together: each line has its own schema",
        );
      await parseLines(output, { repair, trace });
      return 0;
    }
    const contract =
      path === null ? contractOf({}, "") : await readContract(context.resolve(path), context);
    const text = await stdinText(context);
    const reading = readAnswer(text, contract, { repair });
    if (!reading.ok) throw refusal(reading, contract, text);
    const { value, rung, edits, lost } = reading;
    output.json(trace ? { value, rung, edits, lost } : value);
    return 0;
  },
};

const MOST_BYTES = 64 * MEBIBYTE;

async function readContract(path: string, { config }: CommandContext): Promise<Contract> {
  if (path.endsWith(".rllm")) {
    await config();
    return (await readProgram(path)).output;
  }
  const file = await readRegularFile(path, MOST_BYTES);
  if (!file.ok)
    throw new ModullmError("RLLM_016", `Cannot read schema "${path}": ${file.reason}`, {
      details: { path },
    });
  const text = new TextDecoder().decode(file.bytes);
  return contractOf(objectFromText(text, path, /\.ya?ml$/i.test(path) ? "yaml" : "json"), path);
}

function contractOf(schema: Record<string, unknown>, path: string): Contract {
  const compiled = compileContract(schema);
  if (compiled.ok) return compiled.contract;
  const [{ schemaPath, reason }] = compiled.faults;
  const where = schemaPath.length === 0 ? "" : ` at ${schemaPath.join(".")}`;
  throw new ModullmError("RLLM_002", `"${path}" is not a valid schema${where}: ${reason}`, {
    details: { field: "schema", schema_path: schemaPath, reason, path },
  });
}

/** A refused text as the error that a run's attempt would have. */
function refusal(
  reading: Extract<Reading, { ok: false }>,
  contract: Contract,
  text: string,
): ModullmError {
  const [issue] = reading.issues;
  const reason = refusalText(reading, contract);
  return new ModullmError(reading.code, `Cannot read the text: ${reason}`, {
    details: {
      validator: issue?.keyword ?? null,
      path: issue?.path ?? [],
      schema_path: issue?.schemaPath ?? [],
      reason: issue?.reason ?? reason,
      lost: reading.lost,
    },
    expectedSchema: contract.schema,
    receivedPayload: reading.code === "RLLM_006" ? text : reading.value,
  });
}
