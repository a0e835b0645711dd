/**
 * Ways past a budget that were tried through the front door, against a server that counts what it
 * bills. It is priced at 1 and 10 dollars for a million tokens.
 */
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { makeFolder, modullm, type Outcome, programText } from "../cli/command-line.ts";

interface Billed {
  requests: number;
  bodies: Record<string, unknown>[];
}
const billed: Billed = { requests: 0, bodies: [] };
beforeEach(() => {
  billed.requests = 0;
  billed.bodies = [];
});

const ANSWER = JSON.stringify({ text: "fine" });

function event(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

function streamed(pieces: Iterable<string>): Response {
  const encoder = new TextEncoder();
  const source = pieces[Symbol.iterator]();
  return new Response(
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        const { done, value } = source.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
    }),
    { headers: { "content-type": "text/event-stream" } },
  );
}

function* endless(): Generator<string> {
  for (;;) yield event({ content: "word ".repeat(50) });
}

function* thinking(): Generator<string> {
  for (let index = 0; index < 200; index++)
    yield event({ reasoning_content: "thought ".repeat(900) });
  yield event({ content: ANSWER });
  yield event({}, "stop");
  yield "data: [DONE]\n\n";
}

function answered(usage: object | undefined, status = 200): Response {
  if (status !== 200) return Response.json({ error: { message: "out of order" } }, { status });
  return Response.json({
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: ANSWER } }],
    usage,
  });
}

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    billed.requests++;
    billed.bodies.push((await request.json()) as Record<string, unknown>);
    const mode = new URL(request.url).pathname.split("/")[1];
    if (mode === "down") return answered(undefined, 503);
    if (mode === "endless") return streamed(endless());
    if (mode === "thinking") return streamed(thinking());
    if (mode === "schema" && "response_format" in (billed.bodies.at(-1) ?? {}))
      return Response.json({ error: { message: "response_format: no" } }, { status: 400 });
    if (mode === "lying") return answered({ prompt_tokens: 0, completion_tokens: 0 });
    return answered({ prompt_tokens: 5, completion_tokens: 8 });
  },
});
afterAll(() => server.stop(true));

async function run(
  mode: string,
  budget: string,
  front: Record<string, string> = {},
  { input = { text: "x" }, files = {} }: { input?: object; files?: Record<string, string> } = {},
): Promise<Outcome> {
  const provider = (type: string) =>
    `{type: ${type}, base_url: "http://127.0.0.1:${server.port}/${mode}/v1"}`;
  const price = "{input_price: 1, output_price: 10}";
  const text = "{type: object, properties: {text: {type: string}}}";
  const folder = makeFolder({
    "config/modullm/config.yaml": `providers: {s: ${provider("openai")}, t: ${provider("openai")}, g: ${provider("vllm")}}\nmodels: {s/m: ${price}, t/m: ${price}, g/m: ${price}}\n`,
    "p.rllm": programText(
      { name: "p", input_schema: text, output_schema: text, llm: "{model: s/m}", ...front },
      "Hi {{input.text}}",
    ),
    ...files,
  });
  const args = ["run", "p.rllm", "--budget", budget, "--input", JSON.stringify(input)];
  return await modullm(args, { folder });
}

function refusal(outcome: Outcome): { message: string; details: Record<string, unknown> } {
  expect(outcome.exit).toBe(1);
  const error = outcome.json() as {
    error_code: string;
    message: string;
    details: Record<string, unknown>;
  };
  expect(error.error_code).toBe("RLLM_020");
  return error;
}

