import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolInfo } from "../../plugins/sdk/protocol.ts";
import { makeFolder, modullm, type Outcome, programText } from "../cli/command-line.ts";
import { serveTurns, type ToolServer, type Turn } from "./tool-server.ts";

const KIT = ["context", "protocol", "serve", "stdio", "tools"];
const ENTRY = "{plugin: weather, only: [forecast], version: ^1}";
const ANSWER = '{"text": "It rains in Oslo."}';
const TOOLS: readonly ToolInfo[] = [
  {
    name: "forecast",
    description: "Tells the weather of a town.",
    input: {
      type: "object",
      properties: { town: { type: "string" }, days: { type: "integer", maximum: 9 } },
      required: ["town"],
      additionalProperties: false,
    },
    output: { type: "object", properties: { sky: { type: "string" } }, required: ["sky"] },
  },
  { name: "report", description: "Takes a report.", input: { type: "object" }, version: "2.1.0" },
];
const CODE = `
import { serve, ToolAnswer } from "./sdk/serve.ts";
serve({
  tools: {
    forecast({ town }: { town: string }, { progress, settings }) {
      if (town === "Atlantis") throw new Error("there is no such town");
      if (town === "Mars") return { sky: 7 };
      progress("looking up", 1, 2);
      return { sky: settings["sky"] ?? \`rain over \${town}\` };
    },
    report: () => new ToolAnswer({ content: "a map", attachments: [{ media_type: "image/png", data: "aGk=", name: "map.png" }] }),
  },
});
`;

let folder: string;
const servers: ToolServer[] = [];
beforeEach(() => void (folder = makeFolder()));
afterEach(() => servers.splice(0).forEach((server) => server.stop()));

interface Changes {
  readonly code?: string;
  readonly tools?: readonly object[];
  readonly version?: string;
}

function placePlugin({ code = CODE, tools = TOOLS, version = "1.2.0" }: Changes = {}): void {
  const into = join(folder, ".modullm/plugins/weather");
  mkdirSync(join(into, "sdk"), { recursive: true });
  for (const name of KIT) {
    const text = readFileSync(join(import.meta.dir, "../../plugins/sdk", `${name}.ts`));
    writeFileSync(join(into, "sdk", `${name}.ts`), text);
  }
  writeFileSync(join(into, "main.ts"), code);
  const manifest = {
    name: "weather",
    version,
    description: "Tells the weather.",
    language: "typescript",
    interface_version: 2,
    command: { default: ["main.ts"] },
    provides: ["tools/call", "tools/list"],
    settings: { type: "object" },
    tools,
  };
  writeFileSync(join(into, "modullm-plugin.json"), JSON.stringify(manifest));
}

async function trust(): Promise<void> {
  expect((await modullm(["plugins", "trust", "weather"], { folder })).exit).toBe(0);
}

interface RunOptions {
  readonly entry?: string;
  readonly front?: Record<string, string>;
  readonly server?: ToolServer;
}

async function run(
  turns: readonly Turn[],
  { entry = ENTRY, front = {}, server = serveTurns(turns) }: RunOptions = {},
): Promise<[Outcome, ToolServer]> {
  servers.push(server);
  const keys = {
    llm: "{model: local/m}",
    max_context_window: "20000",
    tools: `[${entry}]`,
    output_schema: "{type: object, properties: {text: {type: string}}, required: [text]}",
    ...front,
  };
  writeFileSync(join(folder, "a.rllm"), programText(keys, "Weather in {{input.text}}?"));
  const args = ["run", "a.rllm", "--text", "Oslo"];
  return [await modullm(args, { folder, env: server.env }), server];
}

function call(name: string, given: object): Turn {
  return [{ name, arguments: given }];
}

