import { afterAll, beforeAll, expect, test } from "bun:test";
import { type FaultServer, startFaultServer } from "../../scripts/failover/fault-server.ts";
import { WORDS } from "../../scripts/failover/scenarios.ts";
import { makeFolder, modullm } from "../cli/command-line.ts";

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer(0.05);
});
afterAll(() => server.close());

const PROGRAM = `---
name: words
description: Says sixty words
version: 1.0.0
author: test
max_context_window: 8000
input_schema: { type: object }
output_schema: { type: object, properties: { answer: { type: string } }, required: [answer] }
llm: { model: openai/fb-s08-stream-cut }
llm_params: {}
---
Say the words
`;
const FALLBACKS = "runtime: { fallbacks: [openai/fb-ok] }\n";

function setting(config = ""): { folder: string; env: Record<string, string> } {
  const folder = makeFolder({ "words.rllm": PROGRAM, "config/modullm/config.yaml": config });
  return {
    folder,
    env: { OPENAI_API_BASE: `${server.url}/v1`, OPENAI_API_KEY: "sk-test-1234567890" },
  };
}

interface Line {
  readonly type: string;
  readonly attempt: number;
  readonly value: { readonly answer?: string };
}

test("--format ndjson says when what came before is void, and joins nothing", async () => {
  const { stdout } = await modullm(
    ["run", "words.rllm", "--input", "{}", "--format", "ndjson"],
    setting(FALLBACKS),
  );
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const restart = lines.findIndex(({ type }) => type === "restart");
  expect(lines[restart]).toEqual({ type: "restart", attempt: 2 } as Line);
  const [before, after] = [lines.slice(0, restart), lines.slice(restart + 1)];
  expect(before.every(({ type, attempt }) => type === "partial" && attempt === 1)).toBe(true);
  expect(after[0]?.value.answer?.length ?? 0).toBeLessThan(
    before.at(-1)?.value.answer?.length ?? 0,
  );
  expect(lines.at(-1)).toEqual({ type: "output", value: { answer: WORDS.join(" ") } } as Line);
});

test("--stream tells a person that the answer begins anew", async () => {
  const { stderr, json } = await modullm(
    ["run", "words.rllm", "--input", "{}", "--stream"],
    setting(FALLBACKS),
  );
  expect(stderr).toContain(
    "fallback: openai/fb-s08-stream-cut failed, openai/fb-ok is next and begins anew: ",
  );
  expect(json()).toEqual({ answer: WORDS.join(" ") });
});

test("a model named by --model stands alone", async () => {
  const options = ["--input", "{}", "--model", "openai/fb-s12-context-length"];
  const { json } = await modullm(["run", "words.rllm", ...options], setting(FALLBACKS));
  expect(json()).toMatchObject({
    error_code: "RLLM_017",
    details: { provider_code: "context_length_exceeded" },
  });
});

test("without another model the same one is asked three times, and the error tells so", async () => {
  await server.reset();
  const { json } = await modullm(["run", "words.rllm", "--input", "{}"], setting());
  expect(json()).toMatchObject({
    error_code: "RLLM_017",
    details: { tried: [{ model: "openai/fb-s08-stream-cut", attempts: 3, status: null }] },
  });
  expect(await server.seen()).toHaveLength(3);
});
