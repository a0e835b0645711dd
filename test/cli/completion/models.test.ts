import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import models from "../../../src/model/catalog/models.json";
import { readOffers } from "../../../src/cli/completion/offers.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { PROVIDERS } from "../../../src/model/providers.ts";
import { makeFolder, modullm, type Setting } from "../command-line.ts";

async function names(setting: Setting = {}): Promise<string[]> {
  const { exit, stdout } = await modullm(["completion", "models"], setting);
  expect(exit).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

describe("modullm completion models", () => {
  test("prints what is built in, then the catalogue, then providers without a known model, each once", async () => {
    const printed = await names();
    expect(printed.slice(0, 2)).toEqual(["builtin/baseline", "recommended"]);
    expect(printed).toHaveLength(new Set(printed).size);
    expect(Object.keys(models).filter((id) => !printed.includes(id))).toEqual([]);
    const fronts = new Set(printed.map((name) => name.split("/")[0]));
    expect(PROVIDERS.filter(({ name }) => !fronts.has(name))).toEqual([]);
    expect(printed.slice(-1)).toEqual(["ollama/"]);
  });

  test("has the models of providers first whose key is set", async () => {
    const [, , first, ...rest] = await names({ env: { GROQ_API_KEY: "gsk-of-a-test" } });
    expect(first).toStartWith("groq/");
    const keyless = rest.findIndex((name) => !name.startsWith("groq/"));
    expect(rest.slice(keyless).filter((name) => name.startsWith("groq/"))).toEqual([]);
  });

  test("has what config.yaml names, but nothing that could mean something to a shell", async () => {
    const folder = makeFolder({
      ".env": "MODULLM_MODEL='x/$(touch pwned)'\n",
      "config/modullm/config.yaml": [
        "runtime: { default_model: ollama/llama3.2, fallbacks: [mine/b] }",
        'providers: { mine: { base_url: "http://127.0.0.1:1/v1", models: [a, "b c", "`d`", "e;f"] }, other: { base_url: "http://127.0.0.1:1" } }',
        "models: { deep/r1: { window: 1000 } }",
      ].join("\n"),
    });
    const printed = await names({ folder });
    expect(printed.slice(2, 6)).toEqual(["mine/b", "mine/a", "other/", "deep/r1"]);
    expect(printed.filter((name) => !/^[\w.:@+/-]+$/.test(name))).toEqual([]);
    expect(await names({ folder, env: { MODULLM_MODEL: "ollama/llama3.2:3b" } })).toContain(
      "ollama/llama3.2:3b",
    );
  });

  test("prints names all the same where the configuration can't be read", async () => {
    const folder = makeFolder({ "config/modullm/config.yaml": "runtime: [" });
    const { stdout, stderr } = await modullm(["completion", "models"], { folder });
    expect(stdout).toStartWith("builtin/baseline\nrecommended\n");
    expect(stdout).not.toContain("RLLM_018");
    expect(stderr).toContain("Cannot read configuration");
  });

  test("writes nothing and makes no folder", async () => {
    const folder = makeFolder();
    await names({ folder });
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(`${folder}/home`)).toBe(false);
  });
});

test("embed and rerank offer those who give vectors and scores, and no chat models", async () => {
  const { commands } = await readOffers(COMMANDS);
  const offered = (command: string) =>
    commands.find(({ name }) => name === command)?.options.find(({ name }) => name === "--model")
      ?.value as { words: readonly string[] };
  const fronts = (ability: "embed" | "rerank") =>
    PROVIDERS.flatMap((each) => (each.quirks[ability] === null ? [] : [`${each.name}/`]));
  expect(offered("embed").words).toEqual(["builtin/lexical", ...fronts("embed")]);
  expect(offered("rerank").words).toEqual(["builtin/lexical", ...fronts("rerank")]);
  expect(offered("embed").words).toContain("openai/");
  expect(offered("rerank").words).not.toContain("openai/");
  expect(offered("run")).toEqual({ kind: "models" } as never);
});
