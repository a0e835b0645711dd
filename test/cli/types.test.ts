import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText } from "./command-line.ts";
import { schemaToPython } from "../../src/contract/python-types.ts";

/** Milliseconds; a hang ends it, a busy machine does not. */
const LONGEST = 300_000;

const PROGRAM = programText({
  name: "find order",
  input_schema:
    '{type: object, properties: {id: {type: integer}, "odd key": {type: string}}, required: [id]}',
  output_schema:
    "{type: object, properties: {state: {enum: [open, sent, null]}, lines: {type: array, items: {type: object, properties: {n: {type: number}}}}}, required: [state]}",
});

describe("modullm types", () => {
  test(
    "writes TypeScript that holds callers to the contract",
    async () => {
      const folder = makeFolder({ "a.rllm": PROGRAM });
      expect((await modullm(["types", "a.rllm", "--write"], { folder })).json()).toEqual({
        written: ["a.d.rllm.ts"],
      });
      const text = readFileSync(join(folder, "a.d.rllm.ts"), "utf8");
      expect(text).toContain("export default function findOrder(\n  input: FindOrderInput,");
      writeFileSync(
        join(folder, "modullm.d.ts"),
        'declare module "modullm" { export interface RunOptions { model?: string } }\n',
      );
      const use = (given: string): string =>
        `/// <reference path="./modullm.d.ts" />\nimport find from "./a.rllm";\nconst { state } = await find(${given});\nexport const shown: "open" | "sent" | null = state;\n`;
      writeFileSync(join(folder, "good.ts"), use('{ id: 1, "odd key": "x" }'));
      writeFileSync(join(folder, "bad.ts"), use('{ id: "1" }'));
      const check = (file: string): number | null =>
        spawnSync(
          "node",
          [
            join(import.meta.dir, "../../node_modules/typescript/bin/tsc"),
            "--noEmit",
            "--strict",
            "--allowArbitraryExtensions",
            "--module",
            "nodenext",
            "--target",
            "es2022",
            "--types",
            "",
            file,
          ],
          { cwd: folder },
        ).status;
      writeFileSync(join(folder, "package.json"), '{"type": "module"}');
      expect(check("good.ts")).toBe(0);
      expect(check("bad.ts")).not.toBe(0);
    },
    LONGEST,
  );

  test(
    "writes Python that Python reads",
    async () => {
      const folder = makeFolder({ "a.rllm": PROGRAM });
      const { stdout } = await modullm(["types", "a.rllm", "--lang", "python"], { folder });
      writeFileSync(join(folder, "a_types.py"), stdout);
      const code =
        "import typing, a_types as a; print(sorted(typing.get_type_hints(a.FindOrderOutput)), a.FindOrderInput.__required_keys__)";
      const { stdout: said, stderr } = spawnSync("python3", ["-c", code], { cwd: folder });
      expect(stderr.toString()).toBe("");
      expect(said.toString()).toBe("['lines', 'state'] frozenset({'id'})\n");
    },
    LONGEST,
  );

  test("writes the contracts as JSON", async () => {
    const folder = makeFolder({ "a.rllm": PROGRAM, "b.rllm": programText() });
    const { stdout } = await modullm(["types", "a.rllm", "b.rllm", "--lang", "json"], { folder });
    expect(JSON.parse(stdout)).toMatchObject([{ name: "find order" }, { name: "base" }]);
  });
});

test("types of Python know references, choices and what has no name there", () => {
  const schema = {
    type: "object",
    properties: {
      tree: { $ref: "#" },
      one: { anyOf: [{ type: "string" }, { type: "array", items: { type: "integer" } }] },
      class: { const: true },
      any: {},
      map: { type: "object", additionalProperties: { type: "number" } },
    },
    required: ["one"],
  };
  const { type, declarations } = schemaToPython(schema, "Root");
  expect(type).toBe("Root");
  expect(declarations.at(-1)).toContain('"one": str | list[int]');
  expect(declarations.at(-1)).toContain('"class": NotRequired[Literal[True]]');
  expect(declarations.at(-1)).toContain('"map": NotRequired[dict[str, float]]');
});

describe("modullm/register", () => {
  const REGISTER = join(import.meta.dir, "../../dist/lib/register.js");
  const APP = `import ask from "./a.rllm";\nconsole.log(JSON.stringify(await ask({ text: "Hello there." }, { model: "builtin/baseline" })));\n`;

  test.each([
    ["node", ["--import", REGISTER, "app.mjs"]],
    [process.execPath, ["--preload", REGISTER, "app.mjs"]],
  ])(
    "makes a program a function for %s",
    (runtime, args) => {
      if (!existsSync(REGISTER)) throw new Error("there is no dist/lib: run npm run build first");
      const folder = makeFolder({ "a.rllm": programText(), "app.mjs": APP });
      const { stdout } = spawnSync(runtime, args, {
        cwd: folder,
        env: { PATH: process.env["PATH"], HOME: folder },
      });
      expect(JSON.parse(stdout.toString())).toHaveProperty("out");
    },
    LONGEST,
  );
});
