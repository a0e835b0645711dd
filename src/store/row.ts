import { isObject, parseJson, writeJson } from "../core/json.ts";
import type { SqlRow, SqlValue } from "./driver.ts";
import type { AttemptRecord, RunRecord } from "./store.ts";

/** A second record of the same run changes nothing. */
export const INSERT_RUN = `
  INSERT INTO run (path, started, id, parent, name, version, model, ms, ok, error, input_ok, output_ok, attempts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (path, started, id) DO NOTHING`;

export function valuesOf(run: RunRecord): SqlValue[] {
  return [
    run.path,
    Math.round(run.started),
    run.id,
    run.parent,
    run.name,
    run.version,
    run.model,
    run.ms,
    run.ok ? 1 : 0,
    run.error,
    run.inputOk ? 1 : 0,
    run.outputOk === null ? null : run.outputOk ? 1 : 0,
    writeJson(run.attempts.map(storedAttempt)),
  ];
}

export function runOf(row: SqlRow): RunRecord {
  const outputOk = row["output_ok"];
  return {
    id: String(row["id"]),
    parent: textOf(row["parent"]),
    path: String(row["path"]),
    name: String(row["name"]),
    version: String(row["version"]),
    model: String(row["model"]),
    started: Number(row["started"]),
    ms: Number(row["ms"]),
    ok: row["ok"] === 1,
    error: textOf(row["error"]),
    inputOk: row["input_ok"] === 1,
    outputOk: outputOk === null ? null : outputOk === 1,
    attempts: attemptsOf(String(row["attempts"])),
  };
}

/** Names its fields, so that nothing else a caller's object carries gets onto the disk. */
function storedAttempt(attempt: AttemptRecord): AttemptRecord {
  const { model, ms, promptTokens, completionTokens, usd, error, edits, cached = null } = attempt;
  return {
    model,
    ms,
    promptTokens,
    completionTokens,
    usd,
    error,
    edits,
    ...(cached === null ? {} : { cached }),
  };
}

function attemptsOf(text: string): readonly AttemptRecord[] {
  const stored: unknown = parseJson(text);
  return Array.isArray(stored) ? stored.filter(isObject).map(attemptOf) : [];
}

function attemptOf(stored: Record<string, unknown>): AttemptRecord {
  const edits = stored["edits"];
  return {
    model: String(stored["model"]),
    ms: numberOf(stored["ms"]) ?? 0,
    promptTokens: numberOf(stored["promptTokens"]),
    completionTokens: numberOf(stored["completionTokens"]),
    usd: numberOf(stored["usd"]),
    error: textOf(stored["error"]),
    edits: Array.isArray(edits) ? edits.map(String) : [],
    ...(stored["cached"] === "run" || stored["cached"] === "store"
      ? { cached: stored["cached"] }
      : {}),
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
