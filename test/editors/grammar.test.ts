import { beforeAll, describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";
import { parseBody } from "../../src/program/body.ts";
import { FRONTMATTER_KEYS } from "../../src/program/metadata.ts";
import { parseFrontmatter } from "../../src/program/frontmatter.ts";
import { createSource } from "../../src/program/source.ts";
import { parseTemplate } from "../../src/program/template.ts";

const ROOT = join(import.meta.dir, "../..");
const GRAMMAR = join(ROOT, "editors/vscode/syntaxes/rllm.tmLanguage.json");
const WASM = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");

interface Token {
  readonly line: number;
  readonly text: string;
  readonly scopes: readonly string[];
}

let grammar: IGrammar;

beforeAll(async () => {
  await loadWASM(new Uint8Array(readFileSync(WASM)).buffer);
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    async loadGrammar(scope) {
      // Python and JavaScript are the editor's own.
      return scope === "source.rllm"
        ? parseRawGrammar(readFileSync(GRAMMAR, "utf8"), GRAMMAR)
        : null;
    },
  });
  const loaded = await registry.loadGrammar("source.rllm");
  if (loaded === null) throw new Error("the grammar can't be loaded");
  grammar = loaded;
});

function tokensOf(text: string): Token[] {
  let stack = INITIAL;
  return text.split("\n").flatMap((source, line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(source, stack);
    stack = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => {
      return { line, text: source.slice(startIndex, endIndex), scopes };
    });
  });
}

/** The texts that have a scope, in order. */
function scoped(tokens: readonly Token[], scope: string): string[] {
  return tokens.filter(({ scopes }) => scopes.includes(scope)).map(({ text }) => text);
}

/** The lines that have a scope, without blank ones. */
function linesWith(tokens: readonly Token[], scope: string): string[] {
  const lines: string[] = [];
  for (const { line, text, scopes } of tokens)
    if (scopes.includes(scope)) lines[line] = (lines[line] ?? "") + text;
  return lines.filter((line) => line.trim() !== "");
}

const examples = [...new Glob("examples/**/*.rllm").scanSync(ROOT)].toSorted();

describe("the TextMate grammar", () => {
  test("there are examples", () => expect(examples.length).toBeGreaterThan(20));

  test.each(examples)("colours %s as the parser reads it", (file) => {
    const source = createSource(readFileSync(join(ROOT, file), "utf8"), file);
    const front = parseFrontmatter(source);
    const body = parseBody(source, front.bodyOffset);
    const tokens = tokensOf(source.text);
    const keys = scoped(tokens, "support.type.property-name.rllm");
    const known = Object.keys(front.values).filter((key) => FRONTMATTER_KEYS.includes(key));
    for (const key of known) expect(keys).toContain(key);
    expect(scoped(tokens, "punctuation.definition.frontmatter.begin.rllm")).toEqual(["---"]);
    expect(scoped(tokens, "punctuation.definition.frontmatter.end.rllm")).toEqual(["---"]);
    expect(scoped(tokens, "keyword.control.when.rllm")).toEqual(
      body.blocks.map(({ when }) => when),
    );
    const code = linesWith(tokens, "meta.embedded.block.python");
    const script = linesWith(tokens, "meta.embedded.block.javascript");
    const lines = (language: string): string[] =>
      body.blocks.filter((block) => block.language === language).flatMap(linesOf);
    expect(code).toEqual(lines("python"));
    expect(script).toEqual(lines("js"));
    const templates = [body.prompt, body.system, body.recovery].flatMap((section) =>
      parseTemplate(section?.text ?? "").parts.filter((part) => typeof part !== "string"),
    );
    const bodyLine = source.text.slice(0, front.bodyOffset).split("\n").length - 1;
    const roots = tokens.filter(
      ({ line, scopes }) => line >= bodyLine && scopes.includes("variable.language.root.rllm"),
    );
    expect(roots.length).toBe(templates.length);
    const odd = tokens.filter(
      ({ line, scopes, text }) =>
        line >= bodyLine && text !== "" && scopes.includes("meta.frontmatter.rllm"),
    );
    expect(odd).toEqual([]);
  });

  test("tells values of the frontmatter apart", () => {
    const tokens = tokensOf(`---
name: a_name # why
retries: 2
uses:
  - name: one
    path: ./one.rllm
    with: { text: "so: {{input.text}}", on: true, off: null }
system: |
  # no comment, and key: no key
  {{input.text}}
tags: [a, "b"]
---
# A heading with {{input.text}}
`);
    expect(scoped(tokens, "comment.line.number-sign.rllm").map((text) => text.trim())).toEqual([
      "# why",
    ]);
    expect(scoped(tokens, "constant.numeric.rllm")).toEqual(["2"]);
    expect(scoped(tokens, "constant.language.boolean.rllm")).toEqual(["true"]);
    expect(scoped(tokens, "constant.language.null.rllm")).toEqual(["null"]);
    expect(scoped(tokens, "variable.language.root.rllm")).toEqual(["input", "input", "input"]);
    expect(scoped(tokens, "string.unquoted.plain.rllm")).toEqual([
      "a_name",
      "one",
      "./one.rllm",
      "a",
    ]);
    const block = scoped(tokens, "string.unquoted.block.rllm").join("");
    expect(block).toContain("# no comment, and key: no key");
    expect(scoped(tokens, "entity.name.tag.rllm")).not.toContain("and key");
    expect(scoped(tokens, "markup.heading.rllm").join("")).toBe("# A heading with {{input.text}}");
  });

  test("every key of a frontmatter is one", () => {
    const text = FRONTMATTER_KEYS.map((key) => `${key}: x`).join("\n");
    const keys = scoped(tokensOf(`---\n${text}\n---\n`), "support.type.property-name.rllm");
    expect(keys).toEqual([...FRONTMATTER_KEYS]);
  });
});

function linesOf({ code }: { readonly code: string }): string[] {
  return code.split("\n").filter((line) => line.trim() !== "");
}
