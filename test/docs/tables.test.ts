import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/table.ts";
import type { NoteKind } from "../../src/core/events.ts";
import { LLM_PARAMS } from "../../src/program/llm-params.ts";
import { FRONTMATTER_KEYS } from "../../src/program/metadata.ts";
import { OFFERED_PYTHON } from "../../src/sandbox/python/offered.ts";
import { statsOf } from "../../src/insight/stats.ts";
import { ROOT } from "./page.ts";

/** What stands in backticks in the first column of the tables of a section. */
function firstColumn(page: string, heading: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const [, section = ""] = text.split(`${heading}\n`);
  const rows = [...(section.split(/^#{2,3} /m)[0] ?? "").matchAll(/^\| (`[^|]*)\|/gm)];
  return rows
    .flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""))
    .toSorted();
}

function sorted(names: readonly string[]): string[] {
  return names.toSorted();
}

describe("tables in the pages are complete", () => {
  test("README.md has every command", () => {
    const names = firstColumn("README.md", "## Commands").map((usage) => usage.split(" ")[1] ?? "");
    expect(names).toEqual(sorted(Object.keys(COMMANDS)));
  });

  test("docs/blocks.md has every builtin and module of Python blocks", () => {
    const page = readFileSync(join(ROOT, "docs/blocks.md"), "utf8");
    const words = new Set(page.match(/\w+/g));
    const { builtins, modules } = OFFERED_PYTHON;
    // Those two are spelt without a call, and nobody misses them.
    const named = [...builtins, ...modules].filter(
      (name) => name !== "Ellipsis" && name !== "NotImplemented",
    );
    expect(named.filter((name) => !words.has(name))).toEqual([]);
  });

  test("docs/format.md has every frontmatter key", () => {
    expect(firstColumn("docs/format.md", "## Frontmatter")).toEqual(sorted(FRONTMATTER_KEYS));
  });

  test("docs/format.md has every key of llm_params", () => {
    expect(firstColumn("docs/format.md", "### `llm_params`")).toEqual(
      sorted(Object.keys(LLM_PARAMS)),
    );
  });

  test("docs/stats.md has every key of stats", () => {
    const { app_path: _path, model: _model, ...counts } = statsOf("", null, []);
    expect(firstColumn("docs/stats.md", "## `stats`")).toEqual(sorted(Object.keys(counts)));
  });

  test("docs/library.md has every kind of note", () => {
    const kinds: Readonly<Record<NoteKind, true>> = {
      "schema-weakened": true,
      "retry-wait": true,
      fallback: true,
      restart: true,
      skipped: true,
      repair: true,
      degraded: true,
      progress: true,
      resumed: true,
      warning: true,
    };
    expect(firstColumn("docs/library.md", "## Events")).toEqual(sorted(Object.keys(kinds)));
  });

  test("docs/decisions/README.md names every decision", () => {
    const text = readFileSync(join(ROOT, "docs/decisions/README.md"), "utf8");
    const decisions = readdirSync(join(ROOT, "docs/decisions"));
    expect(decisions.filter((file) => file !== "README.md" && !text.includes(file))).toEqual([]);
  });

  test("bench/README.md names every bench", () => {
    const text = readFileSync(join(ROOT, "bench/README.md"), "utf8");
    const benches = [...new Glob("bench/*.ts").scanSync(ROOT)].filter(
      (file) => !/cases|\.d\.ts$/.test(file),
    );
    expect(benches.filter((file) => !text.includes(file))).toEqual([]);
  });

  test("AGENTS.md has every folder of src", () => {
    const named = firstColumn("AGENTS.md", "## The house").flatMap(
      (cell) => /^src\/(\w+)\/$/.exec(cell)?.[1] ?? [],
    );
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(named).toEqual(sorted(folders.map((entry) => entry.name)));
  });
});
