import { afterAll, describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODES } from "../../src/core/codes.ts";
import { readProgram } from "../../src/library/read.ts";
import { makeFolder, modullm, programText, serveModel } from "../cli/command-line.ts";

/**
 * Files that hold what must not change unseen: the parse tree of every example, and the payload of
 * every error that can be met today. `UPDATE_GOLDEN=1 bun test test/golden` writes them anew; the
 * diff is then read by a person.
 */
function golden(name: string, value: unknown): void {
  const file = join(import.meta.dir, `${name}.json`);
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
}

const EXAMPLES = join(import.meta.dir, "../../examples");

describe("the parse tree of", () => {
  for (const file of [...new Glob("*.rllm").scanSync(EXAMPLES)].toSorted()) {
    test(file, async () => {
      const { source: _, input, output, ...program } = await readProgram(join(EXAMPLES, file));
      golden(`parse-${file.replace(".rllm", "")}`, { ...program, input: input.schema, output: output.schema });
    });
  }
});

const refusing = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => Response.json({ error: { message: "no such model", type: "invalid_request_error" } }, { status: 404 }),
});
const speechless = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => Response.json({ choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: null } }] }),
});
const emptyOllama = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ models: [] }) });
const bad = serveModel(["no answer at all"]);
const wrong = serveModel(['{"out": 5}']);
afterAll(() => {
  for (const server of [refusing, speechless, emptyOllama]) void server.stop(true);
  bad.stop();
  wrong.stop();
});

const ENV = {
  ...bad.env,
  REFUSING_API_BASE: `http://127.0.0.1:${refusing.port}/v1`,
  SPEECHLESS_API_BASE: `http://127.0.0.1:${speechless.port}/v1`,
  BAD_API_BASE: bad.env["LOCAL_API_BASE"] ?? "",
  WRONG_API_BASE: wrong.env["LOCAL_API_BASE"] ?? "",
  OLLAMA_API_BASE: `http://127.0.0.1:${emptyOllama.port}`,
};

interface Failing {
  readonly front?: Record<string, string>;
  readonly body?: string;
  readonly args?: string[];
  readonly files?: Record<string, string>;
}

const FAILURES: Record<string, Failing> = {
  "001-missing": { args: ["run", "none.rllm"] },
  "001-yaml": { front: { llm_params: "{a: [" } },
  "001-empty-prompt": { body: "" },
  "002-missing-fields": { files: { "a.rllm": "---\n---\nHi" } },
  "002-type": { front: { max_context_window: "many" } },
  "002-schema": { front: { input_schema: "{type: objekt}" } },
  "002-unknown-provider": { args: ["run", "a.rllm", "--model", "opnai/x"] },
  "003-unknown": { front: { llm_params: "{temprature: 1}" } },
  "003-type": { front: { llm_params: "{temperature: hot}" } },
  "004": { args: ["run", "a.rllm", "--input", '{"text": 5}'] },
  "008-entry": { front: { uses: "[{name: x}]" } },
  "008-cycle": { front: { uses: "[{name: x, path: a.rllm}]" } },
  "009": { body: "```rllm-js pre\nresult = [1];\n```\nHi" },
  "010": { args: ["run", "a.rllm", "--model", "ollama/none"] },
  "011": { args: ["run", "a.rllm", "--model", "speechless/x"] },
  "012": { front: { max_context_window: "2" }, body: "A prompt of more than two tokens" },
  "013-not-json": { args: ["run", "a.rllm", "--model", "bad/x", "--max-retries", "1"] },
  "013-schema": { args: ["run", "a.rllm", "--model", "wrong/x", "--max-retries", "0"] },
  "014": { args: ["run", "a.rllm", "--model", "gemini/x"] },
  "015": { front: { runllm_compat: "{min: 9.0.0}" } },
  "016": { args: ["run", "a.rllm", "--input", "[1]"] },
  "017": { args: ["run", "a.rllm", "--model", "refusing/x"] },
  "018": { files: { "config/modullm/config.yaml": "runtime: {default_max_retries: many}\n" } },
};

/**
 * Codes that nothing raises by itself yet: parts of RLLM_013, what comes later, and bugs. RLLM_022
 * is in the tests of `run`.
 */
const ELSEWHERE = ["005", "006", "007", "019", "020", "021", "022", "023", "024", "025", "999"];

describe("the payload of", () => {
  for (const [name, { front, body, args = ["run", "a.rllm"], files }] of Object.entries(FAILURES)) {
    test(`RLLM_${name}`, async () => {
      const folder = makeFolder({ "a.rllm": programText(front, body), ...files });
      const { exit, stdout } = await modullm(args, { folder, env: ENV });
      expect(exit).toBe(1);
      const text = stdout.replaceAll(folder, "@D").replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:0");
      expect(text).toContain(`RLLM_${name.slice(0, 3)}`);
      golden(`error-${name}`, JSON.parse(text));
    });
  }

  test("every code that can be met", () => {
    const met = new Set([...Object.keys(FAILURES).map((name) => name.slice(0, 3)), ...ELSEWHERE]);
    expect([...met].map((code) => `RLLM_${code}`).toSorted()).toEqual(Object.keys(CODES).toSorted());
  });
});
