import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isObject } from "../../../src/core/json.ts";
import { createBlockLinter } from "../../../src/sandbox/lint/linter.ts";
import { type BlockFinding } from "../../../src/sandbox/lint/findings.ts";
import { sandboxesHere } from "../here.ts";
import { blockText, isWithin, programWith, pythonsHere } from "./subject.ts";

interface Case {
  readonly name: string;
  readonly code: string;
  readonly when?: "pre" | "post";
  readonly options?: string;
  readonly since?: string;
  readonly until?: string;
  /** False where the column differs from version to version. */
  readonly columns?: boolean;
  readonly finds?: readonly string[];
  readonly gives?: readonly string[] | null;
}

const FOUND: readonly Case[] = parse(readFileSync(join(import.meta.dir, "findings.yaml"), "utf8"));
const CLEAN: readonly Case[] = parse(readFileSync(join(import.meta.dir, "clean.yaml"), "utf8"));

/** What the reasonable blocks are given when they run. */
const CONTEXT = {
  input: {
    text: "Pay 30 now, please",
    lang: "en",
    items: [
      { name: "pen", price: 1.5 },
      { name: "ink", price: 7 },
    ],
  },
  uses: { facts: { facts: ["it rains"] } },
  output: { out: " done ", score: 2 },
};

for (const { version, path } of pythonsHere()) {
  describe(`lint of blocks by Python ${version}`, () => {
    const sandboxes = sandboxesHere({ python: path });
    const { signal } = new AbortController();
    const linter = createBlockLinter(sandboxes, { signal, permit() {} });
    afterAll(async () => {
      await linter.close();
      await sandboxes.close();
    });

    for (const one of [...FOUND, ...CLEAN].filter((each) => isWithin(version, each))) {
      test(one.name, async () => {
        const program = programWith(blockText(one.code, one));
        const [lint] = await linter.lint(program);
        const [block] = program.blocks;
        expect(program.source.text.split("\n")[(block?.line ?? 0) - 1]).toBe(
          one.code.split("\n")[0] ?? "",
        );
        const said = (lint?.findings ?? []).map((finding) =>
          shown(finding, (block?.line ?? 0) - 1, one),
        );
        const wanted = (one.finds ?? []).map((text) =>
          one.columns === false ? text.replace(/:\d+/, "") : text,
        );
        expect(said.map((text, index) => text.slice(0, wanted[index]?.length))).toEqual(wanted);
        if (one.gives !== undefined) expect(lint?.gives).toEqual(one.gives);
      });
    }

    for (const one of CLEAN.filter((each) => isWithin(version, each))) {
      test(`${one.name}, and it runs`, async () => {
        const { output, ...before } = CONTEXT;
        const context = one.when === "post" ? { ...before, output } : before;
        const source = { file: "block", line: 1 };
        const block = {
          language: "python",
          code: one.code,
          values: { context },
          source,
          trusted: false,
          limits: {},
          permit() {},
        } as const;
        const outcome = await sandboxes.run(block, signal);
        expect(outcome).toMatchObject({ ok: true });
        const given = outcome.ok && isObject(outcome.value) ? Object.keys(outcome.value) : [];
        expect(given.filter((name) => one.gives && !one.gives.includes(name))).toEqual([]);
      });
    }
  });
}

function shown(finding: BlockFinding, before: number, { columns }: Case): string {
  const { severity, exception, line, column, message } = finding;
  const place = `${line - before}${columns === false ? "" : `:${column}`}`;
  return `${severity} ${place} ${exception === null ? "" : `${exception}: `}${message}`;
}
