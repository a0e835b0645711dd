import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { JsonSchema } from "../../../src/contract/contract.ts";

/** A contract as programs have them, with a value that meets it and one that does not. */
export interface Case {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly good: unknown;
  readonly bad: unknown;
}

const FOLDER = join(import.meta.dir, "corpus");

export function corpus(): readonly Case[] {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".yaml"))
    .toSorted();
  return files.flatMap((name) => parse(readFileSync(join(FOLDER, name), "utf8")) as Case[]);
}
