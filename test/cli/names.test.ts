import { expect, test } from "bun:test";
import { load, open, run, validate } from "../../src/index.ts";
import { makeFolder, modullm, programText, serveModel, worldOf } from "./command-line.ts";

const BASELINE = { llm: "{model: builtin/baseline}" };
const FILES = {
  "library/extract/facts.rllm": programText({ ...BASELINE, name: "facts" }),
  "library/extract/facts@2.0.0.rllm": programText({ ...BASELINE, name: "facts", version: "2.0.0" }),
};

test("run, validate, inspect, exectime and stats take a program by name", async () => {
  const folder = makeFolder(FILES);
  const at = `${folder}/library/extract/facts.rllm`;
  expect(await modullm(["run", "extract/facts", "--text", "One fact."], { folder })).toMatchObject({
    exit: 0,
  });
  for (const command of ["validate", "inspect"])
    expect((await modullm([command, "extract/facts"], { folder })).json()).toMatchObject({
      path: at,
      name: "facts",
    });
  expect((await modullm(["stats", "extract/facts"], { folder })).json()).toMatchObject({
    app_path: at,
    total_runs: 1,
  });
  expect((await modullm(["exectime", "extract/facts"], { folder })).json()).toMatchObject({
    app_path: at,
  });
  expect((await modullm(["validate", "extract/facts@^2"], { folder })).json()).toMatchObject({
    version: "2.0.0",
  });
});

test("a file of the working folder wins over a name in the library", async () => {
  const folder = makeFolder({ ...FILES, "extract/facts": programText({ name: "here" }) });
  expect((await modullm(["validate", "extract/facts"], { folder })).json()).toMatchObject({
    name: "here",
  });
});

test("MODULLM_PATH wins over config.yaml, and that over the project's library", async () => {
  const folder = makeFolder({
    "library/p.rllm": programText({ name: "project" }),
    "mine/p.rllm": programText({ name: "configured" }),
    "config/modullm/config.yaml": "library: [../../mine]\n",
    "given/p.rllm": programText({ name: "given" }),
  });
  const name = async (args: string[], env: Record<string, string> = {}) =>
    ((await modullm(["validate", "p", ...args], { folder, env })).json() as { name: string }).name;
  expect(await name([], { MODULLM_PATH: "given" })).toBe("given");
  expect(await name([])).toBe("configured");
  expect(await name(["--no-config-autoload"])).toBe("project");
});

test("what is not found says what is near; validate goes on with the other files", async () => {
  const folder = makeFolder({
    ...FILES,
    "a.rllm": programText({ uses: "[{name: f, path: extract/fact}]" }),
  });
  const missing = await modullm(["run", "extract/fact"], { folder });
  expect(missing.exit).toBe(1);
  expect(missing.json()).toMatchObject({
    error_code: "RLLM_008",
    details: { near: ["extract/facts"] },
  });
  expect(
    (await modullm(["validate", "a.rllm", "extract/facts", "nope"], { folder })).json(),
  ).toMatchObject([
    {
      ok: false,
      error_code: "RLLM_008",
      details: { near: ["extract/facts"], chain: [{ name: "f" }] },
    },
    { ok: true, name: "facts" },
    { ok: false, path: "nope", error_code: "RLLM_008" },
  ]);
});

test("a program's uses find names, and the run says where they lie", async () => {
  const server = serveModel(['{"out": "ok"}']);
  const folder = makeFolder({
    "deep/a.rllm": programText({ uses: "[{name: f, path: extract/facts, with: {text: x}}]" }),
    ...FILES,
  });
  const { exit, stdout } = await modullm(["run", "deep/a.rllm"], { folder, env: server.env });
  server.stop();
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n' });
});

test("the library in TypeScript takes names too", async () => {
  const folder = makeFolder(FILES);
  const options = { cwd: folder, env: worldOf(folder) };
  const opened = await open(options);
  expect((await opened.load("extract/facts@>=1")).program.version).toBe("2.0.0");
  expect((await opened.validate("extract/facts")).path).toBe(
    `${folder}/library/extract/facts.rllm`,
  );
  const parsed = await opened.parse(programText({ uses: "[{name: f, path: extract/facts}]" }));
  expect(parsed.uses[0]?.child.program.name).toBe("facts");
  await opened.close();
  expect(await run("extract/facts", { text: "One fact." }, options)).toMatchObject({
    out: expect.any(String),
  });
  expect((await load(`${folder}/library/extract/facts.rllm`)).program.name).toBe("facts");
  const { name } = await validate("extract/facts", { library: [`${folder}/library`] });
  expect(name).toBe("facts");
});
