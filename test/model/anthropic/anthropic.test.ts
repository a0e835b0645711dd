import { describe, expect, test } from "bun:test";
import type { ModelRequest } from "../../../src/model/model.ts";
import { ask, notesOf, outcome } from "../calls.ts";
import { bench, closeAfterEach, gives, sends } from "../conformance/bench.ts";
import { MESSAGES } from "../wires/messages.ts";
import type { Reply } from "../wires/wire.ts";

closeAfterEach();

const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
/** Can't be said where every object is closed. */
const RECURSIVE = {
  type: "object",
  properties: { city: { type: "string" }, parts: { type: "array", items: { $ref: "#" } } },
  required: ["city"],
  additionalProperties: false,
};

async function sent(model: string, more: Partial<ModelRequest>, reply: Reply = { texts: ["{}"] }) {
  const wire = { ...MESSAGES, model };
  const made = await bench(wire, gives(wire, reply));
  const result = await outcome(made.model, ask(more));
  const [seen] = made.server.seen;
  return { result, body: seen?.body ?? {}, headers: seen?.headers ?? {} };
}

describe("a request of Anthropic's Messages", () => {
  test("names the version of the protocol, streams, and has the limit that is required", async () => {
    const { body, headers } = await sent("claude-sonnet-4-6", {});
    expect(headers["anthropic-version"]).toBe("2023-06-01");
    expect(body).toEqual({
      model: "claude-sonnet-4-6",
      max_tokens: 32_000,
      messages: [{ role: "user", content: "Say hi" }],
      stream: true,
    });
  });

  test("has the longest answer of a small model as its limit, and a modest one for a model that nothing is known of", async () => {
    expect((await sent("claude-3-haiku-20240307", {})).body["max_tokens"]).toBe(4096);
    expect((await sent("someone-elses-model", {})).body["max_tokens"]).toBe(8192);
    expect((await sent("claude-newest-7", {})).body["max_tokens"]).toBe(32_000);
  });

  test("has the system message in a field of its own", async () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ] as const;
    const { body } = await sent("claude-sonnet-4-6", { messages });
    expect(body).toMatchObject({
      system: "Be brief.",
      messages: [{ role: "user", content: "Hi" }],
    });
  });

  test("has a document before the text", async () => {
    const attachments = [{ mediaType: "application/pdf", data: "JVBERi0=", name: "a.pdf" }];
    const { body } = await sent("claude-sonnet-4-6", {
      messages: [{ role: "user", content: "Read it", attachments }],
    });
    expect(body["messages"]).toEqual([
      {
        role: "user",
        content: [
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
            title: "a.pdf",
          },
          { type: "text", text: "Read it" },
        ],
      },
    ]);
  });

  test("has tools and the choice among them in Anthropic's form", async () => {
    const tools = [
      { type: "function", function: { name: "look", parameters: { type: "object" } } },
    ];
    const tool_choice = { type: "function", function: { name: "look" } };
    const { body } = await sent("claude-sonnet-4-6", {
      params: { tools, tool_choice, parallel_tool_calls: false },
    });
    expect(body).toMatchObject({
      tools: [{ name: "look", input_schema: { type: "object" } }],
      tool_choice: { type: "tool", name: "look", disable_parallel_tool_use: true },
    });
  });

  test("has one of temperature and top_p, and none above 1", async () => {
    const { body, result } = await sent("claude-sonnet-4-6", {
      params: { temperature: 1.4, top_p: 0.9 },
    });
    expect([body["temperature"], body["top_p"]]).toEqual([1, undefined]);
    expect(notesOf(result, "degraded")).toEqual([
      "Sent temperature 1 in place of 1.4: anthropic/claude-sonnet-4-6 takes none above 1",
      `Left "top_p" out of the call: anthropic/claude-sonnet-4-6 does not take it`,
    ]);
  });

  test("has no sampling parameters for models that take none", async () => {
    const { body, result } = await sent("claude-opus-5-5", {
      params: { temperature: 0, top_k: 4 },
    });
    expect([body["temperature"], body["top_k"]]).toEqual([undefined, undefined]);
    expect(notesOf(result, "degraded")).toHaveLength(2);
  });

  test("has the user's name as metadata", async () => {
    expect((await sent("claude-sonnet-4-6", { params: { user: "u-1" } })).body["metadata"]).toEqual(
      { user_id: "u-1" },
    );
  });
});

describe("the schema of the answer", () => {
  test("is the format of the output where the model has that", async () => {
    const { body } = await sent("claude-haiku-4-5", { schema: SCHEMA });
    expect(body["output_config"]).toEqual({ format: { type: "json_schema", schema: SCHEMA } });
    expect(body["tools"]).toBeUndefined();
  });

  test("is the input of a tool that must be called where it has not, and the input is the answer", async () => {
    const input = { city: "Köln" };
    const { body, result } = await sent(
      "claude-opus-4-1",
      { schema: SCHEMA },
      { tool: { name: "give_answer", input }, reasoning: ["hm"] },
    );
    expect(body).toMatchObject({
      tools: [{ name: "give_answer", input_schema: SCHEMA }],
      tool_choice: { type: "tool", name: "give_answer" },
    });
    expect([JSON.parse(result.text), result.finish?.reason]).toEqual([input, "stop"]);
  });

  test("is the input of a tool where it can't be said otherwise", async () => {
    const { body, result } = await sent("claude-haiku-4-5", { schema: RECURSIVE });
    expect(body["output_config"]).toBeUndefined();
    expect(body["tool_choice"]).toEqual({ type: "tool", name: "give_answer" });
    expect(notesOf(result, "schema-weakened")).toHaveLength(1);
  });

  test("is not sent where neither goes: a thinking model can't be forced to call a tool", async () => {
    const { body, result } = await sent("claude-opus-5-5", { schema: RECURSIVE });
    expect([body["output_config"], body["tools"]]).toEqual([undefined, undefined]);
    expect(notesOf(result, "schema-weakened").length).toBeGreaterThan(0);
  });

  test("gives way to the program's own response_format", async () => {
    const params = {
      response_format: {
        type: "json_schema",
        json_schema: { name: "x", schema: { type: "array" } },
      },
    };
    const { body } = await sent("claude-haiku-4-5", { schema: SCHEMA, params });
    expect(body["output_config"]).toEqual({
      format: { type: "json_schema", schema: { type: "array" } },
    });
  });
});