describe("a budget counts", () => {
  test("every try of a call, and names the limit, what is spent, and why it tried again", async () => {
    const { message, details } = refusal(await run("down", "calls=1"));
    expect(billed.requests).toBe(1);
    expect(message).toStartWith(
      "The budget of the whole run allows 1 call: 1 call is spent, and another try would take 1 call; the last try failed: ",
    );
    expect(details).toMatchObject({
      limit: { calls: 1 },
      kind: "calls",
      spent: { calls: 1 },
      would_spend: { calls: 2 },
      after: "RLLM_017",
    });
  });

  test("a try that a fallback would make", async () => {
    refusal(await run("down", "calls=1", { llm: "{model: s/m, fallbacks: [t/m]}" }));
    expect(billed.requests).toBe(1);
  });

  test("the same request without the schema that a server refused", async () => {
    refusal(await run("schema", "calls=1", { llm: "{model: g/m}" }));
    expect(billed.requests).toBe(1);
    const outcome = await run("schema", "calls=2", { llm: "{model: g/m}" });
    expect(outcome.json()).toEqual({ text: "fine" });
  });

  test("each of the answers that n asks for", async () => {
    const front = { llm_params: "{n: 50, max_tokens: 500}" };
    const { details } = refusal(await run("ok", "usd=0.01", front));
    expect(billed.requests).toBe(0);
    expect(details).toMatchObject({ kind: "usd", would_spend: { tokens: 25_002 } });
  });

  test("the larger of two limits on an answer", async () => {
    const front = { llm_params: "{max_completion_tokens: 100, max_tokens: 90000}" };
    refusal(await run("ok", "usd=0.01", front));
    expect(billed.requests).toBe(0);
  });

  test("reasoning, and stops it", async () => {
    const front = { llm_params: "{stream: true}" };
    const { message, details } = refusal(await run("thinking", "tokens=2000", front));
    expect(message).toMatch(
      /^Stopped the answer of "s\/m": the budget of the whole run gave it \d+ tokens, and \d+ came$/,
    );
    expect(details["limit"]).toEqual({ tokens: 2000 });
  });

  test("an answer without end, in tokens", async () => {
    const front = { llm_params: "{stream: true}" };
    const { message, details } = refusal(await run("endless", "tokens=500", front));
    expect(message).toContain("gave it 498 tokens, and ");
    expect(details).toMatchObject({ limit: { tokens: 500 }, kind: "tokens" });
  });

  test("itself what a server says it did not spend", async () => {
    const text = "{type: object, properties: {text: {type: string}}}";
    const child = { name: "c", input_schema: "{type: object}", output_schema: text };
    const front = {
      input_schema: "{type: object, properties: {list: {type: array}, text: {type: string}}}",
      uses: "[{name: c, path: c.rllm, each: '{{input.list}}', with: {n: '{{item}}'}}]",
      llm_params: "{max_tokens: 50}",
    };
    const body = `${"word ".repeat(90)} {{input}}`;
    const files = {
      "c.rllm": programText(
        { ...child, llm: "{model: s/m}", llm_params: "{max_tokens: 50}" },
        body,
      ),
    };
    const input = { list: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
    const { details } = refusal(await run("lying", "tokens=600", front, { input, files }));
    expect(billed.requests).toBeLessThan(7);
    expect((details["spent"] as { tokens: number }).tokens).toBeGreaterThan(300);
  });
});

describe("a budget of tokens or dollars refuses", () => {
  const cases: [string, string, string][] = [
    ["extra_body.model", "usd=0.01", "{extra_body: {model: other, max_tokens: 99999, n: 90}}"],
    ["extra_body.max_tokens", "tokens=900", "{extra_body: {max_tokens: 99999}}"],
    ["extra_body.options.num_predict", "tokens=900", "{extra_body: {options: {num_predict: -1}}}"],
    [
      "extra_body.generationConfig.maxOutputTokens",
      "tokens=900",
      "{extra_body: {generationConfig: {maxOutputTokens: 9}}}",
    ],
    ["extra_body.best_of", "usd=1", "{extra_body: {best_of: 9}}"],
    ["extra_body.provider", "usd=1", "{extra_body: {provider: {order: [dear]}}}"],
    ["extra_body.plugins", "usd=1", "{extra_body: {plugins: [{id: web}]}}"],
    ["service_tier", "usd=1", "{service_tier: priority}"],
    ["tools", "usd=1", "{tools: [{type: web_search}]}"],
    ["modalities", "usd=1", "{modalities: [text, audio]}"],
  ];
  for (const [key, budget, params] of cases)
    test(`llm_params.${key}, which it can't count`, async () => {
      const { message, details } = refusal(await run("ok", budget, { llm_params: params }));
      expect(message).toContain(`llm_params.${key} `);
      expect(details["field"]).toBe(`llm_params.${key}`);
      expect(billed.requests).toBe(0);
    });

  test("nothing else of extra_body", async () => {
    const params = "{extra_body: {top_a: 0.1, seed: 3, think: false, options: {num_gpu: 1}}}";
    const outcome = await run("ok", "tokens=900", { llm_params: params });
    expect(outcome.json()).toEqual({ text: "fine" });
    expect(billed.bodies[0]).toMatchObject({ top_a: 0.1, think: false });
  });
});
