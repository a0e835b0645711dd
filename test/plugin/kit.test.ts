import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { writeJson } from "../../src/core/json.ts";
import { type Exchange, type Message, Wire } from "../../src/plugin/conformance/wire.ts";

const ROOT = join(import.meta.dir, "../..");
const ENV = {
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "",
  PYTHONDONTWRITEBYTECODE: "1",
};
const KITS = [
  ["TypeScript", [process.execPath, join(import.meta.dir, "kit-plugin.ts")]],
  ["Python", ["python3", join(import.meta.dir, "kit_plugin.py")]],
] as const;

const wires: Wire[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.kill()));
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "modullm-kit-"));
  folders.push(folder);
  return folder;
}

describe.each(KITS)("a plugin made with the %s kit", (_, [command, ...args]) => {
  const folder = newFolder();

  async function open(
    settings: object = {},
    version = 1,
  ): Promise<{ wire: Wire; answer: Message }> {
    const wire = new Wire({ command, args, env: ENV, cwd: ROOT }, { patience: 10_000 });
    wires.push(wire);
    const host = { name: "test", version: "1" };
    const answer = await wire.ask("initialize", {
      protocol_version: version,
      host,
      settings,
      data_folder: folder,
    });
    return { wire, answer };
  }

  function begin(wire: Wire, content: string, schema: object | null = null): Exchange {
    const messages = [{ role: "user", content }];
    return wire.open("chat", {
      model: "m",
      messages,
      params: { any: 1 },
      schema,
      stream: true,
    });
  }

  const partsOf = ({ notes }: Exchange): unknown[] => notes.map(({ params }) => params["part"]);
  const logOf = (wire: Wire): string => Buffer.concat(wire.log).toString("utf8");

  test("says who it is and what it provides", async () => {
    const { answer } = await open();
    const { provides, ...rest } = answer["result"] as { provides: string[] };
    expect(rest).toEqual({ protocol_version: 1, name: "kit", version: "2.0.0" } as object);
    expect(provides.toSorted()).toEqual(["chat", "embed", "models/list", "models/pull"]);
  });

  test("refuses settings in start, and can be asked again", async () => {
    const { wire, answer } = await open({ key: "wrong" });
    expect(answer["error"]).toEqual({ code: -32_002, message: "the key is refused" });
    const host = { name: "test", version: "1" };
    const again = await wire.ask("initialize", {
      protocol_version: 1,
      host,
      settings: {},
      data_folder: folder,
    });
    expect(again["error"]).toBeUndefined();
  });

  test("gives its functions the settings", async () => {
    const { wire } = await open({ model: "large" });
    expect((await wire.ask("models/list", {}))["result"]).toEqual({
      models: [{ name: "large", window: 10 }],
    });
  });

  test("keeps what it prints out of the protocol", async () => {
    const { wire } = await open();
    const exchange = begin(wire, "print");
    await wire.answer(exchange);
    expect(partsOf(exchange)).toEqual([{ type: "text", text: "said" }]);
    await wire.until(() => logOf(wire).includes("standard output"), "it printed nothing");
    expect(logOf(wire)).toBe("printed to the console\nprinted to standard output\n");
    expect(wire.strays).toEqual([]);
  });

  test("sends every kind of part, no empty text, and what the chat returns", async () => {
    const { wire } = await open();
    const exchange = begin(wire, "parts");
    expect((await wire.answer(exchange))["result"]).toEqual({
      reason: "length",
      usage: { prompt_tokens: 1, completion_tokens: 2 },
      served: "m-1",
    });
    expect(partsOf(exchange)).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "alive" },
      { type: "text", text: "a" },
      { type: "note", message: "n" },
    ]);
  });

  test("keeps the digits of whole numbers, in and out, and takes no text for one", async () => {
    const { wire } = await open();
    const schema = {
      const: 9_007_199_254_740_993n,
      enum: [-9_007_199_254_740_993n, 9_007_199_254_740_991, 0.1],
      default: "9007199254740993",
      description: 'a "9007199254740993\\" of 12345678901234567890',
      maximum: 10n ** 40n,
    };
    const exchange = begin(wire, "digits", schema);
    await wire.answer(exchange);
    expect(partsOf(exchange)).toEqual([{ type: "text", text: writeJson(schema) }]);
  });

  test("answers a cancelled chat whose function does not listen", async () => {
    const { wire } = await open();
    const exchange = begin(wire, "deaf");
    wire.send({ method: "cancel", params: { id: exchange.id } });
    expect((await wire.answer(exchange, 1000))["error"]).toMatchObject({ code: -32_000 });
  });

  test("reads a cancellation while a chat sends parts without a pause, and sends none after it", async () => {
    const { wire } = await open();
    const exchange = begin(wire, "spin");
    await wire.until(() => exchange.notes.length > 100, "it sent no parts");
    wire.send({ method: "cancel", params: { id: exchange.id } });
    expect((await wire.answer(exchange, 5000))["error"]).toMatchObject({ code: -32_000 });
    expect((await wire.ask("health", {}))["result"]).toEqual({ ok: false, message: "tired" });
    await wire.rest();
    expect(wire.strays).toEqual([]);
  });

  test("lets a chat that listens put things away", async () => {
    const { wire } = await open();
    const exchange = begin(wire, "heeds");
    await wire.rest();
    wire.send({ method: "cancel", params: { id: exchange.id } });
    await wire.answer(exchange);
    await wire.rest();
    expect(existsSync(join(folder, "heard"))).toBe(true);
  });

  test("tells errors by their code, with their data, and those that were not meant by -32603 and its log", async () => {
    const { wire } = await open();
    expect((await wire.answer(begin(wire, "refuse")))["error"]).toEqual({
      code: -32_003,
      message: "try later",
      data: { retry_after_ms: 5 },
    });
    expect(logOf(wire)).toBe("");
    expect((await wire.answer(begin(wire, "break")))["error"]).toEqual({
      code: -32_603,
      message: "a bug",
    });
    await wire.until(() => logOf(wire).includes("TypeError"), "the log does not tell it");
  });

  test("sends 20 MB of parts, all of them and in order", async () => {
    const { wire } = await open();
    const exchange = begin(wire, "much");
    await wire.answer(exchange);
    expect(exchange.notes).toHaveLength(200);
    expect(wire.strays).toEqual([]);
  });

  test("tells how far a pull is, and how many tokens vectors took", async () => {
    const { wire } = await open();
    const pull = wire.open("models/pull", { model: "m" });
    expect((await wire.answer(pull))["result"]).toEqual({});
    expect(
      pull.notes.map(({ method, params }) => [method, params["message"], params["total"]]),
    ).toEqual([
      ["progress", "getting m", 2],
      ["progress", "done", 2],
    ]);
    const { result } = await wire.ask("embed", { model: "m", texts: ["a", "b"] });
    expect(result).toEqual({
      vectors: [
        [1, 2],
        [1, 2],
      ],
      usage: { prompt_tokens: 2 },
    });
  });

  test("scores documents, and says so from version 2 on", async () => {
    const { wire, answer } = await open();
    expect(answer["result"]).not.toMatchObject({ provides: expect.arrayContaining(["rerank"]) });
    const asked = { model: "m", query: "ab", documents: ["a", "", "abcd"] };
    expect((await wire.ask("rerank", asked))["result"]).toEqual({
      scores: [-1, -2, 2],
      usage: null,
    });
    const wrong = await wire.ask("rerank", { ...asked, documents: [1] });
    expect(wrong["error"]).toMatchObject({ code: -32_602 });
    const newer = await open({}, 2);
    const { provides } = newer.answer["result"] as { provides: readonly string[] };
    expect(provides).toContain("rerank");
  });

  test("runs stop when standard input is closed while a chat does not listen", async () => {
    const { wire } = await open();
    begin(wire, "deaf");
    wire.endInput();
    expect(await wire.ended).toMatchObject({ clean: true });
    expect(existsSync(join(folder, "stopped"))).toBe(true);
  });
});

