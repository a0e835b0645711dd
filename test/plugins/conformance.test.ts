import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/core/json.ts";
import { conformance } from "./plugin.ts";

function database(): string {
  const path = join(mkdtempSync(join(tmpdir(), "sqlite-")), "shop.db");
  const made = new Database(path);
  made.run("CREATE TABLE t (x)");
  made.close();
  return path;
}

test.each<[string, () => JsonObject]>([
  ["calculator", () => ({})],
  ["files", () => ({ folders: [join(import.meta.dir, "../../docs")] })],
  ["sqlite", () => ({ databases: { shop: database() } })],
])(
  "the plugin %s passes every check that it is not skipped for",
  async (name, settings) => {
    const { checks } = await conformance(name, settings());
    expect(checks.filter(({ status }) => status === "failed")).toEqual([]);
    const passed = checks.filter(
      ({ id, status }) => id.startsWith("tools/") && status === "passed",
    );
    expect(passed.length).toBeGreaterThanOrEqual(21);
  },
  180_000,
);
