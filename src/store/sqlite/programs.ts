import { parseJson, writeJson } from "../../core/json.ts";
import {
  type Decision,
  type FinishedScan,
  type FolderCounts,
  type IndexedProgram,
  type KnownFile,
  type KnownFolder,
  type ProgramChange,
  type ProgramRow,
  type ProgramWords,
  WORD_FIELDS,
  type WordQuestion,
} from "../programs.ts";
import type { SqlDatabase, SqlRow } from "./driver.ts";

export function knownFolder(database: SqlDatabase, folder: string): KnownFolder | null {
  const [row] = database
    .prepare("SELECT changes, digest, also, programs, broken FROM program_folder WHERE folder = ?")
    .all(folder);
  if (row === undefined) return null;
  const also = jsonOf(row["also"]);
  return {
    changes: Number(row["changes"]),
    digest: textOr(row["digest"], null),
    also: Array.isArray(also) ? also : [],
    programs: Number(row["programs"]),
    broken: Number(row["broken"]),
  };
}

export function knownFiles(database: SqlDatabase, folder: string): KnownFile[] {
  return database
    .prepare("SELECT file, stamp, also FROM program WHERE folder = ?")
    .all(folder)
    .map((row) => ({
      file: String(row["file"]),
      stamp: textOr(row["stamp"], null),
      also: row["also"] === "{}" ? {} : (jsonOf(row["also"]) as KnownFile["also"]),
    }));
}

export function programRows(database: SqlDatabase, folders: readonly string[]): ProgramRow[] {
  return database
    .prepare(
      "SELECT id, folder, file, program.hash AS hash, facts, domain, task, origin FROM program " +
        `LEFT JOIN category ON category.hash = program.hash WHERE ${IN_FOLDERS}`,
    )
    .all(writeJson(folders))
    .map((row) => ({
      id: Number(row["id"]),
      folder: String(row["folder"]),
      file: String(row["file"]),
      hash: textOr(row["hash"], null),
      facts: jsonOf(row["facts"]),
      decision: decisionOf(row),
    }));
}

export function programEntry(database: SqlDatabase, id: number): unknown {
  const [row] = database.prepare("SELECT entry FROM program WHERE id = ?").all(id);
  return row === undefined ? null : jsonOf(row["entry"]);
}

export function findWords(
  database: SqlDatabase,
  { folders, words, starts }: WordQuestion,
): ProgramWords[] {
  const terms = [...words.map(quoted), ...starts.map((start) => `${quoted(start)}*`)];
  if (terms.length === 0) return [];
  return database
    .prepare(
      `SELECT id, ${WORD_FIELDS.join(", ")} FROM program_words ` +
        `JOIN program ON id = program_words.rowid WHERE program_words MATCH ? AND ${IN_FOLDERS}`,
    )
    .all(terms.join(" OR "), writeJson(folders))
    .map((row) => ({
      id: Number(row["id"]),
      name: String(row["name"]),
      description: String(row["description"]),
      tags: String(row["tags"]),
      fields: String(row["fields"]),
      category: String(row["category"]),
    }));
}

export function changePrograms(
  database: SqlDatabase,
  folder: string,
  { put, drop }: ProgramChange,
): number {
  database.exec(`PRAGMA cache_size = ${ROOMY}`);
  const before = database.prepare("SELECT id, hash FROM program WHERE folder = ? AND file = ?");
  const forget = database.prepare("DELETE FROM program_words WHERE rowid = ?");
  const remove = database.prepare("DELETE FROM program WHERE id = ?");
  const write = createWriter(database, folder);
  for (const file of drop)
    for (const { id } of before.all(folder, file)) {
      forget.run(Number(id));
      remove.run(Number(id));
    }
  for (const program of put) {
    const [old] = before.all(folder, program.file);
    if (old !== undefined) forget.run(Number(old["id"]));
    write(program, old);
  }
  const [counted] = database
    .prepare(
      "INSERT INTO program_folder (folder, changes) VALUES (?, 1) ON CONFLICT (folder) DO " +
        "UPDATE SET changes = changes + 1, digest = NULL RETURNING changes",
    )
    .all(folder);
  return Number(counted?.["changes"]);
}

