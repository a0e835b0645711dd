import { describe, expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";
import { type Page, readPages } from "./page.ts";

const PAGES = readPages();

/**
 * Every address outside the project that a page sends its reader to. A new one is a decision: will
 * it stay?
 */
const EXTERNAL: readonly string[] = [
  "https://ai.google.dev/gemini-api/docs/structured-output",
  "https://developers.openai.com/api/docs/guides/structured-outputs",
  "https://docs.ollama.com/",
  "https://github.com/ggml-org/llama.cpp",
  "https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md",
  "https://github.com/json-schema-org/JSON-Schema-Test-Suite",
  "https://github.com/ollama/ollama/issues/14645",
  "https://github.com/unjs/changelogen",
  "https://google.github.io/dotprompt/",
  "https://mermaid.js.org/",
  "https://node-llama-cpp.withcat.ai/",
  "https://ollama.com/download",
  "https://platform.claude.com/docs/en/build-with-claude/structured-outputs",
];

describe("links between the pages", () => {
  test("docs/README.md has every page of docs/", () => {
    const listed = new Set(targets(PAGES.find(({ path }) => path === "docs/README.md")));
    const pages = PAGES.map(({ path }) => path).filter(
      (path) => /^docs\/[^/]+$/.test(path) && path !== "docs/README.md",
    );
    expect(pages.filter((path) => !listed.has(path))).toEqual([]);
  });

  test("lead from README.md to every page", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached)
      for (const target of targets(PAGES.find((page) => page.path === path))) reached.add(target);
    expect(PAGES.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});

test("links out of the project are those that are known, over https and well-formed", () => {
  const links = new Set(
    PAGES.flatMap((page) => page.links).filter((link) => /^[a-z]+:/i.test(link)),
  );
  expect([...links].toSorted()).toEqual([...EXTERNAL]);
  for (const link of links) {
    const { protocol, username, password, href } = new URL(link);
    expect([protocol, username + password, href]).toEqual(["https:", "", link]);
  }
});

/** The pages that a page links to. */
function targets(page: Page | undefined): string[] {
  if (page === undefined) return [];
  return page.links
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => normalize(join(dirname(page.path), link.split("#")[0] ?? "")));
}
