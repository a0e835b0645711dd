import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCount, type JsonObject } from "../../src/core/json.ts";
import { errorOf } from "../model/calls.ts";
import { startPlugin, type StartedPlugin } from "./plugin.ts";

/** Counts for hours. */
const ENDLESS =
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

let folder: string;
let plugin: StartedPlugin;
let before: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sqlite-"));
  const shop = new Database(join(folder, "shop.db"));
  shop.run("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, photo BLOB)");
  shop.run(
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), total REAL)",
  );
  shop.run(
    "CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer",
  );
  shop.run("INSERT INTO customers VALUES (1, 'Grüße 世界', x'00ff'), (2, 'O''Neil', NULL)");
  shop.run("INSERT INTO orders VALUES (1, 1, 9.5), (2, 1, 0.5), (9007199254740993, 2, 3)");
  shop.close();
  const other = new Database(join(folder, "other.db"));
  other.run("CREATE TABLE t (x)");
  other.close();
  before = readFileSync(join(folder, "shop.db"), "base64");
  plugin = await startPlugin("sqlite", {
    databases: { shop: join(folder, "shop.db") },
    seconds: 2,
  });
});
afterAll(async () => {
  await plugin.host.close();
  expect(readFileSync(join(folder, "shop.db"), "base64")).toBe(before);
});

async function value(tool: string, input: JsonObject): Promise<unknown> {
  const { value: found, failed, content } = await plugin.call(tool, input);
  expect({ failed: failed === true, content: content ?? "" }).toEqual({
    failed: false,
    content: "",
  });
  return found;
}

test("tables shows tables and views with their columns", async () => {
  const column = { nullable: true, key: false, references: null };
  expect(await value("tables", {})).toMatchObject({
    tables: [
      {
        database: "shop",
        name: "customers",
        kind: "table",
        columns: [
          { ...column, name: "id", type: "INTEGER", nullable: false, key: true },
          { ...column, name: "name", type: "TEXT", nullable: false },
          { ...column, name: "photo", type: "BLOB" },
        ],
      },
      {
        name: "orders",
        columns: [
          { name: "id" },
          { name: "customer", references: "customers.id" },
          { name: "total" },
        ],
      },
      { name: "totals", kind: "view", columns: [{ name: "customer" }, { name: "total" }] },
    ],
    more: false,
  });
});

describe("query", () => {
  test.each<[JsonObject, object]>([
    [
      { sql: "SELECT * FROM totals ORDER BY customer" },
      {
        columns: ["customer", "total"],
        rows: [
          [1, 10],
          [2, 3],
        ],
        more: false,
      },
    ],
    [
      { sql: "SELECT id FROM customers WHERE name = ?", params: ["O'Neil"] },
      { columns: ["id"], rows: [[2]], more: false },
    ],
    [
      { sql: "SELECT name, photo FROM customers ORDER BY id" },
      {
        columns: ["name", "photo"],
        rows: [
          ["Grüße 世界", "2 bytes"],
          ["O'Neil", null],
        ],
        more: false,
      },
    ],
    [
      { sql: "WITH a(x) AS (SELECT 1) SELECT x FROM a" },
      { columns: ["x"], rows: [[1]], more: false },
    ],
    [
      { sql: "SELECT id FROM orders ORDER BY id", limit: 2 },
      { columns: ["id"], rows: [[1], [2]], more: true },
    ],
    [{ sql: "SELECT 9e999 AS much" }, { columns: ["much"], rows: [["inf"]], more: false }],
  ])("%j", async (input, wanted) => {
    expect(await value("query", input)).toEqual(wanted);
  });
  test("gives whole numbers beyond 2^53 with all their digits", async () => {
    const { rows } = (await value("query", { sql: "SELECT max(id) FROM orders" })) as {
      rows: unknown;
    };
    expect(rows).toEqual([[9_007_199_254_740_993n]]);
  });
  test.each([
    ["INSERT INTO customers VALUES (3, 'x', NULL)", "only statements that read"],
    ["UPDATE customers SET name = 'x'", "only statements that read"],
    ["DROP TABLE orders", "only statements that read"],
    ["ATTACH 'other.db' AS other", "only statements that read"],
    ["PRAGMA journal_mode = DELETE", "only statements that read"],
    ["SELECT load_extension('x')", "only statements that read"],
    ["VACUUM INTO 'copy.db'", "only statements that read"],
    ["SELECT 1; SELECT 2", "one statement at a time"],
    ["SELECT * FROM nowhere", "no such table"],
    ["SELEC 1", "syntax error"],
    ["SELECT ?", "binding"],
    ["-- nothing", "gives no rows"],
  ])("refuses %s: %s", async (sql, words) => {
    expect(await plugin.call("query", { sql })).toMatchObject({
      failed: true,
      content: expect.stringContaining(words),
    });
  });
  test("gives no more than 100 kB", async () => {
    const sql =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900) SELECT i, printf('%01000d', i) FROM n";
    const { rows, more } = (await value("query", { sql, limit: 900 })) as {
      rows: [];
      more: boolean;
    };
    expect([rows.length > 80, rows.length < 100, more]).toEqual([true, true, true]);
  });
  test("ends what takes too long", async () => {
    expect(await plugin.call("query", { sql: ENDLESS })).toMatchObject({
      failed: true,
      content: expect.stringContaining("it was ended after 2 s"),
    });
  });
  test("ends what nobody waits for any more", async () => {
    const databases = { shop: join(folder, "shop.db") };
    const slow = await startPlugin("sqlite", { databases, seconds: 600 });
    await slow.host.start();
    const abort = new AbortController();
    const asked = slow.call("query", { sql: ENDLESS }, abort.signal);
    abort.abort();
    expect((await errorOf(() => asked)).code).toBe("RLLM_022");
    // It would be killed if it went on: the same process answers.
    const { pid } = slow.host;
    expect(isCount(pid)).toBe(true);
    expect((await slow.call("query", { sql: "SELECT 1" })).value).toMatchObject({ rows: [[1]] });
    expect(slow.host.pid).toBe(pid);
    await slow.host.close();
  });
  test("of several databases it must be said which", async () => {
    const databases = { shop: join(folder, "shop.db"), other: join(folder, "other.db") };
    const both = await startPlugin("sqlite", { databases });
    const sql = "SELECT count(*) FROM t";
    expect(await both.call("query", { sql })).toMatchObject({
      failed: true,
      content: "say which database: shop, other",
    });
    expect((await both.call("query", { sql, database: "other" })).value).toMatchObject({
      rows: [[0]],
    });
    expect(await both.call("query", { sql, database: "third" })).toMatchObject({ failed: true });
    await both.host.close();
  });
});

test("a database that is not there is refused at the start", async () => {
  const { host } = await startPlugin("sqlite", { databases: { shop: "/no/such.db" } });
  expect((await errorOf(() => host.start())).message).toContain("there is no file /no/such.db");
  await host.close();
});
