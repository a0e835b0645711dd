/** What the commands say of tools of servers and APIs, without starting or reaching any. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPolicy } from "../../src/policy/policy.ts";
import { createWorld, DONE, scripted, type World } from "../mcp/world.ts";
import { apiFile, type ApiServer, serveApi } from "../openapi/api-world.ts";
import { modullm, programText } from "./command-line.ts";

let world: World;
let api: ApiServer;
let log: string;
beforeEach(async () => {
  world = createWorld({});
  api = serveApi(({ target }) => Response.json({ at: target }));
  log = join(world.folder, "starts");
  world.configure({
    mcp: { servers: { files: scripted({ LOG: log }) } },
    openapi: { [api.host]: { private: true, auth: { key: "${ORDERS_API_KEY}" } } },
  });
  writeFileSync(
    join(world.folder, "api.yaml"),
    JSON.stringify(
      apiFile(
        api.host,
        { "/orders": { get: { operationId: "getOrder", summary: "Finds an order" } } },
        {
          security: [{ key: [] }],
          components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "k" } } },
        },
      ),
    ),
  );
  writeFileSync(
    join(world.folder, "desk.rllm"),
    programText({
      tools: "[{mcp: files, only: [echo], as: say}, {openapi: ./api.yaml, only: [getOrder]}]",
      max_context_window: "20000",
    }),
  );
});
afterEach(() => {
  world.stop();
  api.stop();
});

const trust = async () => await world.modullm(["mcp", "trust", "files"]);
const starts = async () =>
  (await Bun.file(log).exists()) && (await Bun.file(log).text()).split("\n");

describe("before anybody has looked at the server", () => {
  test("validate warns, --strict refuses, and nothing is started", async () => {
    const told = (await world.modullm(["validate", "desk.rllm"])).json();
    const message =
      'tools entry 1: The tools of the MCP server "files" are not known here: nobody has seen them';
    expect(told).toMatchObject({ ok: true, warnings: [{ message }] });
    expect((await world.modullm(["validate", "--strict", "desk.rllm"])).exit).toBe(1);
    expect(await starts()).toBe(false);
    expect(api.seen).toEqual([]);
  });

  test("explain names what is known, and whom calls reach", async () => {
    const told = (await world.modullm(["explain", "desk.rllm"])).json() as { leaves: object[] };
    expect(told).toMatchObject({
      tools: [
        { program: "base", name: "say", origin: "mcp:files" },
        { program: "base", name: "getOrder", origin: "openapi:./api.yaml" },
      ],
    });
    expect(told.leaves.map((each) => (each as { to: string }).to)).toEqual([
      "MCP server files",
      api.host,
    ]);
    expect(await starts()).toBe(false);
  });
});

describe("once somebody has", () => {
  beforeEach(async () => void (await trust()));

  test("validate, inspect and a dry run know the tools", async () => {
    const before = await starts();
    const valid = (await world.modullm(["validate", "--strict", "desk.rllm"])).json();
    expect(valid).toMatchObject({ ok: true, warnings: [] });
    const inspected = (await world.modullm(["inspect", "desk.rllm"])).json();
    expect(inspected).toMatchObject({
      tools: [
        { name: "say", kind: "mcp", path: "files", description: "Says it again", missing: null },
        { name: "getOrder", kind: "openapi", description: "Finds an order", missing: null },
      ],
    });
    const dry = await world.modullm(["run", "desk.rllm", "--text", "x", "--dry-run"]);
    expect(dry.json()).toMatchObject({
      request: { tools: { offers: [{ name: "say" }, { name: "getOrder" }] } },
      tools: [
        { name: "say", path: "mcp:files/echo" },
        { name: "getOrder", path: "openapi:./api.yaml/getOrder" },
      ],
    });
    expect(await starts()).toEqual(before);
  });

  test.each([
    ["[{mcp: files, only: [ehco]}]", 'Did you mean "echo"?'],
    ["[{openapi: ./api.yaml, only: [getOrdr]}]", 'Did you mean "getOrder"?'],
    ["[{openapi: ./none.yaml, only: [x]}]", "there is no such file"],
  ])("validate refuses %s", async (tools, reason) => {
    writeFileSync(join(world.folder, "bad.rllm"), programText({ tools }));
    const { exit, stdout } = await world.modullm(["validate", "bad.rllm"]);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_008",
      message: expect.stringContaining(reason),
    });
  });

  test("a run calls both, with the secret of the configuration, and shows it nowhere", async () => {
    const tools = "[{mcp: files, only: [echo], as: say}, {openapi: ./api.yaml, only: [getOrder]}]";
    const unset = await world.run(tools, [DONE]);
    expect(unset.outcome.json()).toMatchObject({
      error_code: "RLLM_014",
      details: { missing_env_var: "ORDERS_API_KEY" },
    });
    world.configure({
      mcp: { servers: { files: scripted({ LOG: log }) } },
      openapi: { [api.host]: { private: true, auth: { key: "secret-of-orders" } } },
    });
    const turns = [
      [
        { name: "say", arguments: { text: "hi" } },
        { name: "getOrder", arguments: {} },
      ],
      DONE,
    ];
    const { outcome, results } = await world.run(tools, turns);
    expect(outcome.exit).toBe(0);
    expect(results).toEqual(["said: hi", '{"at":"/v1/orders"}']);
    expect(api.seen[0]?.headers.get("k")).toBe("secret-of-orders");
    expect(outcome.stdout + outcome.stderr).not.toContain("secret-of-orders");
  });

  test("the policy is asked before a server is used, and before anything leaves", async () => {
    const asked: string[] = [];
    const usual = createPolicy({ trustedPython: true, require: null });
    const policy = {
      decide(ask: Parameters<typeof usual.decide>[0]) {
        asked.push(`${ask.action} ${ask.resource.name}`);
        const isRefused = ask.action === "call-tool" && ask.resource.name === "files";
        return isRefused
          ? ({ allow: false, code: "RLLM_021", rule: "no-files" } as const)
          : usual.decide(ask);
      },
    };
    const { json } = await modullm(["mcp", "inspect", "files"], { folder: world.folder, policy });
    expect(json()).toMatchObject({ error_code: "RLLM_021", details: { rule: "no-files" } });
    expect(asked.at(-1)).toBe("call-tool files");
  });
});

test("a stranger's folder can't bring a server along", async () => {
  const folder = world.folder;
  const path = join(folder, ".modullm/config.yaml");
  await Bun.write(path, JSON.stringify({ mcp: { servers: { own: scripted() } } }));
  const { json, stderr } = await world.modullm(["mcp", "list"]);
  expect(json()).toMatchObject({ servers: [{ name: "files" }] });
  expect(stderr).toContain("mcp.servers");
});

test("config.yaml: what a server can't be is told with its place", async () => {
  for (const [server, reason] of [
    [{}, 'needs one of "command", a program to start, and "url", an address'],
    [{ command: "x", url: "http://x" }, "needs one of"],
    [{ command: "x", args: "y" }, "must be a list of strings"],
    [{ type: "sse", url: "http://x" }, "must be stdio beside a command, or http beside a url"],
    [{ type: "http", command: "x" }, "must be stdio beside a command"],
    [{ url: "ftp://x" }, "must be a URL that starts with http:// or https://"],
    [{ command: "x", env: { "a-b": 1 } }, "is no name of a variable"],
  ] as const) {
    world.configure({ mcp: { servers: { s: server } } });
    const { json } = await world.modullm(["mcp", "list"]);
    expect(json()).toMatchObject({
      error_code: "RLLM_018",
      details: { reason: expect.stringContaining(reason) },
    });
  }
});

test("a call by hand that does not fit is refused before it is made", async () => {
  await trust();
  const { exit, json } = await world.modullm(["mcp", "call", "files", "echo", "--input", "{}"]);
  expect(exit).toBe(1);
  expect(json()).toMatchObject({ error_code: "RLLM_004" });
});