test("the TypeScript kit runs on Node as it is published", async () => {
  const folder = newFolder();
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const built = Bun.spawnSync([
    "node",
    tsc,
    "-p",
    join(ROOT, "plugins/sdk"),
    "--outDir",
    join(folder, "sdk"),
  ]);
  expect(built.stdout.toString()).toBe("");
  await Bun.write(join(folder, "package.json"), '{"type":"module"}');
  await Bun.write(
    join(folder, "parrot.js"),
    `import { serve } from "./sdk/serve.js";
     serve({ name: "parrot", version: "1", models: [{ name: "grey", window: null }], async *chat({ messages }) {
       console.log("thinking"); yield messages.at(-1).content; } });`,
  );
  const { testPlugin } = await import("../../src/plugin/conformance/suite.ts");
  const report = await testPlugin({ command: "node", args: ["parrot.js"], env: ENV, cwd: folder });
  expect(report.checks.filter(({ status }) => status === "failed")).toEqual([]);
  expect(report.passed).toBeGreaterThan(95);
}, 180_000);

test("plugins carry the kit as it is", () => {
  const copies = [
    ...new Glob("plugins/*/**/sdk/{context,protocol,serve,stdio,tools}.ts").scanSync(ROOT),
    ...new Glob("plugins/*/**/modullm_plugin.py").scanSync(ROOT),
  ].filter((path) => !path.includes("node_modules") && !path.startsWith("plugins/sdk"));
  const differ = copies.filter((path) => {
    const kit = path.endsWith(".py") ? "plugins/sdk-python" : "plugins/sdk";
    const name = path.slice(path.lastIndexOf("/") + 1);
    return readFileSync(join(ROOT, path), "utf8") !== readFileSync(join(ROOT, kit, name), "utf8");
  });
  expect(copies.length).toBeGreaterThanOrEqual(17);
  expect(differ).toEqual([]);
});
