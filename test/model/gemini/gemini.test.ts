import { describe, expect, test } from "bun:test";
import type { ModelRequest } from "../../../src/model/model.ts";
import { ask, notesOf, outcome } from "../calls.ts";
import { bench, closeAfterEach, gives, sends } from "../conformance/bench.ts";
import { answers } from "../faulty-server.ts";
import { GENERATE } from "../wires/generate.ts";

closeAfterEach();

const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

async function sent(model: string, more: Partial<ModelRequest>) {
  const wire = { ...GENERATE, model };
  const made = await bench(wire, gives(wire, { texts: ["{}"] }));
  const result = await outcome(made.model, ask(more));
  return { result, body: made.server.seen[0]?.body ?? {}, path: made.server.seen[0]?.path };
}

describe("a request of generateContent", () => {
  test("has the prompt and nothing else that was not asked for", async () => {
    const { body, path } = await sent("gemini-3-flash", {});
    expect(path).toBe("/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse");
    expect(body).toEqual({ contents: [{ role: "user", parts: [{ text: "Say hi" }] }] });
  });

  test("goes to a tuned model under its own name", async () => {
    expect((await sent("tunedModels/mine", {})).path).toBe(
      "/v1beta/tunedModels/mine:streamGenerateContent?alt=sse",
    );
  });

  test("has schema and limits in generationConfig, and the program's fields of it beside them", async () => {
    const params = {
      max_tokens: 9,
      top_k: 4,
      stop: "END",
      extra_body: { generationConfig: { mediaResolution: "LOW" } },
    };
    const { body } = await sent("gemini-3-flash", { schema: SCHEMA, params });
    expect(body["generationConfig"]).toEqual({
      maxOutputTokens: 9,
      topK: 4,
      stopSequences: ["END"],
      responseMimeType: "application/json",
      responseJsonSchema: SCHEMA,
      mediaResolution: "LOW",
    });
  });

  test("asks for JSON of any shape with format: json", async () => {
    const { body } = await sent("gemini-3-flash", { schema: SCHEMA, params: { format: "json" } });
    expect(body["generationConfig"]).toEqual({ responseMimeType: "application/json" });
  });

  test("has sound and documents as data", async () => {
    const attachments = [
      { mediaType: "audio/wav", data: "UklGRg==", name: "a.wav" },
      { mediaType: "application/pdf", data: "JVBERi0=", name: "a.pdf" },
    ];
    const { body } = await sent("gemini-3-flash", {
      messages: [{ role: "user", content: "Listen", attachments }],
    });
    expect(body["contents"]).toEqual([
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "audio/wav", data: "UklGRg==" } },
          { inlineData: { mimeType: "application/pdf", data: "JVBERi0=" } },
          { text: "Listen" },
        ],
      },
    ]);
  });

  test("has the system message before the first one where the model takes none", async () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ] as const;
    const { body, result } = await sent("gemma-3-27b-it", { messages, schema: SCHEMA });
    expect(body).toEqual({
      contents: [{ role: "user", parts: [{ text: "Be brief." }, { text: "Hi" }] }],
    });
    expect(notesOf(result, "degraded")).toHaveLength(1);
  });

  test("has tools and the choice among them in Google's form", async () => {
    const tools = [
      { type: "function", function: { name: "look", parameters: { type: "object" } } },
      { googleSearch: {} },
    ];
    const { body } = await sent("gemini-3-flash", { params: { tools, tool_choice: "required" } });
    expect(body).toMatchObject({
      tools: [
        { functionDeclarations: [{ name: "look", parametersJsonSchema: { type: "object" } }] },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: "ANY" } },
    });
  });
});

describe("thinking", () => {
  for (const [model, params, expected] of [
    [
      "gemini-3-flash",
      { reasoning_effort: "low" },
      { thinkingLevel: "low", includeThoughts: true },
    ],
    ["gemini-3-flash", { reasoning_effort: "none" }, { thinkingLevel: "minimal" }],
    [
      "gemini-2.5-flash",
      { reasoning_effort: "high" },
      { thinkingBudget: 24_576, includeThoughts: true },
    ],
    ["gemini-2.5-flash", { thinking: false }, { thinkingBudget: 0 }],
    ["gemini-2.5-pro", { thinking: true }, { thinkingBudget: -1, includeThoughts: true }],
    ["gemini-2.5-pro", { thinking: { thinkingBudget: 300 } }, { thinkingBudget: 300 }],
  ] as const) {
    test(`of ${model} with ${JSON.stringify(params)}`, async () => {
      expect((await sent(model, { params })).body["generationConfig"]).toEqual({
        thinkingConfig: expected,
      });
    });
  }

  test("can't be turned off in Gemini 2.5 Pro, and that is said", async () => {
    const { body, result } = await sent("gemini-2.5-pro", { params: { reasoning_effort: "none" } });
    expect([body["generationConfig"], notesOf(result, "degraded").length]).toEqual([undefined, 1]);
  });
});

describe("a reply of generateContent", () => {
  const chunk = (body: unknown) => `data: ${JSON.stringify(body)}\r\n\r\n`;

  test("that blocks the prompt ends as content-filter, with the reason", async () => {
    const body = {
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 8 },
    };
    const { model, server } = await bench(GENERATE, sends(GENERATE, [chunk(body)]));
    const result = await outcome(model, ask());
    expect(result.finish).toMatchObject({
      reason: "content-filter",
      usage: { prompt_tokens: 8, completion_tokens: 0 },
    });
    expect([notesOf(result, "warning"), server.seen.length]).toEqual([
      ["The prompt was blocked (PROHIBITED_CONTENT)"],
      1,
    ]);
  });

  test("counts thoughts as output", async () => {
    const usageMetadata = {
      promptTokenCount: 8,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 90,
      totalTokenCount: 103,
    };
    const candidates = [
      { content: { parts: [{ text: "a" }], role: "model" }, finishReason: "STOP" },
    ];
    const { model } = await bench(
      GENERATE,
      sends(GENERATE, [chunk({ candidates, usageMetadata })]),
    );
    expect((await outcome(model, ask())).finish?.usage).toEqual({
      prompt_tokens: 8,
      completion_tokens: 95,
    });
  });

  test("that says in its body how long to wait is heeded", async () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "4.5s" }];
    const error = { code: 429, message: "Quota exceeded", status: "RESOURCE_EXHAUSTED", details };
    const { model, waits } = await bench(
      GENERATE,
      answers(429, { error }),
      gives(GENERATE, { texts: ["ok"] }),
    );
    expect([(await outcome(model, ask())).text, waits]).toEqual(["ok", [4500]]);
  });
});
