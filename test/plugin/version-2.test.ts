import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { Message, ModelRequest } from "../../src/model/model.ts";
import type { ModelProvider } from "../../src/model/provider.ts";
import { createPluginHost, type PluginHost } from "../../src/plugin/host.ts";
import { createPluginProvider } from "../../src/plugin/provider.ts";
import { ask, outcome } from "../model/calls.ts";

const open: PluginHost[] = [];
afterAll(async () => {
  for (const host of open) await host.close();
});

const ABILITIES = { frozen: ["chat", "embed", "models/list"], caller: ["chat", "models/list"] };

function start(name: keyof typeof ABILITIES): { host: PluginHost; provider: ModelProvider } {
  const file = { frozen: "frozen-v1.ts", caller: "tool-model-plugin.ts" }[name];
  const folder = mkdtempSync(join(tmpdir(), "version-2-"));
  const host = createPluginHost({
    command: process.execPath,
    args: ["run", join(import.meta.dir, file)],
    env: { PATH: process.env["PATH"] ?? "", BUN_BE_BUN: "1" },
    cwd: folder,
    name,
    settings: {},
    dataFolder: folder,
  });
  open.push(host);
  const manifest: Manifest = {
    name,
    version: "1.0.0",
    description: "For tests.",
    language: "typescript",
    interface_version: name === "frozen" ? 1 : 2,
    command: { default: [file] },
    // Listed above by name, as they are.
    provides: ABILITIES[name] as Manifest["provides"],
  };
  return { host, provider: createPluginProvider(host, manifest) };
}

const FIND = { name: "find", description: "Finds.", input: { type: "object", properties: {} } };
const TOOLS: NonNullable<ModelRequest["tools"]> = {
  offers: [FIND],
  choice: { name: "find" },
  parallel: false,
};
const TURNS: readonly Message[] = [
  { role: "user", content: "Find 1." },
  {
    role: "assistant",
    content: "",
    calls: [{ id: "call_1", name: "find", arguments: '{"id":1}', signature: "s1" }],
    kept: [
      { protocol: "plugin", value: { plugin: "caller", value: { thought: "hm" } } },
      { protocol: "plugin", value: { plugin: "other", value: "not yours" } },
      { protocol: "anthropic", value: "not yours" },
    ],
  },
  {
    role: "tool",
    content: "there is none",
    call: { id: "call_1", name: "find" },
    failed: true,
    attachments: [{ mediaType: "image/png", data: "aGk=", name: "a.png" }],
  },
];

describe("a plugin of version 1", () => {
  test("runs as before: it is told nothing that version 1 does not have", async () => {
    const { host, provider } = start("frozen");
    const model = provider.model("m");
    await model.ready(new AbortController().signal, () => {});
    const messages: readonly Message[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Look.", attachments: [] },
      { role: "assistant", content: "I do.", kept: [{ protocol: "gemini", value: 1 }] },
      { role: "user", content: "Again." },
    ];
    const result = await outcome(model, ask({ messages, schema: { type: "object" } }));
    expect(result.error).toBeNull();
    expect(JSON.parse(result.text)).toEqual(
      messages.map(({ role, content }) => ({ role, content })),
    );
    expect(await host.request("embed", { model: "m", texts: ["ab"] })).toEqual({
      vectors: [[2, 1]],
      usage: null,
    });
    expect(host.initialized?.protocol_version).toBe(1);
  });
  test.each([
    ["tools", { tools: TOOLS }],
    ["calls and results", { messages: TURNS }],
  ])("is not asked at all with %s, whatever its model says of itself", async (_, request) => {
    const { provider } = start("frozen");
    const model = provider.model("m");
    await model.ready(new AbortController().signal, () => {});
    const { error } = await outcome(model, ask(request));
    expect(error).toMatchObject({
      code: "RLLM_017",
      message: 'Cannot call model "frozen/m": it does not call tools',
      retryable: false,
    });
  });
});

describe("a plugin of version 2", () => {
  async function callerModel(name: string) {
    const { provider } = start("caller");
    const model = provider.model(name);
    await model.ready(new AbortController().signal, () => {});
    return model;
  }

  test("is told of tools, calls, results and what it wanted back", async () => {
    const model = await callerModel("mirror");
    const result = await outcome(model, ask({ messages: TURNS, tools: TOOLS }));
    expect(JSON.parse(result.text)).toMatchObject({
      tools: [FIND],
      tool_choice: { name: "find" },
      parallel: false,
      messages: [
        { role: "user", content: "Find 1." },
        {
          role: "assistant",
          content: "",
          calls: [{ id: "call_1", name: "find", arguments: '{"id":1}', signature: "s1" }],
          kept: [{ thought: "hm" }],
        },
        {
          role: "tool",
          content: "there is none",
          call: { id: "call_1", name: "find" },
          failed: true,
          attachments: [{ media_type: "image/png", data: "aGk=", name: "a.png" }],
        },
      ],
    });
  });
  test("calls tools, with ids of its own or of the host's", async () => {
    const model = await callerModel("calls");
    const { parts, finish } = await outcome(model, ask({ messages: TURNS, tools: TOOLS }));
    expect(parts.filter(({ type }) => type === "tool-call")).toEqual([
      { type: "tool-call", id: "call_2", name: "find", arguments: '{"id":1}', signature: "s1" },
      { type: "tool-call", id: "own", name: "find", arguments: '{"id":2}' },
    ]);
    expect(finish).not.toHaveProperty("called");
  });
  test("breaks the protocol with two calls of one id", async () => {
    const model = await callerModel("twins");
    const { error } = await outcome(model, ask({ tools: TOOLS }));
    expect(error?.code).toBe("RLLM_019");
    expect(error?.details["reason"]).toBe('it gave two calls of tools the id "same"');
  });
  test("calls that nobody offered are named at the end", async () => {
    const model = await callerModel("calls");
    const { parts, finish } = await outcome(model, ask());
    expect(parts.map(({ type }) => type)).toEqual(["text", "finish"]);
    expect(finish?.called).toEqual(["find", "find"]);
  });
  test("gives pictures, and what it wants back", async () => {
    const model = await callerModel("paints");
    const { parts } = await outcome(model, ask());
    expect(parts.slice(0, 2)).toEqual([
      { type: "media", file: { mediaType: "image/png", data: "aGk=", name: "sun.png" } },
      {
        type: "kept",
        kept: { protocol: "plugin", value: { plugin: "caller", value: { thought: "a sun" } } },
      },
    ]);
  });
  test("is not asked with tools where its model says nothing of them", async () => {
    const model = await callerModel("plain");
    const { error } = await outcome(model, ask({ tools: TOOLS }));
    expect(error?.code).toBe("RLLM_017");
  });
});
