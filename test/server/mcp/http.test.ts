import { describe, expect, test } from "bun:test";
import type { Policy } from "../../../src/policy/policy.ts";
import { YES } from "../../../src/policy/policy.ts";
import { programText } from "../../library/index/generated-programs.ts";
import { makeFolder, modullm, serveModel } from "../../cli/command-line.ts";
import { result, rpc, type Served, type ServedSetting, serveHttp, TOKEN } from "./serving.ts";

const HELLO = programText("hello", "Greets a text.", "summary: { type: string }");
const BROKEN = HELLO.replace("name: hello", "name: broken").replace("type: object", "type: objekt");
const FILES = { "library/hello.rllm": HELLO, "library/broken.rllm": BROKEN };

/** What a test does to a server that is stopped behind it. */
async function withServer(
  setting: ServedSetting,
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const served = await serveHttp({ files: FILES, ...setting });
  try {
    await use(served);
  } finally {
    expect(await served.stop()).toBe(0);
  }
}

function call(url: string, name: string, given: Record<string, unknown>, setting = {}) {
  return result(rpc(url, "tools/call", { name, arguments: given }, setting));
}

async function textOf(given: ReturnType<typeof call>): Promise<unknown> {
  const { content } = (await given) as { content: { text: string }[] };
  return JSON.parse(content[0]?.text ?? "");
}

