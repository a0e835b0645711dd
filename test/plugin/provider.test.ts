import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { ModelNote } from "../../src/model/model.ts";
import type { ModelProvider } from "../../src/model/provider.ts";
import { withRetry } from "../../src/model/retry.ts";
import { createPluginProvider, type PluginProviderOptions } from "../../src/plugin/provider.ts";
import { ask, errorOf, notesOf, outcome } from "../model/calls.ts";
import { type Behaviour, testProvider } from "../model/provider-suite.ts";
import { type Faulty, startFaulty, until } from "./faulty.ts";

const MANIFEST: Manifest = {
  name: "faulty",
  version: "1.0.0",
  description: "For tests.",
  language: "typescript",
  interface_version: 1,
  command: { default: ["faulty-plugin.ts"] },
  provides: ["chat", "embed", "models/list", "models/pull", "tokens/count"],
  env: ["FAULTY_API_KEY"],
};
const { signal } = new AbortController();

const made: ModelProvider[] = [];
afterAll(async () => {
  for (const provider of made) await provider.close?.();
});

function make(
  manifest: Partial<Manifest> = {},
  options: PluginProviderOptions & { fault?: string } = {},
): { provider: ModelProvider; faulty: Faulty } {
  const faulty = startFaulty(options.fault ?? "none", { variables: ["FAULTY_API_KEY"] });
  const provider = createPluginProvider(faulty.host, { ...MANIFEST, ...manifest }, options);
  made.push(provider);
  return { provider, faulty };
}

testProvider("of a plugin", async (behaviour: Behaviour) => {
  const names = { answers: "m", "says-nothing": "silent", hangs: "waits" };
  const { provider, faulty } = make();
  const name = names[behaviour];
  // Started: one that is aborted meanwhile never hears of the call.
  await faulty.host.start();
  return {
    provider,
    name,
    id: `faulty/${name}`,
    request: ask(),
    disconnected: async () => {
      if (!(await until(() => existsSync(`${faulty.marker}.cancelled`))))
        throw new Error("it was not cancelled");
    },
    close: () => provider.close?.() ?? Promise.resolve(),
  };
});

describe("what a chat is", () => {
  test("sends what the protocol has, and keeps what is the host's", async () => {
    const { provider } = make();
    const attachments = [{ mediaType: "image/png", data: "aGk=", name: "photo.png" }];
    const result = await outcome(
      provider.model("echo"),
      ask({
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: "Look.", attachments },
        ],
        params: { temperature: 0.5, timeout: 30, stream: true, seed: undefined, stop: null },
        schema: { type: "object" },
        stream: true,
        values: { secret: "not sent" },
      }),
    );
    expect(JSON.parse(result.text)).toEqual({
      model: "echo",
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: "Look.",
          attachments: [{ media_type: "image/png", data: "aGk=", name: "photo.png" }],
        },
      ],
      params: { temperature: 0.5 },
      schema: { type: "object" },
      stream: true,
    });
    expect(result.finish).toEqual({
      type: "finish",
      reason: "stop",
      usage: { prompt_tokens: 3, completion_tokens: 2 },
      served: null,
    });
  });
  test("hands on reasoning and notes, and no signs of life or empty texts", async () => {
    const { provider } = make();
    const result = await outcome(provider.model("notes"), ask());
    expect(result.parts.map((part) => part.type)).toEqual(["reasoning", "note", "text", "finish"]);
    expect(notesOf(result, "warning")).toEqual(["temperature is ignored"]);
  });
  test("ends with RLLM_019 when the plugin takes longer than the program allows", async () => {
    const { provider } = make();
    const result = await outcome(provider.model("waits"), ask({ params: { timeout: 0.4 } }));
    expect(result.error?.code).toBe("RLLM_019");
    expect(result.error?.details["deadline"]).toBe("total");
  });
});

