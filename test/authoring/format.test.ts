import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { formatProgram } from "../../src/authoring/format.ts";
import { compileContract } from "../../src/contract/compile.ts";
import { parseYaml } from "../../src/core/yaml.ts";
import { frontmatterSchema } from "../../src/program/frontmatter-schema.ts";
import { FRONTMATTER_KEYS } from "../../src/program/metadata.ts";
import { parseProgram } from "../../src/program/parse.ts";

const ROOT = join(import.meta.dir, "../..");
const EXAMPLES = [...new Bun.Glob("examples/**/*.rllm").scanSync(ROOT)].toSorted();

/** Milliseconds; a hang ends it, a busy machine does not. */
const LONGEST = 300_000;

/** What a run depends on, and what a reader is told. */
function meaning(text: string): unknown {
  const { program, faults } = parseProgram(text);
  if (program === null) return faults.map(({ code }) => code);
  const { source: _, warnings, input, output, blocks, ...rest } = program;
  return JSON.parse(
    JSON.stringify({
      ...rest,
      warnings: warnings.map(({ message }) => message),
      input: input.schema,
      output: output.schema,
      blocks: blocks.map(({ line: __, ...block }) => block),
    }),
  );
}

function check(text: string): string {
  const formatted = formatProgram(text);
  expect(meaning(formatted)).toEqual(meaning(text));
  expect(formatProgram(formatted)).toBe(formatted);
  return formatted;
}

let state = 7;
function random(count: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * count);
}

function one<T>(...items: readonly T[]): T {
  // The list is never empty.
  return items[random(items.length)] as T;
}

const WORDS = [
  "a",
  "yes",
  "1e3",
  "07",
  "x: y",
  "# no",
  " lead",
  "trail ",
  "two\nlines\n",
  "ä",
  '"',
  "'",
];
function value(depth: number): unknown {
  const kind = random(depth > 3 ? 4 : 7);
  if (kind < 2) return one(...WORDS);
  if (kind === 2) return one<unknown>(0, -1.5, 1e21, 12, true, null);
  if (kind === 3) return one("", "{{input.text}}", "long ".repeat(30));
  const items = Array.from({ length: random(4) }, () => value(depth + 1));
  if (kind === 4) return items;
  return Object.fromEntries(items.map((item, at) => [one("k", "a b", "true", "$x") + at, item]));
}

/** A program in one of the many forms that people write. */
function makeProgram(): string {
  const front = stringify(
    {
      name: one("a", "a_b"),
      description: one(...WORDS),
      version: "1.0.0",
      author: "A",
      max_context_window: 1000,
      input_schema: { type: "object", properties: { text: { type: "string" } }, title: "t" },
      output_schema: { type: "object", properties: { out: { type: "string" } } },
      llm: { model: "builtin/baseline" },
      llm_params: one({}, { temperature: 0, stop: ["a"] }),
      metadata: { any: value(0) },
    },
    {
      indent: one(1, 2, 4, 7),
      lineWidth: one(0, 20, 80),
      indentSeq: one(true, false),
      collectionStyle: one("any", "block", "flow"),
      defaultStringType: one("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE"),
    },
  );
  const commented = front.replaceAll(/^(\w+):/gm, (key) =>
    random(4) === 0 ? `${one("", "\n", "\n\n\n")}# about ${key}\n${key}` : key,
  );
  const body = one(
    "Say {{input.text}}",
    "\n\n  Say it.  \n\n\n",
    "A\n<<<SYSTEM>>>\nBe\n",
    "# x\n\ttab \n",
  );
  return `---\n${commented}---\n${body}`;
}

describe("formatting", () => {
  test("leaves every example as it is", () => {
    for (const path of EXAMPLES) {
      const text = readFileSync(join(ROOT, path), "utf8");
      expect(formatProgram(text)).toBe(text);
    }
  });

  test(
    "keeps the meaning of 1,000 programs in as many forms, and does nothing twice",
    () => {
      for (let done = 0; done < 1000;) {
        const text = makeProgram();
        // A comment may have been put into a text of several lines.
        if (parseProgram(text).program === null) continue;
        done++;
        const comments = text.match(/^# about .*$/gm) ?? [];
        const formatted = check(text);
        for (const comment of comments) expect(formatted).toContain(comment);
      }
    },
    LONGEST,
  );

  test("keeps the meaning of every test spec", () => {
    for (const path of new Bun.Glob("test/spec/*.yaml").scanSync(ROOT))
      for (const document of parseAllDocuments(readFileSync(join(ROOT, path), "utf8"))) {
        const cases: unknown = document.toJS();
        for (const each of Array.isArray(cases) ? cases : []) {
          if (typeof each?.text === "string" && each.text.startsWith("---")) tryOn(each.text);
          if (each?.front !== undefined) tryOn(`---\n${stringify(each.front)}---\nSay it.\n`);
        }
      }
    function tryOn(text: string): void {
      try {
        formatProgram(text);
      } catch {
        return;
      }
      check(text);
    }
  });

  test("puts what is at odds into one form", () => {
    const text =
      '---\r\nname:   x\r\ntags: [ a,b ]\r\n\r\n\r\nllm: {model: "p/m"}   # why\r\n---\r\nSay it.\r\n\r\n\r\n';
    expect(formatProgram(text)).toBe(
      '---\r\nname: x\r\ntags: [a, b]\r\n\r\nllm: { model: "p/m" } # why\r\n---\r\nSay it.\r\n',
    );
  });

  test("keeps the digits of numbers", () => {
    const text = "---\nmetadata: { n: 12345678901234567890, f: 1.50, e: 1.5e+3 }\n---\nSay it.\n";
    expect(formatProgram(text)).toBe(text);
  });
});

describe("the schema of a frontmatter", () => {
  const compiled = compileContract(frontmatterSchema());
  if (!compiled.ok) throw new Error(compiled.faults[0].reason);
  const { contract } = compiled;

  test("knows every key", () => {
    expect(Object.keys(contract.schema["properties"] as object)).toEqual([...FRONTMATTER_KEYS]);
  });

  test.each(EXAMPLES)("is met by %s", (path) => {
    const [, front = ""] = readFileSync(join(ROOT, path), "utf8").split(/^---\n/m);
    const parsed = parseYaml(front);
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(contract.check(parsed.value)).toMatchObject({ ok: true });
  });

  test.each([
    { llm: { model: "nothing" } },
    { retries: -1 },
    { uses: [{ name: "a" }] },
    { llm_params: { temprature: 1 } },
    { tests: [{ name: "a" }] },
  ])("is not met by %j", (wrong) => {
    const front = {
      name: "a",
      description: "d",
      version: "1.0.0",
      author: "a",
      max_context_window: 10,
      input_schema: {},
      output_schema: {},
      llm: { model: "a/b" },
      llm_params: {},
    };
    expect(contract.check(front).ok).toBe(true);
    expect(contract.check({ ...front, ...wrong }).ok).toBe(false);
  });
});
