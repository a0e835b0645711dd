import { isObject, writeJson } from "../../core/json.ts";
import type { SqlRow, SqlValue } from "./driver.ts";
import { type AttemptRecord, type RunRecord, usageOf } from "../runs.ts";

/** A second record of the same run changes nothing. */
export const INSERT_RUN = `
  INSERT INTO run (path, started, id, parent, name, version, model, ms, ok, error,
    input_ok, output_ok, usd, tags, attempts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

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
    usageOf(run).usd,
    JSON.stringify(run.tags),
    writeJson(run.attempts),
  ];
}

/** Only the fields that are known: nothing else a caller's object carries gets onto the disk. */
export function storedRun(run: RunRecord): RunRecord {
  return {
    id: run.id,
    parent: run.parent,
    path: run.path,
    name: run.name,
    version: run.version,
    model: run.model,
    started: run.started,
    ms: run.ms,
    ok: run.ok,
    error: run.error,
    inputOk: run.inputOk,
    outputOk: run.outputOk,
    tags: run.tags,
    attempts: run.attempts.map(storedAttempt),
  };
}

/**
 * @param damaged told of a row that can't be read whole: what is left of it has no calls or tags
 */
export function runOf(row: SqlRow, damaged: () => void): RunRecord {
  const outputOk = row["output_ok"];
  const attempts = jsonOf(row["attempts"]);
  const tags = jsonOf(row["tags"]);
  if (!Array.isArray(attempts) || !isObject(tags)) damaged();
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
    tags: isObject(tags) ? Object.fromEntries(textEntries(tags)) : {},
    attempts: Array.isArray(attempts) ? attempts.filter(isObject).map(attemptOf) : [],
  };
}

function storedAttempt(attempt: AttemptRecord): AttemptRecord {
  const { model, ms, promptTokens, completionTokens, usd, error, edits } = attempt;
  const { cached = null, tools = [] } = attempt;
  return {
    model,
    ms,
    promptTokens,
    completionTokens,
    usd,
    error,
    edits,
    ...(cached === null ? {} : { cached }),
    ...(tools.length === 0 ? {} : { tools }),
  };
}

function attemptOf(stored: Record<string, unknown>): AttemptRecord {
  const { edits, tools } = stored;
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
    ...(Array.isArray(tools) ? { tools: tools.map(String) } : {}),
  };
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}

function textEntries(object: Record<string, unknown>): [string, string][] {
  return Object.entries(object).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value]] : [],
  );
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
