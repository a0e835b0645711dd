import { beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/core/json.ts";
import { load, type Loaded, ModullmError, open, run, validate } from "../../src/index.ts";
import {
  makeFolder,
  modullm as commandLine,
  programText,
  serveModel,
  worldOf,
} from "../cli/command-line.ts";

const ROOT = join(import.meta.dir, "../..");
const LIBRARY = join(ROOT, "dist/lib/index.js");
const SUMMARY = join(ROOT, "examples/summary.rllm");

beforeAll(() => {
  if (!existsSync(LIBRARY)) throw new Error("there is no dist/lib: run npm run build first");
});

test("the library uses nothing that came after Node 20", () => {
  const newer = /Promise\.(?:withResolvers|try)|(?:Map|Object)\.groupBy|Array\.fromAsync/g;
  const files = globSync("dist/lib/**/*.js", { cwd: ROOT });
  expect(files.length).toBeGreaterThan(10);
  const used = files.flatMap((file) => readFileSync(join(ROOT, file), "utf8").match(newer) ?? []);
  expect(used).toEqual([]);
});

describe("the library", () => {
  test("runs a program with the types its author gives", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serveModel(['{"out": "ok"}']);
    const events: string[] = [];
    const program: Loaded<{ text: string }, { out: string }> = await load(join(folder, "a.rllm"));
    const { out } = await run(
      program,
      { text: "hi" },
      {
        env: { ...worldOf(folder), ...server.env },
        cwd: folder,
        onEvent: (event) => events.push(event.type),
      },
    );
    server.stop();
    expect(out.toUpperCase()).toBe("OK");
    expect(events[0]).toBe("run-start");
  });

  test("opened once, it serves many runs at the same time and records them", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serveModel(['{"out": "ok"}']);
    const modullm = await open({ env: { ...worldOf(folder), ...server.env }, cwd: folder });
    const outputs = await Promise.all(
      Array.from({ length: 20 }, () => modullm.run("a.rllm", { text: "hi" })),
    );
    await modullm.close();
    server.stop();
    expect(outputs).toEqual(Array.from({ length: 20 }, () => ({ out: "ok" })));
  });

  test("records runs with tags and events, and says when they are on disk", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const server = serveModel(['{"out": "ok"}']);
    const env = { ...worldOf(folder), ...server.env };
    const modullm = await open({ env, cwd: folder });
    await modullm.run("a.rllm", { text: "unmistakable" }, { tags: { team: "blue" }, keep: true });
    await modullm.flushed();
    // Another process sees it while this one goes on.
    const words = ["runs", "list", "--tag", "team=blue", "--text", "unmistakable", "--json"];
    expect((await commandLine(words, { folder })).json()).toMatchObject([{ name: "base" }]);
    await modullm.close();
    server.stop();
  });

  test("parses a program from text", async () => {
    const folder = makeFolder();
    const server = serveModel(['{"out": "ok"}']);
    const modullm = await open({ env: { ...worldOf(folder), ...server.env }, cwd: folder });
    expect(await modullm.run(await modullm.parse(programText()), { text: "hi" })).toEqual({
      out: "ok",
    });
    await modullm.close();
    server.stop();
  });

  test("opens sandboxes: variables stay, and what is granted can be called", async () => {
    const folder = makeFolder();
    const modullm = await open({
      env: { ...worldOf(folder), PATH: process.env["PATH"] },
      cwd: folder,
    });
    const functions = {
      page: async ([number]: readonly Json[]) =>
        await Promise.resolve(`page ${JSON.stringify(number)}`),
    };
    for (const [language, first, second] of [
      ["python", "pages = [page(i) for i in range(count)]", "result = pages"],
      [
        "js",
        "var pages = []; for (let i = 0; i < count; i++) pages.push(page(i));",
        "result = pages",
      ],
    ] as const) {
      const session = await modullm.openSandbox(language, { functions });
      expect(await session.run(first, { count: 2 })).toMatchObject({ ok: true, value: null });
      expect(await session.run(second, {})).toMatchObject({
        ok: true,
        value: ["page 0", "page 1"],
      });
      await session.close();
    }
    await modullm.close();
  });

  test("throws errors that are told apart by code", async () => {
    const error: unknown = await validate("/none.rllm").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModullmError);
    expect((error as ModullmError).code).toBe("RLLM_001");
  });
});

describe("the built library", () => {
  const folder = makeFolder({
    "use.mjs": `
      import { load, ModullmError, open, run, validate, VERSION } from ${JSON.stringify(LIBRARY)};
      const warnings = [];
      const env = ${JSON.stringify({ ...worldOf("@D"), HOME: "@D" })};
      const program = await load(${JSON.stringify(SUMMARY)});
      const output = await run(program, { text: "Ships carry boxes. Boxes are made of steel. Steel is heavy." }, { env, warn: (message) => warnings.push(message) });
      const error = await validate("none.rllm").catch((thrown) => thrown);
      const modullm = await open({ env: { ...env, PATH: process.env.PATH } });
      const values = [];
      for (const language of ["python", "js"]) {
        const session = await modullm.openSandbox(language);
        const outcome = await session.run("result = number + 1", { number: 1 });
        values.push(outcome.ok ? outcome.value : outcome.failure.reason);
        await session.close();
      }
      await modullm.close();
      console.log(JSON.stringify({ values, VERSION, keys: Object.keys(output), code: error instanceof ModullmError && error.code, warnings: warnings.length }));
    `,
  });

  test.each([["node"], [process.execPath]])("runs under %s", (runtime) => {
    const home = makeFolder();
    const script = join(folder, "run.mjs");
    writeFileSync(
      script,
      require("node:fs").readFileSync(join(folder, "use.mjs"), "utf8").replaceAll("@D", home),
    );
    const { stdout, stderr, status } = spawnSync(runtime, [script], {
      encoding: "utf8",
      cwd: home,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const told = JSON.parse(stdout) as {
      VERSION: string;
      keys: string[];
      code: string;
      warnings: number;
    };
    expect(told).toMatchObject({
      values: [2, 2],
      VERSION: "0.1.0",
      keys: ["title", "summary", "key_points"],
      code: "RLLM_001",
    });
  });

  test("is typed", () => {
    const consumer = makeFolder({
      "use.ts": `
        import { run, type Loaded } from ${JSON.stringify(join(ROOT, "dist/lib/src/index.d.ts").replace(/\.d\.ts$/, ".ts"))};
        export async function use(program: Loaded<{ text: string }, { out: string }>): Promise<string> {
          const { out } = await run(program, { text: "hi" });
          return out;
        }
      `,
    });
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const args = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "preserve",
      "--target",
      "esnext",
      "--allowImportingTsExtensions",
      "--types",
      "node",
      "--typeRoots",
      join(ROOT, "node_modules/@types"),
      "use.ts",
    ];
    const { stdout, status } = spawnSync("node", [compiler, ...args], {
      cwd: consumer,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});
