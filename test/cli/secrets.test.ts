import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText } from "./command-line.ts";

/**
 * What is planted, by where it comes from. Told ones are configured; the rest has a shape that keys
 * have.
 */
const ENVIRONMENT = {
  MINE_API_KEY: "mine-key-a81c5f03b7",
  OPENAI_API_KEY: "openai-key-51fe02c9aa",
  ANTHROPIC_API_KEY: "anthropic-key-77b0c1de42",
  HF_TOKEN: "hugging-token-90ab3c4d5e",
  DATABASE_PASSWORD: "correct-horse-battery-9",
  SIGNING_SECRET: "signing-secret-0d9e8f7a6b",
  HEADER_TOKEN: "header-from-environment-3e2f",
  OTHER_API_BASE: "https://someone:url-password-of-env-88@example.com/v1",
};
const PLANTED = {
  ...ENVIRONMENT,
  OTHER_API_BASE: "url-password-of-env-88",
  projectEnv: "project-env-key-6c7d8e9f01",
  userEnv: "user-env-key-2b3c4d5e6f",
  configHeader: "config-header-value-1a2b3c",
  configUrl: "config-url-password-4d5e6f",
  openAi: "sk-proj-4f9QxT2mWb81LrVzKp60NcYh",
  anthropic: "sk-ant-api03-Zk4Rw9Tq2Lm7Xv1Bn8Yc5Hd3",
  google: "AIzaSyD4fG7hJ2kL9mN1pQ3rS5tU8vW0xY6zA1b",
  github: "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
  groq: "gsk_9tR4yU7iO2pA5sD8fG1hJ3kL6zX0cV",
  aws: "AKIAQ3EGTZ7XNWB5MDLK",
  bearer: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
  query: "https://api.example.com/v1?api_key=qk93jd82hs71ld06",
};
/** What must not show of a secret that stands in a longer text. */
const TRACES = Object.values(PLANTED).map((text) => text.replace(/^Bearer |^.*api_key=/, ""));

const everything = Object.values(PLANTED).join(" | ");
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { model, stream } = (await request.json()) as { model: string; stream?: boolean };
    const echoed = `${request.headers.get("authorization")} ${request.headers.get("x-config")} ${everything}`;
    if (model === "refuses")
      return Response.json(
        { error: { message: echoed, type: "invalid_request_error" } },
        { status: 401 },
      );
    if (model === "html")
      return new Response(`<html>${echoed}</html>`, { headers: { "content-type": "text/html" } });
    const content = model === "babbles" ? echoed : JSON.stringify({ out: echoed });
    if (!stream)
      return Response.json({
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      });
    const pieces = content.match(/.{1,7}/gs) ?? [];
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    return new Response(
      `${pieces.map((piece) => chunk({ content: piece }, null)).join("")}${chunk({}, "stop")}`,
      {
        headers: { "content-type": "text/event-stream" },
      },
    );
  },
});
afterAll(() => void server.stop(true));

describe("twenty planted secrets appear in no output, trace, stats file or error of", () => {
  const runs: [string, string[], number][] = [
    ["a run whose model repeats them", ["run", "a.rllm", "--model", "mine/repeats"], 0],
    [
      "a stream whose model repeats them",
      ["run", "a.rllm", "--model", "mine/repeats", "--stream"],
      0,
    ],
    ["a run that is refused", ["run", "a.rllm", "--model", "mine/refuses"], 1],
    ["a run that is answered with a page", ["run", "a.rllm", "--model", "mine/html"], 1],
    [
      "a run that ends without a usable answer",
      ["run", "a.rllm", "--model", "mine/babbles", "--max-retries", "1"],
      1,
    ],
    ["a dry run", ["run", "a.rllm", "--model", "mine/repeats", "--dry-run"], 0],
  ];
  test.each(runs)("%s", async (_, args, status) => {
    const folder = makeFolder({
      "a.rllm": programText(),
      ".env": `PROJECT_API_KEY=${PLANTED.projectEnv}\n`,
      "config/modullm/.env": `USERS_API_KEY=${PLANTED.userEnv}\n`,
      "config/modullm/config.yaml": `providers:
  mine:
    base_url: http://someone:${PLANTED.configUrl}@127.0.0.1:${server.port}/v1
    api_key_env: MINE_API_KEY
    headers: { X-Config: ${PLANTED.configHeader}, X-Token: "\${HEADER_TOKEN}" }
`,
    });
    const verbose = args.includes("--dry-run") ? [] : ["--verbose", "--trace", "t.jsonl"];
    const { exit, stdout, stderr } = await modullm(
      [...args, ...verbose, "--input", JSON.stringify({ text: everything })],
      { folder, env: ENVIRONMENT, tty: true },
    );
    expect(exit).toBe(status);
    const files = {
      trace: join(folder, "t.jsonl"),
      stats: join(folder, "data/modullm/stats.db"),
      wal: join(folder, "data/modullm/stats.db-wal"),
    };
    const places: Record<string, string> = { stdout, stderr };
    for (const [name, path] of Object.entries(files))
      if (existsSync(path)) places[name] = readFileSync(path, "latin1");
    const leaks = Object.entries(places).flatMap(([place, text]) =>
      TRACES.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
    );
    expect(leaks).toEqual([]);
    expect(Object.keys(PLANTED)).toHaveLength(20);
  });
});