export function settleFolder(
  database: SqlDatabase,
  folder: string,
  { digest, also, changes }: FinishedScan,
): FolderCounts {
  const [row] = database
    .prepare("SELECT count(*) AS programs, total(broken) AS broken FROM program WHERE folder = ?")
    .all(folder);
  const counts = { programs: Number(row?.["programs"]), broken: Number(row?.["broken"]) };
  database
    .prepare(
      "UPDATE program_folder SET digest = ?, also = ?, programs = ?, broken = ? " +
        "WHERE folder = ? AND changes = ?",
    )
    .run(digest, writeJson(also), counts.programs, counts.broken, folder, changes);
  return counts;
}

export function decideCategories(database: SqlDatabase, decisions: readonly Decision[]): void {
  const insert = database.prepare(`INSERT OR REPLACE ${CATEGORY} VALUES (?, ?, ?, ?)`);
  for (const { hash, domain, task, origin } of decisions) insert.run(hash, domain, task, origin);
}

export function keptVectors(
  database: SqlDatabase,
  model: string,
): ReadonlyMap<string, Float32Array> {
  const rows = database
    .prepare("SELECT hash, vector FROM program_vector WHERE model = ?")
    .all(model);
  return new Map(rows.map((row) => [String(row["hash"]), floatsOf(String(row["vector"]))]));
}

export function keepVectors(
  database: SqlDatabase,
  model: string,
  vectors: ReadonlyMap<string, Float32Array>,
): void {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO program_vector (model, hash, vector) VALUES (?, ?, ?)",
  );
  for (const [hash, { buffer, byteOffset, byteLength }] of vectors)
    insert.run(model, hash, Buffer.from(buffer, byteOffset, byteLength).toString("base64"));
}

/** KiB, negative as SQLite has it: hashes come in no order, so that each touches other pages. */
const ROOMY = -16_000;

const IN_FOLDERS = "folder IN (SELECT value FROM json_each(?))";
const CATEGORY = "INTO category (hash, domain, task, origin)";

function createWriter(
  database: SqlDatabase,
  folder: string,
): (program: IndexedProgram, old: SqlRow | undefined) => void {
  const program = database.prepare(
    "INSERT INTO program (folder, file, stamp, also, hash, broken, facts, entry) VALUES (?, ?, " +
      "?, ?, ?, ?, ?, ?) ON CONFLICT (folder, file) DO UPDATE SET stamp = excluded.stamp, also " +
      "= excluded.also, hash = excluded.hash, broken = excluded.broken, facts = excluded.facts, " +
      "entry = excluded.entry RETURNING id",
  );
  const words = database.prepare(
    `INSERT INTO program_words (rowid, ${WORD_FIELDS.join(", ")}) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const carry = database.prepare(
    `INSERT OR IGNORE ${CATEGORY} SELECT ?, domain, task, origin FROM category ` +
      "WHERE hash = ? AND origin = 'review'",
  );
  const decide = database.prepare(`INSERT OR IGNORE ${CATEGORY} VALUES (?, ?, ?, ?)`);
  return (given, old) => {
    const { file, stamp, also, hash, broken, facts, entry, decision } = given;
    const values = [writeJson(also), hash, Number(broken), facts, entry];
    const [row] = program.all(folder, file, stamp, ...values);
    words.run(Number(row?.["id"]), ...WORD_FIELDS.map((field) => given.words[field]));
    if (hash === null || decision === null) return;
    // What a person decided of the text before holds for the one that took its place.
    carry.run(hash, textOr(old?.["hash"], null));
    decide.run(hash, decision.domain, decision.task, decision.origin);
  };
}

function decisionOf({ domain, task, origin }: SqlRow): ProgramRow["decision"] {
  if (typeof domain !== "string") return null;
  return { domain, task: String(task), origin: String(origin) };
}

/** A word as FTS5 reads it, whatever it holds. */
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** A damaged row is one without facts: its file is read again by whoever asks for that. */
function jsonOf(text: unknown): unknown {
  try {
    return parseJson(String(text));
  } catch {
    return {};
  }
}

function textOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === "string" ? value : other;
}

function floatsOf(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer, 0, bytes.byteLength >> 2);
}
