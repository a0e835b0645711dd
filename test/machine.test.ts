import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { RunEvent } from "../src/core/events.ts";
import { LOCAL_USER, type Principal } from "../src/core/principal.ts";
import { createMachine, type Machine } from "../src/machine.ts";
import type { App } from "../src/workspace.ts";
import { YES } from "../src/policy/policy.ts";
import { sampleFiles } from "./plugin/sample.ts";
import { makeFolder, programText, worldOf } from "./cli/command-line.ts";

const meter = { busy: 0, most: 0, calls: 0 };
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch() {
    meter.calls++;
    meter.most = Math.max(meter.most, ++meter.busy);
    await new Promise((resolve) => setTimeout(resolve, 15));
    meter.busy--;
    const message = { role: "assistant", content: `{"out": "${meter.calls}"}` };
    return Response.json({ choices: [{ index: 0, finish_reason: "stop", message }] });
  },
});
afterAll(() => server.stop(true));

const machines: Machine[] = [];
afterAll(async () => {
  for (const machine of machines) await machine.close();
});

function newMachine(): Machine {
  const made = createMachine({ stays: true });
  machines.push(made);
  return made;
}

function folder(): string {
  const schema = "{type: object, properties: {text: {type: string}}}";
  const keys = { name: "p", input_schema: schema, llm: "{model: s/m}" };
  return makeFolder({
    "config/modullm/config.yaml": `providers: {s: {base_url: "http://127.0.0.1:${server.port}/v1"}}\n`,
    "p.rllm": programText(keys, "Hi {{input.text}}"),
    "cached.rllm": programText({ ...keys, cache: "7d" }, "Hi {{input.text}}"),
  });
}

async function openIn(at: Machine, cwd: string, principal: Principal = LOCAL_USER): Promise<App> {
  return await at.workspace({ env: worldOf(cwd), cwd, principal, warn: () => {} });
}

async function runIn(app: App, cwd: string, name = "p"): Promise<unknown> {
  const loaded = await app.load(join(cwd, `${name}.rllm`));
  return (await app.run(loaded, { text: "x" }, { concurrency: 4 })).output;
}

