import { afterAll, describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText } from "../cli/command-line.ts";

const TEXT = "{type: object, properties: {text: {type: string}}}";

const counted = { requests: 0, failing: "" };
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const body = await request.text();
    counted.requests++;
    if (counted.failing !== "" && body.includes(counted.failing))
      return Response.json({ error: { message: "no" } }, { status: 400 });
    if (body.includes("slow")) await new Promise((resolve) => setTimeout(resolve, 20_000));
    const message = { role: "assistant", content: `{"text": "answer ${counted.requests}"}` };
    const usage = { prompt_tokens: 5, completion_tokens: 5 };
    return Response.json({ choices: [{ index: 0, finish_reason: "stop", message }], usage });
  },
});
afterAll(() => server.stop(true));

describe("what a run paid for before it ended", () => {
  function world(parent: string) {
    const env = { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` };
    const keys = { input_schema: TEXT, output_schema: TEXT, llm: "{model: local/m}" };
    const uses =
      "[{name: c, path: ./c.rllm, each: '{{input.list}}', with: {text: '{{item}}'}}, {name: d, path: ./c.rllm, with: {text: '{{uses.c}}'}}]";
    const list =
      "{type: object, properties: {list: {type: array, items: {type: string}}, text: {type: string}}}";
    const folder = makeFolder({
      "p.rllm": programText({ name: "p", ...keys, input_schema: list, uses }, parent),
      "c.rllm": programText({ name: "c", ...keys }, "child {{input.text}}"),
    });
    const run = async (items: readonly string[], ...more: string[]) => {
      const args = ["run", "p.rllm", "--input", JSON.stringify({ list: items }), ...more];
      counted.requests = 0;
      const outcome = await modullm(args, { folder, env });
      return { ...outcome, requests: counted.requests };
    };
    return { run, folder, env };
  }

  test("is used once by the next run of the same request, and the hint and a note say so", async () => {
    const { run } = world("final");
    counted.failing = "final";
    const failed = await run(["a", "b", "c"]);
    expect(failed.exit).toBe(1);
    expect(failed.json()).toMatchObject({ error_code: "RLLM_017" });
    expect((failed.json() as { recovery_hint: string }).recovery_hint).toContain(
      "4 answers of finished children are kept for an hour: the same run uses them, once; --fresh asks anew.",
    );
    counted.failing = "";
    const other = await run(["a", "b", "d"]);
    expect(other.requests).toBe(5);
    const resumed = await run(["a", "b", "c"]);
    expect({ exit: resumed.exit, requests: resumed.requests }).toEqual({ exit: 0, requests: 1 });
    expect(resumed.stderr).toContain(
      "resumed: Using answers that an earlier run of the same request",
    );
    const next = await run(["a", "b", "c"]);
    expect(next.requests).toBe(5);
    expect(next.stderr).not.toContain("resumed");
  });

  test("is kept again where that run ends early too, and forgotten with --fresh", async () => {
    const { run } = world("final");
    counted.failing = "final";
    await run(["a", "b"]);
    expect((await run(["a", "b"])).requests).toBe(1);
    expect((await run(["a", "b"], "--no-cache")).requests).toBe(4);
    counted.failing = "";
    expect((await run(["a", "b"], "--fresh")).requests).toBe(4);
    expect((await run(["a", "b"])).requests).toBe(4);
  });

  test("is kept where a budget is spent, and where Ctrl-C ends the run", async () => {
    const { run, folder, env } = world("final");
    const spent = await run(["a", "b", "c"], "--budget", "calls=3", "--concurrency", "1");
    expect(spent.json()).toMatchObject({ error_code: "RLLM_020" });
    expect((spent.json() as { recovery_hint: string }).recovery_hint).toContain("3 answers");
    const controller = new AbortController();
    const input = JSON.stringify({ list: ["a", "b", "c", "slow"] });
    const interrupted = modullm(["run", "p.rllm", "--input", input], {
      folder,
      env,
      signal: controller.signal,
    });
    counted.requests = 0;
    while (counted.requests < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    const { exit, stdout } = await interrupted;
    expect(exit).toBe(130);
    expect(stdout).toContain("3 answers of finished children are kept for an hour");
    expect((await run(["a", "b", "c"])).requests).toBe(2);
  });
});

describe("answers kept for `cache`", () => {
  test("belong to an account, and are as long as the program wants them", async () => {
    const keys = { name: "p", input_schema: TEXT, output_schema: TEXT, cache: "7d" };
    const folder = makeFolder({ "p.rllm": programText({ ...keys, llm: "{model: s/m}" }, "Hi") });
    const config = `${folder}/config/modullm/config.yaml`;
    const provider = `{type: openai, base_url: "http://127.0.0.1:${server.port}/v1", api_key_env: S_KEY`;
    async function requests(key: string, headers: string, ...more: string[]): Promise<number> {
      await Bun.write(config, `providers: {s: ${provider}${headers}}}\n`);
      counted.requests = 0;
      const args = ["run", "p.rllm", "--text", "x", ...more];
      const outcome = await modullm(args, { folder, env: { S_KEY: key } });
      expect(outcome.exit).toBe(0);
      return counted.requests;
    }
    expect(await requests("keyAAAA1", "", "--budget", "tokens=300")).toBe(1);
    expect(await requests("keyAAAA1", "")).toBe(1);
    expect(await requests("keyAAAA1", "")).toBe(0);
    expect(await requests("keyBBBB2", "")).toBe(1);
    expect(await requests("keyAAAA1", ", headers: {X-Tenant: two}")).toBe(1);
    expect(await requests("keyAAAA1", ", headers: {X-Tenant: two}")).toBe(0);
    expect(await requests("keyAAAA1", "", "--fresh")).toBe(1);
    expect(await requests("keyAAAA1", "")).toBe(0);
  });
});
