import type { ArgsDef } from "citty";
import type { RepairLevel } from "../answer/answer.ts";
import { ModullmError } from "../core/error.ts";
import type { StartOptions } from "../workspace.ts";
import type { Options } from "./command.ts";
import { budgetOption, countOption } from "./limit-options.ts";
import { modelOption } from "./model-option.ts";

/** Options of every command that runs programs. */
export const START_OPTIONS = {
  "allow-path": {
    type: "string",
    valueHint: "FOLDER",
    description:
      "Pictures and other files of the input may lie in this folder too; may be repeated",
  },
  model: {
    type: "string",
    valueHint: "MODEL",
    description: "provider/name for every program of the run, or recommended",
  },
  "max-retries": {
    type: "string",
    valueHint: "N",
    description: "Retries after an answer that breaks the contract",
  },
  repair: {
    type: "enum",
    options: ["off", "safe", "full"],
    description:
      "How far a broken answer may be repaired; wins over the file's repair (default safe)",
  },
  tag: {
    type: "string",
    valueHint: "KEY=VALUE",
    description: "A tag to find the run by; may be repeated",
  },
  concurrency: {
    type: "string",
    valueHint: "N",
    description: "Calls at a time to one provider (default 4)",
  },
  budget: {
    type: "string",
    valueHint: "LIMITS",
    description: "Limits on the whole run, such as usd=0.05,tokens=20000,calls=10,ms=60000",
  },
  "no-cache": { type: "boolean", description: "Neither use nor keep answers of earlier runs" },
  fresh: {
    type: "boolean",
    description: "Ask anew, whatever earlier runs were answered; keep the new answers",
  },
  "ollama-auto-pull": { type: "boolean", description: "Pull a local model that is missing" },
  "trusted-python": {
    type: "boolean",
    description: "Python blocks run as plain Python with your rights, outside any sandbox",
  },
  "python-memory-limit-mb": {
    type: "string",
    valueHint: "MB",
    description: "Memory limit of a block (default 256); 0 is off",
  },
} as const satisfies ArgsDef;

/** @throws {UsageError} for an option that can't be */
export function readStart(options: Options): StartOptions {
  const maxRetries = options.integer("max-retries");
  if (maxRetries !== null && maxRetries < 0) throw tooSmall("max_retries", maxRetries);
  const memory = options.integer("python-memory-limit-mb");
  if (memory !== null && memory < 0) throw tooSmall("python_memory_limit_mb", memory);
  const concurrency = countOption(options, "concurrency");
  const limits = budgetOption(options);
  const model = modelOption(options, { orRecommended: true });
  const repair = options.text("repair") as RepairLevel | null;
  return {
    ...(repair === null ? {} : { repair }),
    ...(model === null ? {} : { model }),
    ...(concurrency === null ? {} : { concurrency }),
    ...(limits === null ? {} : { budget: limits }),
    ...(memory === null ? {} : { blockMemoryMb: memory }),
    ...(options.flag("trusted-python") ? { trustedPython: true } : {}),
    cache: !options.flag("no-cache"),
    fresh: options.flag("fresh"),
    allowPaths: options.texts("allow-path"),
    ...(maxRetries === null ? {} : { maxRetries }),
  };
}

function tooSmall(field: string, value: number): ModullmError {
  return new ModullmError(
    "RLLM_002",
    `${field} is ${value}, but an integer of at least 0 is wanted`,
    {
      details: { field, [field]: value },
    },
  );
}
