import { sha256 } from "../core/digest.ts";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject, type JsonObject, parseJson, writeJson } from "../core/json.ts";
import type { Redactor } from "../redaction/redactor.ts";

/** How long what a run left behind is worth using, in milliseconds. */
const KEPT_FOR = 60 * 60 * 1000;

/** An answer under a digest of what it depends on. */
export interface UnfinishedAnswer {
  readonly key: string;
  readonly value: JsonObject;
}

/**
 * Answers of runs that ended early: a file for each request, in a folder of their own, private to
 * the user. What is older than an hour is removed whenever something is kept. Nothing here throws.
 */
export function createUnfinishedRuns(folder: string, redactor: Redactor) {
  const pathOf = (request: string): string => join(folder, `${digest(request)}.json`);

  return {
    /** Each digest with the answers that were kept under it; they are gone from the disk then. */
    async take(request: string): Promise<readonly UnfinishedAnswer[]> {
      const path = pathOf(request);
      const taken = `${path}.${crypto.randomUUID()}`;
      try {
        // Two runs at once may look: one of them gets it.
        await rename(path, taken);
        const { mtimeMs } = await stat(taken);
        const answers = parse(await readFile(taken, "utf8"));
        return Date.now() - mtimeMs > KEPT_FOR ? [] : answers;
      } catch {
        return [];
      } finally {
        await rm(taken, { force: true }).catch(() => {});
      }
    },

    /** An answer that holds a secret is not kept. */
    async keep(request: string, answers: readonly UnfinishedAnswer[]): Promise<number> {
      const clean = answers.filter(({ value }) => redactor.value(value) === value);
      const path = pathOf(request);
      const written = `${path}.${crypto.randomUUID()}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await removeOld(folder);
        await writeFile(written, writeJson(clean), { mode: 0o600 });
        await rename(written, path);
        return clean.length;
      } catch {
        await rm(written, { force: true }).catch(() => {});
        return 0;
      }
    },
  };
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > KEPT_FOR) await rm(path, { force: true });
  }
}

function parse(text: string): readonly UnfinishedAnswer[] {
  const value: unknown = parseJson(text);
  return Array.isArray(value) ? value.filter(isKept) : [];
}

function isKept(value: unknown): value is UnfinishedAnswer {
  return isObject(value) && typeof value["key"] === "string" && isObject(value["value"]);
}

function digest(text: string): string {
  return sha256(text);
}
