import { basename, isAbsolute } from "node:path";
import { expectFiles, muchOf } from "./connect.ts";
import { failureOf, isBusy } from "./failure.ts";
import { insertRuns } from "./runs.ts";
import { inTransaction } from "./write.ts";
import type { SqlDatabase, SqlDriver, SqlRow, SqlStatement } from "./driver.ts";
import type { RunRecord } from "../runs.ts";

export interface TakeOverOptions {
  readonly driver: SqlDriver;
  readonly database: SqlDatabase;
  readonly legacyPath: string;
  readonly warn: (message: string) => void;
}

/**
 * Copies the runs of a version 0.1 file, once: whichever process gets there first does it, in one
 * transaction, and says so in the table `takeover`. The old file is only read. One whose columns
 * are not recognised is left, with one warning ever.
 */
export function takeOver(options: TakeOverOptions): void {
  if (isTaken(options)) return;
  const { database, driver, legacyPath, warn } = options;
  try {
    expectFiles(legacyPath);
    const legacy = driver.open(legacyPath, "read");
    try {
      const much = muchOf(legacyPath, { mb: 4, take: "some seconds for each ten" });
      if (much) warn(`Taking over the old statistics in "${legacyPath}", once: ${much}`);
      const recognised = inTransaction(database, () => isTaken(options) || copy(options, legacy));
      if (!recognised)
        warn(
          `Cannot take over the old statistics in "${legacyPath}": no table of runs is ` +
            "recognised in it; it is left as it is",
        );
    } finally {
      legacy.close();
    }
  } catch (error) {
    // Someone else is taking it over, or writing to it: the next process tries again.
    if (!isBusy(error))
      warn(`Cannot take over the old statistics in "${legacyPath}": ${failureOf(error).reason}`);
  }
}

function isTaken({ database, legacyPath }: TakeOverOptions): boolean {
  return database.prepare("SELECT 1 FROM takeover WHERE path = ?").all(legacyPath).length > 0;
}

/** Copies a page at a time; false where no table looks like one of runs. */
function copy({ database, legacyPath }: TakeOverOptions, legacy: SqlDatabase): boolean {
  const table = findTable(legacy);
  const copied = table === null ? 0 : copyTable(database, table);
  database
    .prepare("INSERT INTO takeover (path, at, runs) VALUES (?, ?, ?)")
    .run(legacyPath, Date.now(), copied);
  return table !== null;
}

function copyTable(database: SqlDatabase, { page, columns }: LegacyTable): number {
  let copied = 0;
  for (let read = 0; ;) {
    const rows = page.all(PAGE, read);
    const runs = rows
      .map((row, index) => legacyRun(row, columns, read + index))
      .filter((run) => run !== null);
    insertRuns(database, runs);
    read += rows.length;
    copied += runs.length;
    if (rows.length < PAGE) return copied;
  }
}

interface LegacyTable {
  readonly columns: Columns;
  /** Takes how many rows, and behind how many. */
  readonly page: SqlStatement;
}

/** Rows in memory at a time: many, for each page is counted from the beginning. */
const PAGE = 20_000;

function findTable(legacy: SqlDatabase): LegacyTable | null {
  for (const table of legacy.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
    const name = `"${String(table["name"]).replaceAll('"', '""')}"`;
    const columns = columnsOf(legacy.prepare(`PRAGMA table_info(${name})`).all());
    if (columns !== null)
      return { columns, page: legacy.prepare(`SELECT * FROM ${name} LIMIT ? OFFSET ?`) };
  }
  return null;
}

/** What each fact may be called, the likeliest first. */
const NAMES = {
  path: ["app_path", "path", "program_path", "file_path"],
  ms: ["latency_ms", "duration_ms", "elapsed_ms", "ms"],
  at: ["created_at", "timestamp", "started_at", "ts", "recorded_at"],
  ok: ["success", "ok", "succeeded", "is_success"],
  model: ["model", "model_name", "llm_model"],
  promptTokens: ["prompt_tokens", "input_tokens"],
  completionTokens: ["completion_tokens", "output_tokens"],
  inputOk: ["input_schema_ok", "input_schema_valid", "input_valid", "input_ok"],
  outputOk: ["output_schema_ok", "output_schema_valid", "output_valid", "output_ok"],
  error: ["error_code", "error"],
} as const;

type Columns = Readonly<Record<keyof typeof NAMES, string | null>>;

/** A table of runs has a path, a latency, and an outcome or token counts. */
function columnsOf(info: readonly SqlRow[]): Columns | null {
  const present = new Map(
    info.map((row) => [String(row["name"]).toLowerCase(), String(row["name"])]),
  );
  function find(names: readonly string[]): string | null {
    const name = names.find((candidate) => present.has(candidate));
    return name === undefined ? null : (present.get(name) ?? null);
  }
  const columns: Columns = {
    path: find(NAMES.path),
    ms: find(NAMES.ms),
    at: find(NAMES.at),
    ok: find(NAMES.ok),
    model: find(NAMES.model),
    promptTokens: find(NAMES.promptTokens),
    completionTokens: find(NAMES.completionTokens),
    inputOk: find(NAMES.inputOk),
    outputOk: find(NAMES.outputOk),
    error: find(NAMES.error),
  };
  const telling =
    columns.ok !== null || columns.promptTokens !== null || columns.completionTokens !== null;
  return columns.path !== null && columns.ms !== null && telling ? columns : null;
}

/**
 * Null for a row that no program could be found by. 0.1 recorded only runs whose input was good and
 * that got an answer.
 */
function legacyRun(row: SqlRow, columns: Columns, index: number): RunRecord | null {
  const cell = (name: keyof Columns): unknown =>
    columns[name] === null ? null : row[columns[name]];
  const path = cell("path");
  const ms = numberOf(cell("ms"));
  if (typeof path !== "string" || !isAbsolute(path) || ms === null) return null;
  const ok = flagOf(cell("ok")) ?? true;
  const error = ok ? null : codeOf(cell("error"));
  const model = textOf(cell("model"));
  const tokens = {
    promptTokens: numberOf(cell("promptTokens")),
    completionTokens: numberOf(cell("completionTokens")),
  };
  return {
    id: `0.1-${index + 1}`,
    parent: null,
    path,
    name: basename(path, ".rllm"),
    version: "",
    model,
    started: timeOf(cell("at")),
    ms,
    ok,
    error,
    inputOk: flagOf(cell("inputOk")) ?? true,
    outputOk: flagOf(cell("outputOk")) ?? ok,
    tags: {},
    attempts: [{ model, ms, ...tokens, usd: null, error, edits: [] }],
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Codes only: a message might quote what a user typed. */
function codeOf(value: unknown): string {
  const text = textOf(value);
  return /^RLLM_\d{3}$/.test(text) ? text : "unknown";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function flagOf(value: unknown): boolean | null {
  if (value === null || value === undefined) return null;
  return value === 1 || value === true || value === "true" || value === "success" || value === "ok";
}

/**
 * Seconds or milliseconds since the epoch, or text, which SQLite writes in UTC without saying so; 0
 * where it can't be told.
 */
function timeOf(value: unknown): number {
  if (typeof value === "number") return Math.round(value < 1e11 ? value * 1000 : value);
  if (typeof value !== "string") return 0;
  const iso = value.trim().replace(" ", "T");
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(time) ? 0 : time;
}
