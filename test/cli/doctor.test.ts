import { afterEach, describe, expect, test } from "bun:test";
import { type Ask, type Decision, type Policy, YES } from "../../src/policy/policy.ts";
import { makeFolder, modullm } from "./command-line.ts";
import { patience } from "../patience.ts";

const servers: { stop(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

interface Asked {
  readonly path: string;
  readonly key: string | null;
}

/** A server that answers every request the same way. */
function serve(reply: () => Response | Promise<Response>): {
  url: string;
  host: string;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch(request) {
      asked.push({
        path: new URL(request.url).pathname,
        key: request.headers.get("authorization"),
      });
      return reply();
    },
  });
  servers.push({ stop: () => void server.stop(true) });
  return { url: `http://127.0.0.1:${server.port}`, host: `127.0.0.1:${server.port}`, asked };
}

interface Line {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Where nothing listens, so that a server of this machine is not taken for one of the test's. */
const NOWHERE = { OLLAMA_API_BASE: "http://127.0.0.1:9" };

async function doctor(
  env: Record<string, string>,
  files: Record<string, string> = {},
  policy: Policy | null = null,
) {
  const outcome = await modullm(["doctor", "--json"], {
    folder: makeFolder(files),
    env: { ...NOWHERE, ...env },
    ...(policy === null ? {} : { policy }),
  });
  const { ok, checks } = outcome.json() as { ok: boolean; checks: Line[] };
  return { ...outcome, ok, line: (name: string) => checks.find((check) => check.name === name) };
}

const KEY = "sk-test-0123456789abcdef";
const LIST = () => Response.json({ data: [{ id: "a" }, { id: "b" }] });

describe("doctor", () => {
  test("lists a configuration file that can't be used among the others, and goes on", async () => {
    const files = {
      "config/modullm/config.yaml": "runtime:\n  default_max_retries: many\n",
      "config/modullm/.env": "this is no assignment\n",
    };
    const { exit, ok, json, line } = await doctor({ OPENAI_API_BASE: "http://127.0.0.1:9" }, files);
    const { checks } = json() as { checks: Line[] };
    const broken = checks.filter(({ name }) => name === "configuration");
    expect({ exit, ok, broken }).toMatchObject({
      exit: 1,
      ok: false,
      broken: [
        { status: "failed", message: expect.stringContaining(".env") as string },
        { status: "failed", message: expect.stringContaining("default_max_retries") as string },
      ],
    });
    expect(line("statistics")).toMatchObject({ status: "ok" });
    expect(line("Python blocks")).toBeDefined();
  });

  test("asks the providers whose keys are set for their models, and shows no key", async () => {
    const server = serve(LIST);
    const env = { OPENAI_API_KEY: KEY, OPENAI_API_BASE: `${server.url}/v1` };
    const { line, stdout, stderr, ok, exit } = await doctor(env);
    expect(line("openai")).toEqual({
      name: "openai",
      status: "ok",
      message: `answers at ${server.host}, 2 models`,
      hint: null,
    });
    expect(server.asked).toEqual([{ path: "/v1/models", key: `Bearer ${KEY}` }]);
    expect(stdout + stderr).not.toContain(KEY);
    expect({ ok, exit, mistral: line("mistral") }).toEqual({
      ok: true,
      exit: 0,
      mistral: undefined,
    });
  });

  test("says where a key that is refused came from", async () => {
    const server = serve(() =>
      Response.json({ error: { message: `Incorrect API key: ${KEY}` } }, { status: 401 }),
    );
    const files = { ".env": `OPENAI_API_KEY=${KEY}\nOPENAI_API_BASE=${server.url}/v1\n` };
    const { line, stdout, ok, exit } = await doctor({}, files);
    expect(line("openai")).toEqual({
      name: "openai",
      status: "failed",
      message: `${server.host} answers 401: the key OPENAI_API_KEY (./.env) is refused`,
      hint: `Set a key that ${server.host} takes, in place of the one from ./.env.`,
    });
    expect({ ok, exit }).toEqual({ ok: false, exit: 1 });
    expect(stdout).not.toContain(KEY);
  });

  test("sends no key where a project's .env leads, unless the folder is trusted", async () => {
    const server = serve(LIST);
    const { line } = await doctor(
      { OPENAI_API_KEY: KEY },
      { ".env": `OPENAI_API_BASE=${server.url}/v1\n` },
    );
    expect(line("openai")).toMatchObject({
      status: "warning",
      hint: expect.stringContaining("modullm trust") as string,
    });
    expect(server.asked).toEqual([]);
  });

  test("takes a server that lists no models for one that answers", async () => {
    const server = serve(() => new Response("no", { status: 404 }));
    const { line } = await doctor({ PERPLEXITY_API_KEY: KEY, PERPLEXITY_API_BASE: server.url });
    expect(line("perplexity")).toMatchObject({
      status: "ok",
      message: expect.stringContaining("with 404") as string,
    });
  });

  test("tells local servers apart: not started, started, missing where an address is set", async () => {
    const ollama = serve(() => Response.json({ models: [{ name: "llama3.2:latest" }] }));
    const { line } = await doctor({
      OLLAMA_API_BASE: ollama.url,
      VLLM_API_BASE: "http://127.0.0.1:9/v1",
    });
    expect(line("ollama")).toMatchObject({
      status: "ok",
      message: `answers at ${ollama.host}, 1 model`,
    });
    expect(line("vllm")).toMatchObject({
      status: "warning",
      message: expect.stringMatching(/^can't be reached at 127\.0\.0\.1:9: /) as string,
      hint: "Start the server, or correct its address.",
    });
    expect(line("lmstudio")).toBeUndefined();
  });

  test("asks servers of config.yaml too, whatever models it lists for them", async () => {
    const server = serve(() => new Response("down", { status: 503 }));
    const config = `providers: { gpu: { base_url: "${server.url}/v1", models: [a] } }\n`;
    const { line, ok } = await doctor({}, { "config/modullm/config.yaml": config });
    expect(line("gpu")).toMatchObject({ status: "warning" });
    expect([server.asked.length, ok]).toEqual([1, true]);
  });

  test("looks for the default model as a run would", async () => {
    const ollama = serve(() => Response.json({ models: [{ name: "llama3.2:latest" }] }));
    const at = async (model: string) =>
      (await doctor({ OLLAMA_API_BASE: ollama.url, MODULLM_MODEL: model })).line("default model");
    expect((await doctor({})).line("default model")).toMatchObject({ status: "ok" });
    expect(await at("builtin/baseline")).toMatchObject({
      status: "ok",
      message: "builtin/baseline can be called",
    });
    expect(await at("ollama/llama3.2")).toMatchObject({ status: "ok" });
    expect(await at("ollama/gone")).toMatchObject({
      status: "failed",
      hint: expect.stringContaining("ollama pull gone") as string,
    });
    expect(await at("openai/gpt-5-mini")).toMatchObject({
      status: "failed",
      message:
        'openai/gpt-5-mini can\'t be called: Cannot call model "openai/gpt-5-mini": OPENAI_API_KEY is not set',
    });
    expect(await at("nobody/x")).toMatchObject({ status: "failed" });
  }, 180_000);

  test("looks for the embedder and the reranker where they are set", async () => {
    const ollama = serve(() => Response.json({ models: [{ name: "nomic-embed-text:latest" }] }));
    const asked = async (embedder: string, reranker = "builtin/lexical") =>
      await doctor(
        { OLLAMA_API_BASE: ollama.url },
        { "config/modullm/config.yaml": `embedder: ${embedder}\nreranker: ${reranker}\n` },
      );
    expect((await doctor({})).line("embedder")).toBeUndefined();
    const fine = await asked("ollama/nomic-embed-text");
    expect([fine.line("embedder")?.status, fine.line("reranker")?.status]).toEqual(["ok", "ok"]);
    expect((await asked("ollama/gone")).line("embedder")).toMatchObject({
      status: "failed",
      hint: expect.stringContaining("ollama pull gone") as string,
    });
    const other = await asked("anthropic/claude-haiku-4-5", "cohere/rerank-v3.5");
    expect(other.line("embedder")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("no models that give vectors") as string,
    });
    expect(other.line("reranker")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("COHERE_API_KEY") as string,
    });
  }, 180_000);

  test("says what is odd in a configuration that can be used", async () => {
    const { line, ok } = await doctor({}, { "config/modullm/config.yaml": "no_such_key: 1\n" });
    expect(ok).toBe(true);
    expect(line("configuration")).toEqual({
      name: "configuration",
      status: "warning",
      message: expect.stringContaining("no_such_key") as string,
      hint: "Correct it, or remove it.",
    });
  });

  test("says that runs can't be recorded where the data folder is none", async () => {
    const { line, ok, exit } = await doctor({}, { data: "a file where a folder is wanted" });
    expect(line("data folder")).toMatchObject({
      status: "failed",
      message: expect.stringMatching(/data\/modullm can't be written: /) as string,
      hint: "Correct its rights, or set XDG_DATA_HOME to another folder.",
    });
    expect({ ok, exit }).toEqual({ ok: false, exit: 1 });
  });

  test("says what is wrong with the history, and no number", async () => {
    const { line, ok } = await doctor({}, { "data/modullm/stats.db": "garbage".repeat(1000) });
    expect(line("statistics")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("the file is not a SQLite database") as string,
    });
    expect(ok).toBe(false);
  });

  test("says so where no sandbox of the machine is allowed", async () => {
    const policy = {
      decide: ({ action }: Ask): Decision =>
        action === "sandbox" ? { allow: false, code: "RLLM_021", rule: "none" } : YES,
    };
    const { line, ok } = await doctor({}, {}, policy);
    for (const name of ["Python blocks", "JavaScript blocks"])
      expect(line(name)).toMatchObject({
        status: "warning",
        message: expect.stringMatching(/^are refused: /) as string,
      });
    expect(ok).toBe(true);
  });

  test("says what is wrong with a provider of config.yaml", async () => {
    const config = 'providers: { gpu: { type: vlm, base_url: "http://127.0.0.1:9" } }\n';
    const { line, ok } = await doctor({}, { "config/modullm/config.yaml": config });
    expect(line("gpu")).toMatchObject({
      status: "warning",
      message: 'Cannot use provider "gpu": its type "vlm" is not one',
      hint: expect.stringContaining('did you mean "vllm"?') as string,
    });
    expect(ok).toBe(true);
  });

  test("waits three seconds at most, for all together", async () => {
    const server = serve(() => new Promise<Response>(() => {}));
    const env = {
      OPENAI_API_KEY: KEY,
      OPENAI_API_BASE: `${server.url}/v1`,
      MISTRAL_API_KEY: KEY,
      MISTRAL_API_BASE: `${server.url}/v1`,
      OLLAMA_API_BASE: server.url,
      MODULLM_MODEL: "ollama/llama3.2",
    };
    const start = performance.now();
    const { line } = await doctor(env);
    expect(performance.now() - start).toBeLessThan(patience(5500));
    for (const name of ["openai", "mistral", "ollama"])
      expect(line(name)).toMatchObject({
        status: "warning",
        message: expect.stringContaining("no answer within 3 s") as string,
      });
  }, 180_000);

  test("prints a line for each check, and below it what to do", async () => {
    const server = serve(() => new Response("no", { status: 401 }));
    const env = { ...NOWHERE, GROQ_API_KEY: KEY, GROQ_API_BASE: server.url };
    const { stdout } = await modullm(["doctor"], { env });
    expect(stdout).toContain(
      `failed  groq: ${server.host} answers 401: the key GROQ_API_KEY (environment) is refused\n        Set a key that`,
    );
  });
});