describe("thinking", () => {
  for (const [model, params, expected] of [
    [
      "claude-sonnet-4-6",
      { reasoning_effort: "high" },
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "high" } },
    ],
    [
      "claude-opus-5",
      { thinking: true },
      { thinking: { type: "adaptive", display: "summarized" } },
    ],
    ["claude-sonnet-5", { thinking: false }, { thinking: { type: "disabled" } }],
    [
      "claude-haiku-4-5",
      { reasoning_effort: "low" },
      { thinking: { type: "enabled", budget_tokens: 2048 } },
    ],
    [
      "claude-haiku-4-5",
      { reasoning_effort: "high", max_tokens: 3000 },
      { thinking: { type: "enabled", budget_tokens: 2999 }, max_tokens: 3000 },
    ],
    [
      "claude-haiku-4-5",
      { thinking: { type: "enabled", budget_tokens: 1500 } },
      { thinking: { type: "enabled", budget_tokens: 1500 } },
    ],
  ] as const) {
    test(`of ${model} with ${JSON.stringify(params)}`, async () => {
      expect((await sent(model, { params })).body).toMatchObject(expected);
    });
  }

  for (const [model, params] of [
    ["claude-3-haiku-20240307", { reasoning_effort: "high" }],
    ["claude-haiku-4-5", { reasoning_effort: "high", max_tokens: 1000 }],
    ["claude-opus-5-5", { reasoning_effort: "none" }],
    ["claude-haiku-4-5", { reasoning_effort: "enormous" }],
  ] as const) {
    test(`is left out, with a note, of ${model} with ${JSON.stringify(params)}`, async () => {
      const { body, result } = await sent(model, { params });
      expect([body["thinking"], notesOf(result, "degraded").length]).toEqual([undefined, 1]);
    });
  }

  test("takes no temperature along", async () => {
    const { body } = await sent("claude-haiku-4-5", {
      params: { thinking: true, temperature: 0.2 },
    });
    expect(body["temperature"]).toBeUndefined();
  });
});

describe("the beginning of a prompt", () => {
  const long = { role: "system", content: "Keep to the rules. ".repeat(300) } as const;
  const turns = [
    { role: "user", content: "One" },
    { role: "assistant", content: "1" },
    { role: "user", content: "Two" },
  ] as const;

  test("is kept at the server where it is long enough for that", async () => {
    const { body } = await sent("claude-sonnet-4-6", { messages: [long, ...turns] });
    expect(body["system"]).toEqual([
      { type: "text", text: long.content, cache_control: { type: "ephemeral" } },
    ]);
    expect(JSON.stringify(body["messages"])).not.toContain("cache_control");
  });

  test("is not where the model keeps longer ones only", async () => {
    expect((await sent("claude-haiku-4-5", { messages: [long, ...turns] })).body["system"]).toBe(
      long.content,
    );
  });

  test("is kept with the examples where the program says so", async () => {
    const { body } = await sent("claude-haiku-4-5", {
      messages: [long, ...turns],
      params: { prompt_cache_key: "x" },
    });
    expect(JSON.stringify(body["system"])).toContain("cache_control");
    expect(body["messages"]).toMatchObject([
      { content: "One" },
      { content: [{ text: "1", cache_control: { type: "ephemeral" } }] },
      { content: "Two" },
    ]);
    expect(JSON.stringify(body)).not.toContain("prompt_cache_key");
  });

  test("counts as prompt, whether it was read from the cache or written to it", async () => {
    const events = MESSAGES.events({ texts: ["a"] }).map((event) =>
      event.replace(
        `"cache_creation_input_tokens":0,"cache_read_input_tokens":0`,
        `"cache_creation_input_tokens":100,"cache_read_input_tokens":2000`,
      ),
    );
    const { model } = await bench(MESSAGES, sends(MESSAGES, events));
    expect((await outcome(model, ask())).finish?.usage).toEqual({
      prompt_tokens: 2103,
      completion_tokens: 5,
      cache_read_tokens: 2000,
      cache_write_tokens: 100,
    });
  });
});

test("a refusal says which rule it was", async () => {
  const events = MESSAGES.events({ finish: "content-filter" }).map((event) =>
    event.replace(
      `"stop_sequence":null}`,
      `"stop_sequence":null,"stop_details":{"type":"refusal","category":"cyber"}}`,
    ),
  );
  const { model } = await bench(MESSAGES, sends(MESSAGES, events));
  const result = await outcome(model, ask());
  expect([result.finish?.reason, notesOf(result, "warning")]).toEqual([
    "content-filter",
    ["The model declined to answer (cyber)"],
  ]);
});
