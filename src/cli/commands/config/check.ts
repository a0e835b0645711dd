import { existsSync } from "node:fs";
import { basename } from "node:path";
import { ModullmError, withDetails } from "../../../core/error.ts";
import type { Action } from "../../command.ts";
import { appForRepair } from "./changed-file.ts";

/**
 * Reads every file that counts. @throws {ModullmError} RLLM_018 with all that is wrong in `faults`
 */
export const check: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const faults: ModullmError[] = [];
    const { config } = await context.app({ onConfigFault: (fault) => faults.push(fault) });
    const [first] = faults;
    if (first !== undefined) {
      const told = faults.map(({ code, message, details }) => ({
        error_code: code,
        message,
        ...details,
      }));
      throw faults.length === 1 ? first : withDetails(first, { faults: told });
    }
    const files = config.checkedSources.filter((source) => source !== "environment");
    context.output.json({
      ok: true,
      files: files.map((each) => ({
        path: context.resolve(each),
        exists: existsSync(context.resolve(each)),
      })),
      warnings: config.warnings,
    });
    return 0;
  },
};

/** Where the files are, in the order in which they count. */
export const path: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { config } = await appForRepair(context);
    const { paths } = config;
    const files = config.checkedSources.filter((source) => source !== "environment");
    context.output.json({
      files: files.map((source) => ({
        path: context.resolve(source),
        holds: basename(source) === ".env" ? "keys and addresses" : "settings",
        exists: existsSync(context.resolve(source)),
      })),
      folders: { config: paths.config, data: paths.data, state: paths.state, cache: paths.cache },
    });
    return 0;
  },
};

/** config.yaml as a JSON Schema. */
export const schema: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, { output }) {
    output.json((await import("../../../config/schema.ts")).configSchema());
    return 0;
  },
};
