import {
  Client,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTokenCounter } from "../../../src/model/tokens.ts";
import { makeFolder, worldOf } from "../../cli/command-line.ts";
import { generatedPrograms, writePrograms } from "../../library/index/generated-programs.ts";
import { MAIN, rpc, type Served, serveHttp, TOKEN } from "./serving.ts";

const folder = makeFolder();
const library = join(folder, "programs");
const programs = generatedPrograms(499);
const tokens = createTokenCounter();

/** A provider that answers only when its client goes away. */
const asked: { readonly left: Promise<void> }[] = [];
const provider = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch(request) {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    request.signal.addEventListener("abort", () => resolve());
    asked.push({ left });
    await left;
    return new Response("too late");
  },
});
const PROVIDERS = `providers: { slow: { base_url: "http://127.0.0.1:${provider.port}/v1" } }\n`;

/** The protocol's revisions, as the official client chooses among them. */
const REVISIONS = [
  ["2026-07-28", { versionNegotiation: { mode: "auto" } }],
  ["2025-11-25", {}],
] as const;

let served: Served;

beforeAll(async () => {
  writePrograms(library, programs);
  const slow = programs[0]?.text.replace(/name: .*/, "name: endless") ?? "";
  const text = slow.replace("builtin/baseline", "slow/model");
  mkdirSync(join(library, "slow"), { recursive: true });
  writeFileSync(join(library, "slow/endless.rllm"), text);
  mkdirSync(join(folder, "config/modullm"), { recursive: true });
  writeFileSync(join(folder, "config/modullm/config.yaml"), PROVIDERS);
  served = await serveHttp({ folder, args: ["--library", library] });
});

afterAll(async () => {
  await served.stop();
  await provider.stop(true);
});

function overHttp(): Transport {
  const authProvider = { token: async () => TOKEN };
  return new StreamableHTTPClientTransport(new URL(served.url), { authProvider });
}

function overStdio(): Transport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, "mcp", "--library", library],
    env: { ...worldOf(folder), PATH: process.env["PATH"] ?? "" },
    cwd: folder,
    stderr: "ignore",
  });
}

async function textOf(client: Client, name: string, given: Record<string, unknown>) {
  const { content, isError } = await client.callTool({ name, arguments: given });
  const [first] = content as { type: string; text: string }[];
  expect({ isError, text: first?.text }).toEqual({ isError: undefined, text: expect.any(String) });
  return JSON.parse(first?.text ?? "") as Record<string, unknown>;
}

