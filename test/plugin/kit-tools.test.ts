import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPluginHost, type PluginHost, type RequestOptions } from "../../src/plugin/host.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { Wire } from "../../src/plugin/conformance/wire.ts";
import { errorOf } from "../model/calls.ts";
import { until } from "./faulty.ts";

const ROOT = join(import.meta.dir, "../..");
const ENV = { PATH: process.env["PATH"] ?? "", BUN_BE_BUN: "1" };
const NAMES = ["add", "ask", "say", "fail", "refuse", "count", "wait", "none"];
const MANIFEST = {
  name: "kit",
  version: "3.1.0",
  tools: NAMES.map((name) => ({
    name,
    description: `Does ${name}.`,
    input: {
      type: "object",
      properties: {
        a: { type: "integer" },
        b: { type: ["number", "null"] },
        list: { type: "array" },
      },
      required: name === "add" ? ["a"] : [],
      additionalProperties: false,
    },
    ...(name === "add" ? { output: { type: "integer" } } : {}),
  })),
};
/** One plugin, in both languages. */
const CODE = {
  typescript: `
    import { existsSync, writeFileSync } from "node:fs";
    import { PluginError, serve, ToolAnswer } from "${ROOT}/plugins/sdk/serve.ts";
    const all = {
      add: ({ a, b = 0 }) => a + b,
      ask: () => ({ a: [1, null] }),
      say: () => new ToolAnswer({ content: "see", attachments: [{ media_type: "image/png", data: "aGk=", name: "a.png" }] }),
      fail() { throw new Error("no such luck"); },
      refuse() { throw new PluginError("unavailable", "try later"); },
      async count(_, { progress }) {
        for (let at = 1; at <= 12; at++) { progress("at " + at, at, 12); await new Promise((go) => setTimeout(go, 250)); }
        return "done";
      },
      async wait(_, { signal, dataFolder }) {
        writeFileSync(dataFolder + "/begun", "");
        await new Promise((go) => signal.addEventListener("abort", go));
        writeFileSync(dataFolder + "/heard", "");
      },
      none: () => undefined,
    };
    serve({ tools: EXTRA });`,
  python: `
import sys, time, pathlib
sys.path.insert(0, "${ROOT}/plugins/sdk-python")
from modullm_plugin import PluginError, ToolAnswer, serve

def fail(input, context):
    raise ValueError("no such luck")

def refuse(input, context):
    raise PluginError("unavailable", "try later")

def count(input, context):
    for at in range(1, 13):
        context.progress(f"at {at}", at, 12)
        time.sleep(0.25)
    return "done"

def wait(input, context):
    pathlib.Path(context.data_folder, "begun").touch()
    context.cancelled.wait()
    pathlib.Path(context.data_folder, "heard").touch()

all = {
    "add": lambda input, context: input["a"] + (input.get("b") or 0),
    "ask": lambda input, context: {"a": [1, None]},
    "say": lambda input, context: ToolAnswer(content="see", attachments=[{"media_type": "image/png", "data": "aGk=", "name": "a.png"}]),
    "fail": fail, "refuse": refuse, "count": count, "wait": wait, "none": lambda input, context: None,
}
serve(tools=EXTRA)
`,
};
type Language = keyof typeof CODE;
/**
 * Only what the setting names; and a function that the manifest has not, and the other way round.
 */
const CHOICES = {
  all: { typescript: "all", python: "all" },
  some: {
    typescript: `({ settings }) => ({ [settings.only]: all[settings.only] })`,
    python: `lambda context: {context.settings["only"]: all[context.settings["only"]]}`,
  },
  odd: { typescript: "{ ...all, extra: () => 1 }", python: `{**all, "extra": fail}` },
  fewer: { typescript: "{ add: all.add }", python: `{"add": all["add"]}` },
} as const;

const hosts: PluginHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

function commandOf(language: Language, choice: keyof typeof CHOICES) {
  const folder = mkdtempSync(join(tmpdir(), "kit-tools-"));
  const file = language === "typescript" ? "main.ts" : "main.py";
  writeFileSync(join(folder, file), CODE[language].replace("EXTRA", CHOICES[choice][language]));
  writeFileSync(join(folder, "modullm-plugin.json"), JSON.stringify(MANIFEST));
  const [command, args] =
    language === "typescript" ? [process.execPath, ["run", file]] : ["python3", ["-B", file]];
  return { command, args, env: ENV, cwd: folder };
}

function start(
  language: Language,
  { choice = "all", settings = {} }: { choice?: keyof typeof CHOICES; settings?: JsonObject } = {},
) {
  const command = commandOf(language, choice);
  const host = createPluginHost({ ...command, name: "kit", settings, dataFolder: command.cwd });
  hosts.push(host);
  const call = async (name: string, input: JsonObject = {}, options: RequestOptions = {}) =>
    await host.request("tools/call", { name, input }, options);
  return { host, folder: command.cwd, call };
}