describe("who may come in", () => {
  test("is whoever has the token, which no other request is told", async () => {
    await withServer({}, async ({ url, stderr }) => {
      expect((await rpc(url, "tools/list")).status).toBe(200);
      for (const token of [null, "", "x", `${TOKEN}x`, TOKEN.slice(1)]) {
        const refused = await rpc(url, "tools/list", {}, { token });
        expect(refused.status).toBe(401);
        expect(refused.headers.get("www-authenticate")).toStartWith("Bearer");
        expect(await refused.text()).not.toContain(TOKEN);
      }
      expect(stderr()).not.toContain(TOKEN);
    });
  });

  test("a token is made where none is set, and shown once", async () => {
    await withServer({ env: { MODULLM_MCP_TOKEN: "" } }, async ({ url, stderr }) => {
      const [, token = ""] = /token ([\w-]{43})\n/.exec(stderr()) ?? [];
      expect((await rpc(url, "tools/list", {}, { token })).status).toBe(200);
      expect((await rpc(url, "tools/list", {}, { token: null })).status).toBe(401);
      expect(stderr().split(token).length).toBe(2);
    });
  });

  test("nobody is asked for one where the user says so, on this machine", async () => {
    const files = { ...FILES, "config/modullm/config.yaml": "auth: off\n" };
    await withServer({ files }, async ({ url }) => {
      expect((await rpc(url, "tools/list", {}, { token: null })).status).toBe(200);
    });
    const folder = makeFolder(files);
    const refused = await modullm(["mcp", "--http", "0.0.0.0:0"], { folder });
    expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining("RLLM_018") });
  });

  test("a folder that is not trusted can't say so", async () => {
    const files = { ...FILES, ".modullm/config.yaml": "auth: off\n" };
    await withServer({ files }, async ({ url }) => {
      expect((await rpc(url, "tools/list", {}, { token: null })).status).toBe(401);
    });
  });

  test("a client finds the authorization server, and where to ask is open to all", async () => {
    const config =
      "oauth: { issuer: 'https://login.example', audience: 'https://p.example/mcp', scopes: [run] }\n";
    const files = { ...FILES, "config/modullm/config.yaml": config };
    await withServer({ files }, async ({ url }) => {
      const refused = await rpc(url, "tools/list", {}, { token: null });
      expect(refused.headers.get("www-authenticate")).toBe(
        'Bearer resource_metadata="https://p.example/.well-known/oauth-protected-resource/mcp", ' +
          'scope="run"',
      );
      const place = new URL("/.well-known/oauth-protected-resource/mcp", url);
      expect(await (await fetch(place)).json()).toMatchObject({
        resource: "https://p.example/mcp",
        authorization_servers: ["https://login.example"],
        scopes_supported: ["run"],
      });
      expect((await rpc(url, "tools/list")).status).toBe(200);
    });
  });

  test("a session is its owner's: nobody else finds it", async () => {
    await withServer({}, async ({ url }) => {
      const unknown = { "mcp-session-id": "00000000-0000-0000-0000-000000000000" };
      const { authorization, ...rest } = {
        authorization: `Bearer ${TOKEN}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
      const send = async (headers: Record<string, string>) =>
        (await fetch(url, { method: "POST", headers, body })).status;
      expect(await send({ ...rest, authorization, ...unknown })).toBe(404);
      expect(await send({ ...rest, authorization })).toBe(400);
      expect(await send(rest)).toBe(401);
    });
  });
});

describe("what a client can do to the server", () => {
  const send = async (url: string, body: string, headers = {}) =>
    await fetch(url, {
      method: "POST",
      body,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
    });

  test("is nothing that ends it", async () => {
    await withServer({}, async ({ url }) => {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
      const bodies = [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        deep,
        `{"a":${deep}}`,
        "\u0000",
        '{"method":1}',
      ];
      for (const body of bodies) {
        const { status } = await send(url, body);
        expect({ body: body.slice(0, 9), isRefused: status >= 400 && status < 500 }).toEqual({
          body: body.slice(0, 9),
          isRefused: true,
        });
      }
      expect((await send(url, "x".repeat(5_000_000))).status).toBe(413);
      expect((await send(url, "{}", { "content-type": "text/plain" })).status).toBe(415);
      expect((await send(url, "{}", { host: "evil.example" })).status).toBe(403);
      expect((await send(url, "{}", { origin: "https://evil.example" })).status).toBe(403);
      expect((await send(new URL("/other", url).href, "{}")).status).toBe(404);
      const long = await send(url, "{}", { "x-long": "x".repeat(200_000) }).catch(() => null);
      expect(long?.status ?? 431).toBeGreaterThanOrEqual(400);
      expect((await rpc(url, "tools/list")).status).toBe(200);
    });
  });

  test("arguments that are none are told with a code, tools that are none as the protocol does", async () => {
    await withServer({}, async ({ url }) => {
      for (const given of [{}, { name: 5 }, { name: "hello", more: 1 }]) {
        const { isError, structuredContent } = await call(url, "inspect_program", given);
        expect({ isError, structuredContent }).toMatchObject({
          isError: true,
          structuredContent: { error_code: "RLLM_004", expected_schema: expect.any(Object) },
        });
      }
      const unknown = await rpc(url, "tools/call", { name: "no_such_tool", arguments: {} });
      expect(await unknown.json()).toMatchObject({ error: { code: -32602 } });
      const cursor = await rpc(url, "prompts/list", { cursor: "no cursor" });
      expect(await cursor.json()).toMatchObject({
        error: { code: -32602, data: { error_code: "RLLM_016" } },
      });
      const nowhere = await rpc(url, "resources/read", { uri: "rllm://a/b/c/../../etc/passwd" });
      expect(await nowhere.json()).toMatchObject({ error: { code: -32602 } });
    });
  });

  test.each(["../hello", "./library/hello.rllm", "/etc/passwd", "hello.rllm", "library/hello", ""])(
    "the name %p leads to no file",
    async (name) => {
      await withServer({}, async ({ url }) => {
        const given = { name, input: { text: "x" } };
        const { isError, structuredContent } = await call(url, "run_program", given);
        expect({ isError, structuredContent }).toMatchObject({
          isError: true,
          structuredContent: { error_code: "RLLM_008" },
        });
      });
    },
  );

  test("a path in an input opens no file", async () => {
    const media = HELLO.replace(
      "text: { type: string, minLength: 1 }",
      "text: { type: string, contentMediaType: image/png }",
    );
    const files = { ...FILES, "library/seen.rllm": media.replace("name: hello", "name: seen") };
    await withServer({ files }, async ({ url }) => {
      const given = { name: "seen", input: { text: "library/hello.rllm" } };
      const { isError, structuredContent } = await call(url, "run_program", given);
      expect(isError).toBe(true);
      expect(JSON.stringify(structuredContent)).not.toContain("Greets");
    });
  });
});

describe("a program", () => {
  test("that is broken is told of, and the others run", async () => {
    await withServer({}, async ({ url }) => {
      const broken = await call(url, "run_program", { name: "broken", input: {} });
      expect(broken).toMatchObject({
        isError: true,
        structuredContent: { error_code: "RLLM_008", recovery_hint: expect.any(String) },
      });
      const hello = await call(url, "run_program", { name: "hello", input: { text: "Hi there." } });
      expect(hello["structuredContent"]).toMatchObject({ output: {}, cost_usd: 0 });
    });
  });

  test("that fails gives the coded payload, without the places of files", async () => {
    await withServer({}, async ({ url, folder }) => {
      const failed = await call(url, "run_program", { name: "hello", input: {} });
      expect(failed).toMatchObject({
        isError: true,
        structuredContent: { error_code: "RLLM_004", details: { path: [] } },
      });
      const missing = await call(url, "inspect_program", { name: "hallo" });
      expect(JSON.stringify([failed, missing])).not.toContain(folder);
    });
  });

  test("that a principal may not run is nowhere", async () => {
    const secret = HELLO.replace("name: hello", "name: secret");
    const policy: Policy = {
      decide({ action, resource, principal }) {
        const isHidden = action === "run" && resource.name === "secret" && principal.id === "token";
        return isHidden ? { allow: false, code: "RLLM_021", rule: "test" } : YES;
      },
    };
    const files = { ...FILES, "library/secret.rllm": secret };
    await withServer({ files, policy, args: ["--pin", "secret"] }, async ({ url }) => {
      const categories = await textOf(call(url, "list_categories", {}));
      expect(categories).toMatchObject({ programs: 1 });
      const hits = await textOf(call(url, "search_programs", { query: "greets secret" }));
      const lists = [
        hits,
        await result(rpc(url, "tools/list")),
        await result(rpc(url, "prompts/list")),
        await result(rpc(url, "resources/list")),
      ];
      expect(JSON.stringify(lists)).not.toContain("secret");
      for (const tool of ["inspect_program", "invocation_hints", "run_program"]) {
        const given = { name: "secret", ...(tool === "run_program" ? { input: {} } : {}) };
        const { structuredContent } = await call(url, tool, given);
        expect(structuredContent).toMatchObject({ error_code: "RLLM_008" });
      }
      expect(await call(url, "secret", { text: "x" })).toMatchObject({ isError: true });
    });
  });

  test("that is pinned is a tool of its own, whatever the library has", async () => {
    await withServer({ args: ["--pin", "hello"] }, async ({ url }) => {
      const { tools } = (await result(rpc(url, "tools/list"))) as { tools: { name: string }[] };
      expect(tools.at(-1)).toMatchObject({
        name: "hello",
        inputSchema: { type: "object", required: ["text"] },
      });
      const { structuredContent } = await call(url, "hello", { text: "Hi there." });
      expect(structuredContent).toMatchObject({ output: {}, run: expect.any(String) });
    });
  });

  test("a pin that can't be one keeps the server from starting", async () => {
    for (const pin of ["nothing", "broken"])
      expect(await serveHttp({ files: FILES, args: ["--pin", pin] }).catch(String)).toContain(
        "RLLM_008",
      );
  });

  test("gives no secret away", async () => {
    const key = "sk-a-secret-of-the-tests-0123456789";
    const model = serveModel([`{"summary": "the key is ${key}"}`]);
    const files = { "library/hello.rllm": HELLO.replace("builtin/baseline", "local/x") };
    const env = { ...model.env, ACME_API_KEY: key };
    await withServer({ files, env }, async ({ url }) => {
      const ran = await call(url, "run_program", { name: "hello", input: { text: key } });
      expect(ran["structuredContent"]).toMatchObject({ output: { summary: expect.any(String) } });
      expect(JSON.stringify(ran)).not.toContain(key);
    });
    model.stop();
  });
});

describe("a client's budget", () => {
  test("is spent over all its calls", async () => {
    const model = serveModel(['{"summary": "s"}']);
    const files = { "library/hello.rllm": HELLO.replace("builtin/baseline", "local/x") };
    const setting = { files, env: model.env, args: ["--budget", "calls=2"] };
    await withServer(setting, async ({ url }) => {
      const codes: unknown[] = [];
      for (const text of ["a", "b", "c"]) {
        const ran = await call(url, "run_program", { name: "hello", input: { text } });
        codes.push((ran["structuredContent"] as { error_code?: string }).error_code ?? null);
      }
      expect(codes).toEqual([null, null, "RLLM_020"]);
      expect(model.asked.length).toBe(2);
    });
    model.stop();
  });
});

describe("a long run", () => {
  const capabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };

  test("is a task for a client that knows tasks, and its owner's alone", async () => {
    await withServer({}, async ({ url }) => {
      const given = { name: "hello", input: { text: "Hi there." } };
      const task = await call(url, "run_program", given, { capabilities });
      expect(task).toMatchObject({ resultType: "task", status: "working" });
      const ask = async () =>
        await result(rpc(url, "tasks/get", { taskId: task["taskId"] }, { capabilities }));
      let state = await ask();
      while (state["status"] === "working") {
        await Bun.sleep(10);
        state = await ask();
      }
      expect(state).toMatchObject({
        status: "completed",
        result: { structuredContent: { output: {}, cost_usd: 0 } },
      });
      const none = await rpc(url, "tasks/get", { taskId: "nothing" }, { capabilities });
      expect(await none.json()).toMatchObject({ error: { code: -32602 } });
      const blind = await rpc(url, "tasks/get", { taskId: task["taskId"] });
      expect(await blind.json()).toMatchObject({ error: { code: -32021 } });
    });
  });

  test("ends down to the provider when its task is cancelled, or the server stops", async () => {
    const left: Promise<void>[] = [];
    const provider = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      async fetch({ signal }) {
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => resolve());
        left.push(promise);
        await promise;
        return new Response("too late");
      },
    });
    const config = `providers: { slow: { base_url: "http://127.0.0.1:${provider.port}/v1" } }\n`;
    const files = {
      "library/hello.rllm": HELLO.replace("builtin/baseline", "slow/x"),
      "config/modullm/config.yaml": config,
    };
    await withServer({ files }, async ({ url }) => {
      const given = { name: "hello", input: { text: "x" } };
      const { taskId } = await call(url, "run_program", given, { capabilities });
      while (left.length === 0) await Bun.sleep(10);
      await result(rpc(url, "tasks/cancel", { taskId }, { capabilities }));
      await left[0];
      const state = await result(rpc(url, "tasks/get", { taskId }, { capabilities }));
      expect(state["status"]).toBe("cancelled");
      await call(url, "run_program", given, { capabilities });
      void rpc(url, "tools/call", { name: "run_program", arguments: given }).catch(() => null);
      while (left.length < 3) await Bun.sleep(10);
    });
    await Promise.all(left);
    await provider.stop(true);
  });
});