describe.each([
  ["stdio", overStdio],
  ["HTTP", overHttp],
])("over %s", (_way, transport) => {
  describe.each(REVISIONS)("in %s the official client", (revision, options) => {
    let client: Client;
    beforeAll(async () => {
      client = new Client({ name: "tests", version: "1" }, options);
      await client.connect(transport());
    });
    afterAll(async () => await client.close());

    test("speaks that revision", () => {
      expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    });

    test("finds a program among 500, reads its contract and runs it", async () => {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual([
        "list_categories",
        "list_programs",
        "search_programs",
        "inspect_program",
        "invocation_hints",
        "run_program",
      ]);
      const top = await textOf(client, "list_categories", {});
      expect(top["programs"]).toBe(500);
      const [{ category }] = top["categories"] as [{ category: string }];
      const page = await textOf(client, "list_programs", { category });
      const { next_cursor: cursor, programs: lines } = page as unknown as {
        next_cursor: string;
        programs: { name: string }[];
      };
      const next = await textOf(client, "list_programs", { category, cursor });
      expect(next["programs"]).not.toEqual(lines);
      const query = "summarise a contract";
      const hits = await textOf(client, "search_programs", { query });
      const [{ name }] = hits["programs"] as [{ name: string }];
      const contract = await textOf(client, "inspect_program", { name });
      expect(contract["input_schema"]).toMatchObject({ required: ["text"] });
      const hints = await textOf(client, "invocation_hints", { name });
      const { arguments: call } = hints["call"] as { arguments: Record<string, unknown> };
      const run = await client.callTool({ name: "run_program", arguments: call });
      expect(run.structuredContent).toEqual({
        output: expect.any(Object),
        run: expect.any(String),
        cost_usd: 0,
      });
    });

    test("runs twenty programs at a time", async () => {
      const runs = await Promise.all(
        programs
          .slice(0, 20)
          .map(({ name }) =>
            client.callTool({ name: "run_program", arguments: { name, input: { text: name } } }),
          ),
      );
      expect(runs.map(({ isError }) => isError)).toEqual(runs.map(() => undefined));
      const ids = runs.map(({ structuredContent }) => (structuredContent as { run: string }).run);
      expect(new Set(ids).size).toBe(20);
    });

    test("is told how a run gets on, and cancels it down to the provider", async () => {
      const before = asked.length;
      const told: (string | undefined)[] = [];
      const cancel = new AbortController();
      const call = { name: "run_program", arguments: { name: "endless", input: { text: "x" } } };
      const run = client.callTool(call, {
        signal: cancel.signal,
        onprogress: ({ message }) => void told.push(message),
      });
      while (asked.length === before || told.length < 2) await Bun.sleep(10);
      cancel.abort();
      expect(await run.catch(() => "cancelled")).toBe("cancelled");
      await asked.at(-1)?.left;
      expect(told).toEqual(["endless begins", "asks slow/model"]);
    });

    test("gets programs as prompts and resources, page by page", async () => {
      const { prompts } = await client.listPrompts();
      const name = prompts[0]?.name ?? "";
      const { messages } = await client.getPrompt({ name, arguments: { input: "hello" } });
      expect(messages[0]?.content).toEqual({
        type: "text",
        text: expect.stringContaining(`{"name":"${name}","input":{"text":"hello"}}`),
      });
      const { resources } = await client.listResources();
      const uri = resources[0]?.uri ?? "";
      expect(uri).toMatch(/^rllm:\/\/[a-z-]+\/[a-z-]+\/[a-z-]+\/[^/]+$/);
      const { contents } = await client.readResource({ uri });
      expect(contents[0]).toMatchObject({ uri, text: expect.stringContaining("input_schema") });
    });
  });
});

describe("over HTTP a connection that breaks off", () => {
  test("cancels the run of a client of 2026-07-28", async () => {
    const before = asked.length;
    const drop = new AbortController();
    const params = { name: "run_program", arguments: { name: "endless", input: { text: "x" } } };
    const request = rpc(served.url, "tools/call", params, { signal: drop.signal });
    while (asked.length === before) await Bun.sleep(10);
    drop.abort();
    expect(await request.catch(() => "dropped")).toBe("dropped");
    await asked.at(-1)?.left;
  });

  test("leaves the server as it was", async () => {
    const client = new Client({ name: "tests", version: "1" });
    await client.connect(overHttp());
    expect((await client.listTools()).tools.length).toBe(6);
    await client.close();
  });
});

describe("what a host reads on every turn", () => {
  test("the list of tools has fewer than 1,200 tokens, and does not change", async () => {
    const client = new Client({ name: "tests", version: "1" });
    await client.connect(overHttp());
    const before = JSON.stringify(await client.listTools());
    await textOf(client, "search_programs", { query: "invoice" });
    expect(JSON.stringify(await client.listTools())).toBe(before);
    expect(await tokens.count(before, "openai/gpt-4o")).toBeLessThan(1200);
    await client.close();
  });

  test("the top level of 500 programs has fewer than 600", async () => {
    const client = new Client({ name: "tests", version: "1" });
    await client.connect(overHttp());
    const top = JSON.stringify(await client.callTool({ name: "list_categories", arguments: {} }));
    expect(await tokens.count(top, "openai/gpt-4o")).toBeLessThan(600);
    await client.close();
  });
});