describe("what a plugin says itself", () => {
  const failing = async (model: string) =>
    (await outcome(make().provider.model(model), ask())).error;

  test("no such model: RLLM_010", async () => {
    const error = await failing("missing");
    expect([error?.code, error?.details["model"], error?.details["reason"]]).toEqual([
      "RLLM_010",
      "faulty/missing",
      "there is no such model",
    ]);
  });
  test("unauthorized: RLLM_014 with the variable it gets", async () => {
    const error = await failing("locked");
    expect([error?.code, error?.details["missing_env_var"]]).toEqual([
      "RLLM_014",
      "FAULTY_API_KEY",
    ]);
  });
  test("unavailable: RLLM_017 that is tried again, after the time it asks for", async () => {
    const error = await failing("busy");
    expect([
      error?.code,
      error?.retryable,
      error?.details["retry_after_ms"],
      error?.details["status"],
    ]).toEqual(["RLLM_017", true, 20, 503]);
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => void waits.push(milliseconds);
    const again = await outcome(
      withRetry(make().provider.model("busy"), { sleep, random: () => 1 }),
      ask(),
    );
    expect(again.error?.details["attempts"]).toBe(3);
    expect(waits).toHaveLength(2);
  });
  test("refused: RLLM_017 that is not, with its code", async () => {
    const error = await failing("refuses");
    expect([error?.code, error?.retryable, error?.details["provider_code"]]).toEqual([
      "RLLM_017",
      false,
      "context_length_exceeded",
    ]);
  });
});

describe("its models", () => {
  test("are listed, and known once one is ready, also where tries are repeated", async () => {
    const { provider } = make();
    expect(await provider.list?.(signal)).toContain("silent");
    const { provider: other } = make();
    const model = withRetry(other.model("m"));
    expect([model.window, model.abilities?.input]).toEqual([null, null]);
    await model.ready(signal, () => undefined);
    expect([model.window, model.abilities?.input, model.abilities?.schema]).toEqual([
      4096,
      ["image", "pdf"],
      "grammar",
    ]);
  });
  test("are refused before anything is paid for when they are not on its list", async () => {
    const { provider } = make();
    const error = await errorOf(() => provider.model("nope").ready(signal, () => undefined));
    expect(error.code).toBe("RLLM_010");
    expect(error.message).toMatch(/the plugin has m, silent, waits/);
  });
  test("are pulled where that is wanted, with notes", async () => {
    const { provider } = make({}, { autoPull: true });
    const notes: ModelNote[] = [];
    await provider.model("pulled").ready(signal, (note) => notes.push(note));
    expect(notes.map(({ kind, message }) => [kind, message])).toEqual(
      [0, 50, 100].map(() => ["progress", 'Pulling "pulled": bytes']),
    );
    expect((await outcome(provider.model("pulled"), ask())).text).toBe("fine");
  });
  test("go by the name that the program wrote", () => {
    expect(make({}, { written: "Faulty" }).provider.model("m").id).toBe("Faulty/m");
  });
  test("have an origin that tells versions and settings apart", () => {
    const origin = (options: PluginProviderOptions, version = "1.0.0") =>
      make({ version }, options).provider.model("m").origin;
    const origins = [origin({}), origin({}, "1.0.1"), origin({ identity: { depth: 1 } })];
    expect(new Set(origins).size).toBe(3);
    expect(origin({ identity: { key: "sesame" } })).toMatch(/^plugin:faulty@1\.0\.0#[0-9a-f]{16}$/);
  });
});

describe("a plugin that is not what its manifest says", () => {
  test.each([
    ["name", { name: "other" }, /its name is "faulty", its manifest that it is "other"/],
    ["version", { version: "2.0.0" }, /it is version "1.0.0", its manifest that it is "2.0.0"/],
    [
      "abilities",
      { provides: ["chat", "rerank"] as never },
      /provides rerank, and it says that it doesn't/,
    ],
    ["no chat", { provides: ["embed"] as const }, /does not provide "chat"/],
  ])("is not used: %s", async (_, manifest, says) => {
    const { provider } = make(manifest);
    const { error } = await outcome(provider.model("m"), ask());
    expect(error?.code).toBe("RLLM_019");
    expect(String(error?.details["reason"])).toMatch(says);
  });
  test("is looked at again in each of its lives", async () => {
    const { provider, faulty } = make({}, { fault: "killed" });
    expect((await outcome(provider.model("m"), ask())).error?.code).toBe("RLLM_019");
    expect((await outcome(provider.model("m"), ask())).text).toBe("fine");
    expect(faulty.host.state).toBe("ready");
  });
});