describe.each(["typescript", "python"] as const)("tools with the kit in %s", (language) => {
  test("are those of the manifest, whose name and version the plugin has", async () => {
    const { host } = start(language);
    expect(await host.start()).toEqual({
      protocol_version: 2,
      name: "kit",
      version: "3.1.0",
      provides: ["tools/list", "tools/call"],
    });
    const { tools } = await host.request("tools/list", {});
    expect(tools as unknown).toEqual(MANIFEST.tools);
  });
  test("give texts, values, both and nothing", async () => {
    const { call } = start(language);
    expect(await call("add", { a: 1, b: 2 })).toEqual({ value: 3 });
    expect(await call("ask")).toEqual({ value: { a: [1, null] } });
    expect(await call("none")).toEqual({ content: "" });
    expect(await call("say")).toEqual({
      content: "see",
      attachments: [{ media_type: "image/png", data: "aGk=", name: "a.png" }],
    });
  });
  test("that throw have failed, and an error with a code is one", async () => {
    const { call } = start(language);
    expect(await call("fail")).toEqual({ content: "no such luck", failed: true });
    expect(await errorOf(() => call("refuse"))).toMatchObject({
      code: "RLLM_017",
      message: 'Cannot call tool "refuse" of plugin "kit": try later',
      retryable: true,
    });
  });
  test.each([
    ["add", {}, 'it lacks "a"'],
    ["add", { a: "1" }, '"a" is not of the type integer'],
    ["add", { a: 1.5 }, '"a" is not of the type integer'],
    ["add", { a: true }, '"a" is not of the type integer'],
    ["add", { a: 1, b: "2" }, '"b" is not of the type number or null'],
    ["add", { a: 1, list: {} }, '"list" is not of the type array'],
    ["add", { a: 1, c: 1 }, 'it has no use for "c"'],
    ["nothing", {}, 'it has no tool "nothing"'],
  ])("%s with %j is refused: %s", async (name, input, words) => {
    const { call } = start(language);
    const error = await errorOf(() => call(name, input));
    expect([error.code, error.message]).toEqual(["RLLM_019", expect.stringContaining(words)]);
  });
  test("take null, and a whole number that is written with a point", async () => {
    const { call } = start(language);
    expect(await call("add", { a: 2, b: null, list: [] })).toMatchObject({ value: 2 });
  });
  test("are kept alive by their progress, which comes in order", async () => {
    const { call } = start(language);
    await call("ask");
    const seen: unknown[] = [];
    const result = await call(
      "count",
      {},
      {
        // Less than it takes, more than there is between two signs of life.
        deadlines: { total: null, first: 2500, gap: 2500 },
        onProgress: ({ message, completed, total }) => void seen.push([message, completed, total]),
      },
    );
    expect(result).toEqual({ content: "done" });
    expect(seen).toEqual(Array.from({ length: 12 }, (_, at) => [`at ${at + 1}`, at + 1, 12]));
  });
  test("hear that they are cancelled, and the plugin goes on", async () => {
    const { call, folder, host } = start(language);
    const abort = new AbortController();
    const asked = call("wait", {}, { signal: abort.signal });
    expect(await until(() => existsSync(join(folder, "begun")), 10_000)).toBe(true);
    const { pid } = host;
    abort.abort();
    expect((await errorOf(() => asked)).code).toBe("RLLM_022");
    expect(await until(() => existsSync(join(folder, "heard")), 10_000)).toBe(true);
    expect(await call("add", { a: 1 })).toEqual({ value: 1 });
    expect(host.pid).toBe(pid);
  });
  test("may depend on settings", async () => {
    const { host, call } = start(language, { choice: "some", settings: { only: "ask" } });
    const { tools } = await host.request("tools/list", {});
    expect(tools.map(({ name }) => name)).toEqual(["ask"]);
    expect((await errorOf(() => call("add", { a: 1 }))).code).toBe("RLLM_019");
  });
  test.each([
    ["odd", 'the manifest has no tool "extra"'],
    ["fewer", 'there is no function for the tool "ask"'],
  ] as const)("must be those of the manifest: %s", async (choice, words) => {
    const { host } = start(language, { choice });
    expect((await errorOf(() => host.start())).message).toContain(words);
  });
  test("are not told of to a host of version 1", async () => {
    const wire = new Wire(commandOf(language, "all"), { patience: 10_000 });
    const answer = await wire.ask("initialize", {
      protocol_version: 1,
      host: { name: "modullm", version: "1" },
      settings: {},
      data_folder: ".",
    });
    expect(answer["result"]).toMatchObject({ protocol_version: 1, provides: [] });
    await wire.kill();
  });
});
