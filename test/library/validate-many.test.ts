import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createValidator, validateProgram } from "../../src/library/validate.ts";
import type { LoadedProgram } from "../../src/library/load.ts";
import { createVisit } from "../../src/library/visit.ts";
import { modullm } from "../cli/command-line.ts";

/** A chain of programs, each of which uses the next; the last one's text may be bad. */
function chainOf(length: number, last = "Hi {{input.text}}"): readonly string[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "many-")));
  return Array.from({ length }, (_, n) => {
    const path = join(folder, `p${n}.rllm`);
    const isLast = n === length - 1;
    const uses = `uses: [{ name: c, path: ./p${n + 1}.rllm, with: { text: "{{input.text}}" } }]\n`;
    writeFileSync(path, programOf(`p${n}`, isLast ? last : "{{input.text}}", isLast ? "" : uses));
    return path;
  });
}

function programOf(name: string, body: string, uses = ""): string {
  return `---
name: ${name}
description: d
version: 0.1.0
author: a
max_context_window: 1000
input_schema: { type: object, properties: { text: { type: string } }, required: [text] }
output_schema: { type: object }
llm: { model: local/test }
llm_params: {}
${uses}---
${body}
`;
}

describe("createValidator()", () => {
  test("reads what several programs use once", async () => {
    const paths = chainOf(30);
    const read = new Map<string, number>();
    const { readProgram } = await import("../../src/library/read.ts");
    const validator = createValidator({
      read: async (path) => {
        read.set(path, (read.get(path) ?? 0) + 1);
        return await readProgram(path);
      },
    });
    for (const path of paths) await validator.validate(path);
    expect([...read.values()]).toEqual(paths.map(() => 1));
  });

  test("tells of a program that is set apart with itself alone, of others as validateProgram()", async () => {
    const paths = chainOf(3, "Hi {{input.txt}}");
    const [root = "", middle = "", last = ""] = paths;
    const alone = await validateProgram(root);
    expect([alone.edges.length, alone.warnings.length]).toEqual([2, 1]);
    const shared = createValidator();
    expect(await shared.validate(root)).toEqual(alone);
    expect(await shared.validate(middle)).toEqual(await validateProgram(middle));
    const apart = createValidator({}, new Set(paths));
    const results = [];
    for (const path of [root, middle, last]) results.push(await apart.validate(path));
    expect(results.map(({ edges, warnings }) => [edges.length, warnings.length])).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  test("refuses again what was refused, with the chain from each", async () => {
    const [root = "", middle = "", last = ""] = chainOf(3, "");
    const validator = createValidator();
    for (const [path, chain] of [
      [root, [middle, last]],
      [middle, [last]],
      [last, []],
    ] as const) {
      const error = await validator.validate(path).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "RLLM_001" });
      const { details } = error as { details: { chain?: readonly { path: string }[] } };
      expect((details.chain ?? []).map((step) => step.path)).toEqual([...chain]);
    }
  });
});

test("createVisit() looks at each program once, and throws again what was thrown", async () => {
  const leaf = { path: "leaf", uses: [], tools: [] } as unknown as LoadedProgram;
  const root = { path: "root", uses: [{ entry: { name: "l" }, child: leaf }], tools: [] };
  const seen: string[] = [];
  const visit = createVisit(({ path }) => {
    seen.push(path);
    if (path === "leaf") throw new Error("no");
  });
  const roots = [root, root] as unknown as LoadedProgram[];
  for (const each of roots) expect(await visit(each).catch(String)).toContain("no");
  expect(seen).toEqual(["root", "leaf"]);
});

describe("modullm validate FOLDER", () => {
  test("takes every program below, and gives a list", async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "many-")));
    for (const sub of ["b", ".hidden", "node_modules"]) mkdirSync(join(folder, sub));
    for (const file of ["a.rllm", "b/c.rllm", ".hidden/d.rllm", "node_modules/e.rllm", "f.txt"])
      writeFileSync(join(folder, file), programOf("x", "{{input.text}}"));
    const { exit, json } = await modullm(["validate", "."], { folder });
    expect([exit, json()]).toMatchObject([
      0,
      [
        { ok: true, path: join(folder, "a.rllm") },
        { ok: true, path: join(folder, "b/c.rllm") },
      ],
    ]);
    const both = await modullm(["validate", "b", "none.rllm"], { folder });
    expect([both.exit, both.json()]).toMatchObject([
      1,
      [{ path: join(folder, "b/c.rllm") }, { ok: false, error_code: "RLLM_001" }],
    ]);
    const empty = await modullm(["validate", ".hidden/.."], { folder: join(folder, "b") });
    expect(empty.exit).toBe(0);
    mkdirSync(join(folder, "empty"));
    expect((await modullm(["validate", "empty"], { folder })).json()).toMatchObject({
      error_code: "RLLM_001",
      message: `Cannot find a program in "${join(folder, "empty")}": it holds no .rllm file`,
    });
  });
});
