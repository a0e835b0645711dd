import { isObject, parseJson, writeJson } from "../../core/json.ts";
import type { ChatFilter, ChatFind, ChatRecord, ChatSummary, ChatTurn } from "../chats.ts";
import type { SqlDatabase, SqlRow } from "./driver.ts";
import { wordQuery } from "./words.ts";

export function insertChats(database: SqlDatabase, chats: readonly ChatRecord[]): void {
  const insert = database.prepare(
    `INSERT INTO chat (id, tenant, name, updated, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated = excluded.updated,
       body = excluded.body WHERE excluded.updated >= updated`,
  );
  for (const { id, tenant, name, updated, ...body } of chats)
    insert.run(id, tenant, name, Math.round(updated), writeJson(body));
}

export function insertTurns(database: SqlDatabase, turns: readonly ChatTurn[]): void {
  const insert = database.prepare(
    `INSERT INTO turn (id, chat, asked, updated, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, body = excluded.body
       WHERE excluded.updated >= updated
     RETURNING number`,
  );
  const forget = database.prepare("DELETE FROM turn_words WHERE rowid = ?");
  const words = database.prepare("INSERT INTO turn_words (rowid, words) VALUES (?, ?)");
  for (const { id, chat, asked, updated, ...body } of turns) {
    const values = [id, chat, Math.round(asked), Math.round(updated), writeJson(body)];
    for (const { number } of insert.all(...values)) {
      forget.run(Number(number));
      words.run(Number(number), `${body.text}\n${body.answer ?? ""}`);
    }
  }
}

export function listChats(
  database: SqlDatabase,
  { tenant, name, limit = Number.MAX_SAFE_INTEGER }: ChatFilter,
): readonly ChatSummary[] {
  return database
    .prepare(
      `SELECT *, (SELECT count(*) FROM turn WHERE turn.chat = chat.id
         AND body ->> '$.state' <> 'summary') AS turns
       FROM chat WHERE tenant = ? ${name === undefined ? "" : "AND name = ?"}
       ORDER BY updated DESC, id LIMIT ?`,
    )
    .all(...(name === undefined ? [tenant, limit] : [tenant, name, limit]))
    .map((row) => ({ ...chatOf(row), turns: Number(row["turns"]) }));
}

export function turnsOfChat(database: SqlDatabase, chat: string): readonly ChatTurn[] {
  return database
    .prepare("SELECT * FROM turn WHERE chat = ? ORDER BY asked, number")
    .all(chat)
    .map(
      (row) =>
        ({
          ...bodyOf(row),
          id: String(row["id"]),
          chat,
          asked: Number(row["asked"]),
          updated: Number(row["updated"]),
        }) as ChatTurn,
    );
}

export function searchChats(
  database: SqlDatabase,
  text: string,
  { tenant, limit = Number.MAX_SAFE_INTEGER }: Pick<ChatFilter, "tenant" | "limit">,
): readonly ChatFind[] {
  const query = wordQuery(text);
  if (query === null) return [];
  return database
    .prepare(
      `SELECT chat.id, chat.name, turn.asked, snippet(turn_words, 0, '', '', '…', 20) AS excerpt
       FROM turn_words JOIN turn ON turn.number = turn_words.rowid JOIN chat ON chat.id = turn.chat
       WHERE turn_words MATCH ? AND chat.tenant = ? ORDER BY turn.asked DESC LIMIT ?`,
    )
    .all(query, tenant, limit)
    .map((row) => ({
      chat: String(row["id"]),
      name: String(row["name"]),
      asked: Number(row["asked"]),
      excerpt: String(row["excerpt"]).replaceAll(/\s+/g, " ").trim(),
    }));
}

export function removeTurns(database: SqlDatabase, ids: readonly string[]): number {
  return ids.reduce((count, id) => count + dropTurns(database, "id", id), 0);
}

export function removeChats(database: SqlDatabase, ids: readonly string[]): number {
  const remove = database.prepare("DELETE FROM chat WHERE id = ? RETURNING 1");
  return ids.reduce((count, id) => {
    dropTurns(database, "chat", id);
    return count + remove.all(id).length;
  }, 0);
}

function dropTurns(database: SqlDatabase, by: "id" | "chat", value: string): number {
  const rows = database.prepare(`DELETE FROM turn WHERE ${by} = ? RETURNING number`).all(value);
  const forget = database.prepare("DELETE FROM turn_words WHERE rowid = ?");
  for (const { number } of rows) forget.run(Number(number));
  return rows.length;
}

function chatOf(row: SqlRow): ChatRecord {
  return {
    ...bodyOf(row),
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    name: String(row["name"]),
    updated: Number(row["updated"]),
  } as ChatRecord;
}

/** @throws where the row is damaged: a chat without one of its turns would be another one */
function bodyOf(row: SqlRow): object {
  const body = parseJson(String(row["body"]), { decimals: "nearest" });
  if (!isObject(body)) throw new Error("a row of a chat is damaged");
  return body;
}
