import { afterAll, describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load.ts";
import { findOffers, type Offer } from "../../src/doctor/model-offers.ts";
import { PROVIDERS } from "../../src/model/providers.ts";
import { STARTERS } from "../../src/model/starters.ts";
import { createCatalog } from "../../src/model/catalog/catalog.ts";
import { makeFolder, worldOf } from "../cli/command-line.ts";

/** A server with these models, for whoever has the key. */
function serve(models: readonly string[], key: string | null = null) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      if (key !== null && request.headers.get("authorization") !== `Bearer ${key}`)
        return Response.json({ error: { message: "no" } }, { status: 401 });
      if (new URL(request.url).pathname === "/api/tags")
        return Response.json({ models: models.map((name) => ({ name })) });
      return Response.json({ object: "list", data: models.map((id) => ({ id })) });
    },
  });
  return { base: `http://127.0.0.1:${server.port}`, stop: () => void server.stop(true) };
}

const HOSTED = serve(["text-embedding-3-small", "gpt-5-mini", "gpt-5"], "sk-right-0123456789");
const OTHER = serve(["whisper-1", "one", "two"]);
const LOCAL = serve(["nomic-embed-text", "llama3.2:3b", "a", "b", "c", "d", "e"]);
afterAll(() => {
  for (const server of [HOSTED, OTHER, LOCAL]) server.stop();
});
/** Nothing listens there. */
const DEAD = "http://127.0.0.1:9";

/** What is offered up to the built-in model, and what comes behind it. */
async function offers(env: Record<string, string>, files: Record<string, string> = {}) {
  const folder = makeFolder(files);
  const dead = {
    OLLAMA_API_BASE: DEAD,
    VLLM_API_BASE: DEAD,
    LLAMACPP_API_BASE: DEAD,
    LMSTUDIO_API_BASE: DEAD,
  };
  const config = await loadConfig({
    env: { ...worldOf(folder), ...dead, ...env },
    cwd: folder,
    autoload: true,
  });
  const found = await findOffers({ config, permit() {} });
  const at = found.findIndex(({ model }) => model === "builtin/baseline");
  return { ready: found.slice(0, at), others: found.slice(at + 1) };
}

function modelsOf(found: readonly Offer[]): string[] {
  return found.map(({ model }) => model);
}

describe("findOffers()", () => {
  test("with nothing offers what is built in, then hosted models that want a key", async () => {
    const { ready, others } = await offers({});
    expect(ready).toEqual([]);
    expect(others[0]).toEqual({
      model: "openai/gpt-5-mini",
      ready: false,
      reason: "It needs the key OPENAI_API_KEY.",
    });
    expect(others.every((offer) => !offer.ready)).toBe(true);
  });

  test("offers one model of a provider whose key is set, and names the variable that has it", async () => {
    const key = { OPENAI_API_BASE: `${HOSTED.base}/v1`, OPENAI_API_KEY: "sk-right-0123456789" };
    expect((await offers(key)).ready).toEqual([
      {
        model: "openai/gpt-5-mini",
        ready: true,
        reason: "Its key is set (OPENAI_API_KEY, environment).",
      },
    ]);
    const second = await offers({
      HF_TOKEN: "hf_0123456789",
      HUGGINGFACE_API_BASE: `${OTHER.base}/v1`,
    });
    expect(second.ready).toEqual([
      { model: "huggingface/one", ready: true, reason: "Its key is set (HF_TOKEN, environment)." },
    ]);
  });

  test("a key that is refused, and a server that is not reached, are told", async () => {
    const { ready, others } = await offers({
      OPENAI_API_BASE: `${HOSTED.base}/v1`,
      OPENAI_API_KEY: "sk-wrong-0123456789",
      MISTRAL_API_BASE: DEAD,
      MISTRAL_API_KEY: "0123456789",
    });
    expect(ready).toEqual([]);
    expect(others.find(({ model }) => model.startsWith("openai/"))?.reason).toBe(
      "The key OPENAI_API_KEY from environment is refused.",
    );
    expect(others.find(({ model }) => model.startsWith("mistral/"))?.reason).toStartWith(
      "It could not be reached:",
    );
  });

  test("offers up to five models of a server on this machine, none that only embeds", async () => {
    const { ready } = await offers({ OLLAMA_API_BASE: LOCAL.base });
    expect(modelsOf(ready)).toEqual(
      ["llama3.2:3b", "a", "b", "c", "d"].map((name) => `ollama/${name}`),
    );
    expect(ready[0]?.reason).toBe(
      `It runs on this machine (${new URL(LOCAL.base).host}) and needs no key.`,
    );
  });

  test("puts the default model first, and offers it once", async () => {
    const { ready } = await offers({ OLLAMA_API_BASE: LOCAL.base, MODULLM_MODEL: "ollama/b" });
    expect(modelsOf(ready)).toEqual(
      ["b", "llama3.2:3b", "a", "c", "d"].map((name) => `ollama/${name}`),
    );
    expect(ready[0]?.reason).toBe("Your default model.");
  });

  test("knows the servers of config.yaml", async () => {
    const config = `providers:\n  mine: { base_url: "${OTHER.base}/v1" }\n`;
    const { ready } = await offers({}, { "config/modullm/config.yaml": config });
    expect(modelsOf(ready)).toEqual(["mine/one", "mine/two"]);
  });

  test("knows servers that have an address in the environment", async () => {
    expect(
      modelsOf((await offers({ BIKES_API_BASE: `${OTHER.base}/v1`, DEAD_BASE_URL: DEAD })).ready),
    ).toEqual(["bikes/one", "bikes/two"]);
  });

  test("asks no address that this folder's .env names with a key from elsewhere", async () => {
    const { ready, others } = await offers(
      { OPENAI_API_KEY: "sk-right-0123456789" },
      { ".env": `OPENAI_API_BASE=${HOSTED.base}/v1\n` },
    );
    expect(modelsOf([...ready, ...others])).not.toContain("openai/gpt-5-mini");
  });
});

test("every starter is a model of the catalogue, of a hosted provider", async () => {
  const catalog = createCatalog();
  for (const [provider, name] of Object.entries(STARTERS)) {
    expect(PROVIDERS.find((entry) => entry.name === provider)?.quirks.local).toBe(false);
    expect([name, (await catalog.facts(`${provider}/${name}`)) !== null]).toEqual([name, true]);
  }
});