describe("a machine", () => {
  test("makes four calls at a time to a server, for all runs of all its workspaces", async () => {
    const [one, two] = [folder(), folder()];
    const at = newMachine();
    const apps = [await openIn(at, one), await openIn(at, two)] as const;
    Object.assign(meter, { most: 0, calls: 0 });
    await Promise.all(
      Array.from(
        { length: 50 },
        async (_, index) => await runIn(apps[index % 2 === 0 ? 0 : 1], index % 2 === 0 ? one : two),
      ),
    );
    expect(meter).toMatchObject({ calls: 50, most: 4 });
  });

  test("knows nothing of another one in the same process", async () => {
    const [one, two] = [folder(), folder()];
    const apps = [await openIn(newMachine(), one), await openIn(newMachine(), two)] as const;
    Object.assign(meter, { most: 0, calls: 0 });
    await Promise.all(
      Array.from(
        { length: 40 },
        async (_, index) => await runIn(apps[index % 2 === 0 ? 0 : 1], index % 2 === 0 ? one : two),
      ),
    );
    expect(meter.most).toBeGreaterThan(4);
    expect(meter.most).toBeLessThanOrEqual(8);
    const histories = await Promise.all(apps.map(async (app) => await app.store()));
    expect(histories[0]).not.toBe(histories[1]);
    await machines.at(-1)?.close();
    expect(await runIn(apps[0], one)).toMatchObject({ out: expect.any(String) as string });
  });

  test("gives no tenant the kept answer of another, and says in events who asked", async () => {
    const cwd = folder();
    const at = newMachine();
    const tenant = (name: string): Principal => ({
      ...LOCAL_USER,
      id: `key-${name}`,
      tenant: name,
    });
    const [a, b] = [await openIn(at, cwd, tenant("a")), await openIn(at, cwd, tenant("b"))];
    meter.calls = 0;
    const first = await runIn(a, cwd, "cached");
    expect(await runIn(a, cwd, "cached")).toEqual(first);
    expect(await runIn(b, cwd, "cached")).not.toEqual(first);
    expect(meter.calls).toBe(2);
    const events: RunEvent[] = [];
    const wants = { payloads: false, deltas: false };
    const loaded = await b.load(join(cwd, "p.rllm"));
    const traces = [{ wants, listen: (event: RunEvent) => void events.push(event) }];
    await b.run(loaded, { text: "x" }, { traces });
    expect(new Set(events.map(({ principal }) => principal))).toEqual(new Set(["key-b"]));
  });

  test("lets runs share a scope that somebody else owns", async () => {
    const cwd = folder();
    const app = await openIn(newMachine(), cwd);
    const loaded = await app.load(join(cwd, "p.rllm"));
    const chat = app.scope({ budget: { calls: 2 } });
    await app.run(loaded, { text: "1" }, { scope: chat });
    await app.run(loaded, { text: "2" }, { scope: chat });
    const third = await app.run(loaded, { text: "3" }, { scope: chat }).catch((e: unknown) => e);
    expect(third).toMatchObject({ code: "RLLM_020", details: { limit: { calls: 2 } } });
    const own = await app.run(loaded, { text: "4" });
    expect(own.output).toMatchObject({ out: expect.any(String) as string });
    chat.end(new Error("the chat is over"));
    const late = await app.run(loaded, { text: "5" }, { scope: chat }).catch((e: unknown) => e);
    expect(late).toMatchObject({ code: "RLLM_022" });
  });

  test("holds as much after 10,000 runs in two workspaces as after the first ones", async () => {
    const at = newMachine();
    const message = { role: "assistant", content: '{"out": "ok"}' };
    const reply = JSON.stringify({ choices: [{ index: 0, finish_reason: "stop", message }] });
    const instant = (async () => new Response(reply)) as unknown as typeof fetch;
    async function place(cwd: string) {
      const app = await at.workspace({ env: worldOf(cwd), cwd, warn: () => {}, fetch: instant });
      return { app, loaded: await app.load(join(cwd, "p.rllm")) };
    }
    const places = [await place(folder()), await place(folder())] as const;
    async function runs(from: number, to: number): Promise<void> {
      for (let index = from; index < to; index += 100)
        await Promise.all(
          Array.from({ length: 100 }, async (_, more) => {
            const { app, loaded } = places[more % 2 === 0 ? 0 : 1];
            await app.run(loaded, { text: `${index + more}` });
          }),
        );
    }
    await runs(0, 200);
    const counts = await at.counts();
    expect(counts).toEqual({
      workspaces: 2,
      sandboxes: 2,
      stores: 2,
      breakers: 2,
      plugins: 0,
      mcp_servers: 0,
      limiters: 1,
    });
    await runs(200, 10_000);
    expect(await at.counts()).toEqual(counts);
  }, 300_000);

  test("runs a plugin once for workspaces that want the same, and ends it with the last", async () => {
    const cwd = makeFolder(
      Object.fromEntries(
        Object.entries(sampleFiles({})).map(([name, text]) => [
          `.modullm/plugins/sample/${name}`,
          text,
        ]),
      ),
    );
    const policy = { decide: () => YES };
    const open = async (at: Machine, principal = LOCAL_USER): Promise<App> => {
      const app = await at.workspace({ env: worldOf(cwd), cwd, principal, policy, warn() {} });
      await (await app.tools.model("sample/mirror")).ready(new AbortController().signal, () => {});
      return app;
    };
    const [at, other] = [newMachine(), newMachine()];
    const [one, two] = [await open(at), await open(at)];
    await open(other);
    expect([await at.counts(), await other.counts()]).toMatchObject([
      { workspaces: 2, plugins: 1 },
      { workspaces: 1, plugins: 1 },
    ]);
    await open(at, { ...LOCAL_USER, id: "key-a", tenant: "a" });
    expect(await at.counts()).toMatchObject({ workspaces: 3, plugins: 2 });
    await one.close();
    expect(await at.counts()).toMatchObject({ plugins: 2 });
    await two.close();
    expect(await at.counts()).toMatchObject({ workspaces: 1, plugins: 1 });
    await at.close();
    expect(await at.counts()).toMatchObject({
      workspaces: 0,
      plugins: 0,
      mcp_servers: 0,
      sandboxes: 0,
      stores: 0,
    });
    expect(await other.counts()).toMatchObject({ plugins: 1 });
  });
});
