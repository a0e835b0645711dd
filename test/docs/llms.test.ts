import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { llmsText, PLACES } from "../../scripts/docs-llms.ts";
import { ROOT } from "./page.ts";

describe.each([...PLACES])("%s", (place) => {
  const text = readFileSync(join(ROOT, place), "utf8");
  const links = [...text.matchAll(/^- \[[^\]]+\]\(([^)]+)\)(?:: \S.{10,})?$/gm)].map(
    ([, link = ""]) => link,
  );

  test("is what the documents say: npm run docs writes it", () => {
    expect(text).toBe(llmsText(place));
  });

  test("has the form of llmstxt.org, and begins with help agents", () => {
    const [title = "", summary = "", first = ""] = text.split("\n\n");
    expect(title).toBe("# ModuLLM");
    expect(summary).toMatch(/^> \S/);
    expect(first).toContain("`modullm help agents`");
    const headings = text.split("\n").filter((line) => line.startsWith("## "));
    expect(headings).toEqual(["## Documents", "## Examples", "## Optional"]);
    expect(text.match(/^- \[/gm)).toHaveLength(links.length);
  });

  test("leads to every page and every example", () => {
    const paths = links.map((link) => join(ROOT, dirname(place), link));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    const pages = readdirSync(join(ROOT, "docs")).filter(
      (file) => file.endsWith(".md") && file !== "README.md",
    );
    const examples = readdirSync(join(ROOT, "examples")).filter((file) => file.endsWith(".rllm"));
    const wanted = [
      ...pages.map((file) => join(ROOT, "docs", file)),
      ...examples.map((file) => join(ROOT, "examples", file)),
    ];
    expect(wanted.filter((path) => !paths.includes(path))).toEqual([]);
  });
});
