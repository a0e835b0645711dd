/** The examples with tools, on a server that calls them as a model would. */
import { afterAll, expect, test } from "bun:test";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm } from "../cli/command-line.ts";
import { PROVIDERS } from "../../src/model/providers.ts";
import { useShelf } from "./shelf.ts";

const SHELF = useShelf("examples/tools");
const ROOT = join(import.meta.dir, "../..");
const PAGE = readFileSync(join(ROOT, "docs/tools.md"), "utf8");

type Reply = object | readonly (readonly [tool: string, input: object])[];

/** A server that answers with calls, and at last with an object. */
const replies: Reply[] = [];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    if (request.method !== "POST") return new Response("no lists here", { status: 404 });
    const reply = replies.shift() ?? {};
    const calls = Array.isArray(reply)
      ? reply.map(([name, input]: [string, object], index) => ({
          id: `call_${replies.length}_${index}`,
          type: "function",
          function: { name, arguments: JSON.stringify(input) },
        }))
      : null;
    const message =
      calls === null
        ? { role: "assistant", content: JSON.stringify(reply) }
        : { role: "assistant", content: null, tool_calls: calls };
    const finish = calls === null ? "stop" : "tool_calls";
    return Response.json({
      id: "c",
      created: 0,
      model: "test",
      object: "chat.completion",
      usage: { prompt_tokens: 400, completion_tokens: 30, total_tokens: 430 },
      choices: [{ index: 0, finish_reason: finish, message }],
    });
  },
});
afterAll(() => server.stop(true));

const CONVERSATIONS: Record<string, Reply[]> = {
  order_desk: [
    [["find_customer", { email: "ana@example.com" }]],
    [
      ["find_order", { number: "A-1042" }],
      ["find_order", { number: "A-0977" }],
    ],
    [["return_window", { delivered: "2026-04-28", today: "2026-05-04" }]],
    {
      reply: "You can return the lamp until 12 May: we refund it when it is here.",
      order: "A-1042",
      action: "refund",
    },
  ],
  word_problem: [
    [
      ["calculate", { expression: "128 * 0.45" }],
      ["calculate", { expression: "37 * 3.20" }],
    ],
    [["calculate", { expression: "57.6 + 118.4 - 41.75" }]],
    {
      answer: 134.25,
      unit: null,
      steps: ["128 * 0.45 = 57.6", "37 * 3.20 = 118.4", "57.6 + 118.4 - 41.75 = 134.25"],
    },
  ],
  research: [
    [["search_notes", { words: "old crane moved" }]],
    [
      ["read_note", { id: "n2" }],
      ["read_note", { id: "n1" }],
    ],
    [["search_notes", { words: "monuments museum crane today" }]],
    [["read_note", { id: "n3" }]],
    {
      answer:
        "It stood in the way when the east basin was widened in 1931. It is by the museum now.",
      sources: ["n2", "n3"],
      is_known: true,
    },
  ],
};

test.each(SHELF.names)("%s is valid without a warning, and runs on the baseline", async (name) => {
  expect((await SHELF.modullm.validate(`${name}.rllm`, { strict: true })).warnings).toEqual([]);
  const { program } = await SHELF.modullm.load(`${name}.rllm`);
  expect(program.output.check(await SHELF.run(name)).ok).toBe(true);
  const known = new Set(PROVIDERS.map((provider) => provider.name));
  for (const model of program.recommendedModels)
    expect([model, known.has(model.slice(0, model.indexOf("/")))]).toEqual([model, true]);
});

test.each(Object.keys(CONVERSATIONS))("%s goes as its page shows", async (name) => {
  const folder = makeFolder();
  cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
  replies.splice(0, replies.length, ...(CONVERSATIONS[name] ?? []));
  const env = { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` };
  const file = `examples/tools/${name}`;
  const input = ["--input-file", `${file}.yaml`, "--model", "local/test"];
  const run = await modullm(["run", `${file}.rllm`, ...input, "--trace", "run.jsonl"], {
    folder,
    env,
  });
  expect(run.stderr).toBe("");
  expect(run.json()).toEqual(CONVERSATIONS[name]?.at(-1));
  expect(replies).toEqual([]);
  const trace = await modullm(["trace", "show", "run.jsonl", "--format", "text"], { folder });
  const shown = /```text trace (\w+)\n([\s\S]*?)```/g;
  const pages = [...PAGE.matchAll(shown)].map(([, of, text]) => [of, timeless(text ?? "")]);
  expect(pages).toContainEqual([name, timeless(trace.stdout)]);
});

test("calculate knows precedence, signs and what is no expression", async () => {
  const values = {
    "2 + 3 * 4": 14,
    "(2 + 3) * 4": 20,
    "-2 ^ 2": -4,
    "2 ^ 3 ^ 2": 512,
    "0.1 + 0.2": 0.3,
    "1 / 0": null,
    "2 +": null,
    "(2": null,
    two: null,
  };
  for (const [expression, value] of Object.entries(values))
    expect([expression, (await SHELF.run("calculate", { expression }))["value"]]).toEqual([
      expression,
      value,
    ]);
});

/** Without times and their bars, which no two runs share, and the blanks between. */
function timeless(text: string): string {
  return text
    .replaceAll(/[█░#]+/g, "")
    .replaceAll(/\d+(?:\.\d+)? m?s\b/g, "")
    .replaceAll(/[ ]+/g, " ")
    .trim();
}