describe("a program with a plugin's tool", () => {
  beforeEach(async () => {
    placePlugin();
    await trust();
  });

  test("is answered with what the tool gave", async () => {
    const [outcome, { asked }] = await run([call("forecast", { town: "Oslo" }), ANSWER]);
    expect(outcome.json()).toEqual({ text: "It rains in Oslo." });
    expect(asked[0]?.tools?.map((tool) => tool.function.name)).toEqual(["forecast"]);
    const [result] = asked[1]?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(result?.tool_call_id).toBe("call-1-0");
    expect(result?.content).toContain('{"sky":"rain over Oslo"}');
  });
  test.each([
    ["an error that it throws", { town: "Atlantis" }, "there is no such town"],
    ["a value that it does not promise", { town: "Mars" }, '"sky" is the number 7'],
    ["an input that it does not take", { town: "Oslo", days: 30 }, "days"],
  ])("is told of %s, and goes on", async (_, given, words) => {
    const [outcome, { asked }] = await run([call("forecast", given), ANSWER]);
    expect(outcome.json()).toEqual({ text: "It rains in Oslo." });
    const [result] = asked[1]?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(result?.content).toContain(words);
  });
  test("makes several calls of a turn at the same time, each with its own result", async () => {
    const towns = ["Oslo", "Rome", "Atlantis"];
    const turn = towns.map((town) => ({ name: "forecast", arguments: { town } }));
    const [outcome, { asked }] = await run([turn, ANSWER]);
    expect(outcome.exit).toBe(0);
    const results = asked[1]?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(results.map(({ tool_call_id: id }) => id)).toEqual(["call-1-0", "call-1-1", "call-1-2"]);
    expect(results.map(({ content }) => /Oslo|Rome|no such town/.exec(content)?.[0])).toEqual([
      "Oslo",
      "Rome",
      "no such town",
    ]);
  });
  test("goes by another name, and with settings", async () => {
    mkdirSync(join(folder, "config/modullm"), { recursive: true });
    writeFileSync(join(folder, "config/modullm/config.yaml"), "plugins: {weather: {sky: snow}}");
    const entry = "{plugin: weather, only: [forecast], as: sky}";
    const [outcome, { asked }] = await run([call("sky", { town: "Oslo" }), ANSWER], { entry });
    expect(outcome.exit).toBe(0);
    expect(JSON.stringify(asked[1]?.messages)).toContain("snow");
  });
  test("is given the files that go along with a result", async () => {
    const entry = "{plugin: weather, only: [report]}";
    const [outcome, { asked }] = await run([call("report", {}), ANSWER], { entry });
    expect(outcome.exit).toBe(0);
    expect(JSON.stringify(asked[1]?.messages)).toContain("data:image/png;base64,aGk=");
  });
  test("is not answered from what was kept once the plugin has changed", async () => {
    const turn = call("forecast", { town: "Oslo" });
    const server = serveTurns([turn, ANSWER, turn, ANSWER]);
    const again = async () => (await run([], { server, front: { cache: "1h" } }))[1].asked.length;
    expect([await again(), await again()]).toEqual([2, 2]);
    placePlugin({ code: `${CODE}\n// another one` });
    await trust();
    expect(await again()).toBe(4);
  });
  test("has all tools of a plugin where it names none", async () => {
    const [, { asked }] = await run([ANSWER], { entry: "{plugin: weather}" });
    expect(asked[0]?.tools?.map((tool) => tool.function.name)).toEqual(["forecast", "report"]);
  });
});

describe("a tool that can't be had", () => {
  async function failure(entry: string): Promise<unknown> {
    const [outcome, { asked }] = await run([ANSWER], { entry });
    expect(asked).toEqual([]);
    return outcome.json();
  }

  test("of a plugin that nobody said yes to is RLLM_021", async () => {
    placePlugin();
    expect(await failure(ENTRY)).toMatchObject({
      error_code: "RLLM_021",
      details: { resource: "weather", rule: "trusted-plugins-only" },
    });
  });
  test.each([
    ["{plugin: wether}", "RLLM_019", { plugin: "wether" }, 'Did you mean "weather"?'],
    [
      "{plugin: weather, only: [forcast]}",
      "RLLM_008",
      { entry: "forcast" },
      "modullm plugins info",
    ],
    ["{plugin: weather, version: ^2}", "RLLM_019", { plugin: "weather" }, "plugins update weather"],
    [
      "{plugin: weather, only: [report], version: ^1}",
      "RLLM_019",
      { reason: 'its tool "report" has version 2.1.0, and "^1" is wanted' },
      "plugins update",
    ],
  ])("%s is %s", async (entry, code, details, hint) => {
    placePlugin();
    await trust();
    expect(await failure(entry)).toMatchObject({
      error_code: code,
      details,
      recovery_hint: expect.stringContaining(hint),
    });
  });
  test("a misspelt one is asked for as it might have been meant", async () => {
    placePlugin();
    await trust();
    expect(JSON.stringify(await failure("{plugin: weather, only: [forcast]}"))).toContain(
      'Did you mean \\"forecast\\"?',
    );
  });
  test("has the version that the tool has, not the plugin", async () => {
    placePlugin();
    await trust();
    const entry = '{plugin: weather, only: [report], version: ">=2.1 <3"}';
    const [outcome] = await run([ANSWER], { entry });
    expect(outcome.exit).toBe(0);
  });
  test("because the plugin says something else than its manifest is RLLM_019", async () => {
    const lie = `import { readFileSync } from "node:fs";
      import { createInterface } from "node:readline";
      const kit = readFileSync("modullm-plugin.json", "utf8");
      const tools = JSON.parse(kit).tools.map((tool) => ({ ...tool, input: { type: "object" } }));
      for await (const line of createInterface({ input: process.stdin })) {
        const { id, method } = JSON.parse(line);
        const results = { initialize: { protocol_version: 2, name: "weather", version: "1.2.0",
          provides: ["tools/list", "tools/call"] }, "tools/list": { tools }, shutdown: {} };
        if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] }));
        if (method === "shutdown") process.exit(0);
      }`;
    placePlugin({ code: lie });
    await trust();
    expect(await failure(ENTRY)).toMatchObject({
      error_code: "RLLM_019",
      details: {
        plugin: "weather",
        reason: 'what it says of its tool "forecast" is not what its manifest says',
      },
    });
  });
  test("because it has no tools is RLLM_008", async () => {
    const entry = "{plugin: echo}";
    const into = join(folder, ".modullm/plugins/echo");
    mkdirSync(into, { recursive: true });
    const bash = join(import.meta.dir, "../../plugins/echo/bash");
    for (const file of ["echo.sh", "modullm-plugin.sh", "modullm-plugin.json"])
      writeFileSync(join(into, file), readFileSync(join(bash, file)));
    expect((await modullm(["plugins", "trust", "echo"], { folder })).exit).toBe(0);
    expect(await failure(entry)).toMatchObject({
      error_code: "RLLM_008",
      details: { reason: "it provides no tools" },
    });
  });
});
