import { afterEach, describe, expect, test } from "bun:test";
import type { JsonSchema } from "../../../src/contract/contract.ts";
import { createModels } from "../../../src/model/models.ts";
import type { Message, ModelPart, ModelRequest } from "../../../src/model/model.ts";
import { ask, noBaseline, notesOf, outcome } from "../calls.ts";
import type { Outcome } from "../calls.ts";
import { answers, DONE, event, openServer, streams } from "../faulty-server.ts";
import type { Act, FaultyServer, Seen } from "../faulty-server.ts";
import { settings } from "../settings.ts";
import { objects, record } from "../wires/wire.ts";

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const INPUT = { type: "object", properties: { x: { type: "integer" } }, required: ["x"] };
const TOOLS: NonNullable<ModelRequest["tools"]> = {
  offers: [{ name: "find", description: "Finds it", input: INPUT }],
  choice: "auto",
  parallel: true,
};

/** One call of a model of this provider, and what its server saw. */
async function call(
  provider: string,
  act: Act,
  request: Partial<ModelRequest> = {},
): Promise<{ result: Outcome; seen: readonly Seen[] }> {
  const server = await openServer(act);
  opened.push(server);
  const front = provider.toUpperCase();
  const base = provider === "ollama" ? `http://${server.host}` : server.url;
  const models = createModels({
    config: settings({ environment: { [`${front}_API_BASE`]: base, [`${front}_API_KEY`]: "k-1" } }),
    baseline: noBaseline,
    sleep: () => Promise.resolve(),
  });
  const model = await models.get(`${provider}/some-model`);
  const result = await outcome(model, ask({ stream: true, tools: TOOLS, ...request }));
  return { result, seen: server.seen };
}

const CALL = {
  index: 0,
  id: "c1",
  type: "function",
  function: { name: "find", arguments: '{"x":1}' },
};

function keptIn({ parts }: Outcome): Extract<ModelPart, { type: "kept" }>["kept"][] {
  return parts.flatMap((part) => (part.type === "kept" ? [part.kept] : []));
}

/** What the server gets of a conversation in which the model kept this. */
async function sentBack(provider: string, kept: ReturnType<typeof keptIn>): Promise<unknown> {
  const made = { id: "c1", name: "find", arguments: '{"x":1}' };
  const messages: readonly Message[] = [
    { role: "user", content: "Where?" },
    { role: "assistant", content: "", calls: [made], kept },
    { role: "tool", content: "there", call: made, failed: false },
  ];
  const { seen } = await call(provider, streams([event({ content: "ok" }, "stop"), DONE]), {
    messages,
  });
  return objects(seen[0]?.body["messages"])[1];
}

describe("thoughts that a server wants back", () => {
  const thinks = streams([
    event({ reasoning_content: "let me " }),
    event({ reasoning_content: "see" }),
    event({ tool_calls: [CALL] }),
    event({}, "tool_calls"),
    DONE,
  ]);
  for (const provider of ["deepseek", "moonshot", "fireworks", "llamacpp", "vllm", "myserver"])
    test(`go back to ${provider} as reasoning_content`, async () => {
      const kept = keptIn((await call(provider, thinks)).result);
      expect(await sentBack(provider, kept)).toMatchObject({ reasoning_content: "let me see" });
    });
  for (const provider of ["openai", "mistral", "groq"])
    test(`are not kept for ${provider}, which has no place for them`, async () => {
      expect(keptIn((await call(provider, thinks)).result)).toEqual([]);
    });
  test("are not kept of a turn that called nothing", async () => {
    const act = streams([
      event({ reasoning_content: "hm" }),
      event({ content: "ok" }, "stop"),
      DONE,
    ]);
    expect(keptIn((await call("deepseek", act)).result)).toEqual([]);
  });
  test("go back to OpenRouter as reasoning_details, their pieces joined", async () => {
    const piece = { type: "reasoning.text", format: "anthropic-claude-v1", index: 0 };
    const secret = { type: "reasoning.encrypted", data: "abc", id: "r1", index: 1 };
    const act = streams([
      event({ reasoning: "let me ", reasoning_details: [{ ...piece, text: "let me " }] }),
      event({ reasoning: "see", reasoning_details: [{ ...piece, text: "see" }] }),
      event({ reasoning_details: [{ ...piece, signature: "s1" }] }),
      event({ reasoning_details: [secret] }),
      event({ tool_calls: [CALL] }, "tool_calls"),
      DONE,
    ]);
    const { result } = await call("openrouter", act);
    expect(result.reasoning).toBe("let me see");
    const whole = { ...piece, text: "let me see", signature: "s1" };
    expect(await sentBack("openrouter", keptIn(result))).toMatchObject({
      reasoning_details: [whole, secret],
    });
  });
  test("of one form don't go to a server that wants another", async () => {
    const kept = keptIn((await call("deepseek", thinks)).result);
    const back = JSON.stringify(await sentBack("openrouter", kept));
    expect(back).not.toContain("let me see");
  });
});

describe("ids of calls", () => {
  test("have nine letters and digits for Mistral, whoever gave them", async () => {
    const assistant = (await sentBack("mistral", [])) as { tool_calls: { id: string }[] };
    expect(assistant.tool_calls[0]?.id).toMatch(/^[A-Za-z0-9]{9}$/);
  });
});

describe("a model or server that calls no tools", () => {
  const refusals: readonly (readonly [
    provider: string,
    status: number,
    says: string,
    hint: string,
  ])[] = [
    ["ollama", 400, "registry.ollama.ai/library/llama2:7b does not support tools", "Name a model"],
    ["llamacpp", 500, "tools param requires --jinja flag", "--jinja"],
    [
      "vllm",
      400,
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      "--enable-auto-tool-choice",
    ],
    ["openrouter", 404, "No endpoints found that support tool use.", "Name a model"],
    ["groq", 400, "`tool calling` is not supported with this model", "Name a model"],
  ];
  for (const [provider, status, says, hint] of refusals)
    test(`is RLLM_017, once, with what to do: ${provider}`, async () => {
      const { result, seen } = await call(provider, answers(status, { error: { message: says } }));
      const { error } = result;
      expect([error?.code, error?.retryable, seen.length]).toEqual(["RLLM_017", false, 1]);
      expect([error?.hint?.includes(hint), error?.message.includes(says)]).toEqual([true, true]);
    });
  test("is not asked where that is known", async () => {
    const { result, seen } = await call("perplexity", streams([DONE]));
    expect([result.error?.code, seen.length]).toEqual(["RLLM_017", 0]);
    expect(result.error?.message).toContain("it calls no tools");
  });
});

describe("tools whose schemas are refused", () => {
  const input = { ...INPUT, additionalProperties: false };
  const tools = { ...TOOLS, offers: [{ name: "find", description: "", input }] };
  for (const says of [
    "Invalid schema for function 'find': 'x' is not permitted",
    "Tools with strict=True are not supported by this model",
  ])
    test(`go again as guidance: ${says}`, async () => {
      const acts = [
        answers(400, { error: { message: says } }),
        streams([event({ tool_calls: [CALL] }, "tool_calls"), DONE]),
      ];
      let count = 0;
      const act: Act = (socket, seen) => acts[Math.min(count++, 1)]?.(socket, seen);
      const { result, seen } = await call("openai", act, { tools });
      expect([result.error, result.finish?.reason]).toEqual([null, "tool-calls"]);
      const strict = seen.map(
        ({ body }) => (body["tools"] as { function: { strict: boolean } }[])[0]?.function.strict,
      );
      expect(strict).toEqual([true, false]);
      expect(notesOf(result, "schema-weakened")).toHaveLength(1);
    });
});

describe("calls of the older form", () => {
  test("are calls", async () => {
    const act = streams([
      event({ function_call: { name: "find", arguments: "" } }),
      event({ function_call: { arguments: '{"x":1}' } }),
      event({}, "function_call"),
      DONE,
    ]);
    const { result } = await call("openai", act);
    expect(result.parts.filter(({ type }) => type === "tool-call")).toMatchObject([
      { id: "call_1", name: "find", arguments: '{"x":1}' },
    ]);
  });
});

describe("a stream with a reason in every piece", () => {
  const piece = (text: string, { id, ...more }: { id?: string; name?: string } = {}) => {
    const called = { ...more, arguments: text };
    return event({ tool_calls: [{ index: 0, id, function: called }] }, "tool_calls");
  };
  test("is no answer where it breaks off in a call", async () => {
    for (const end of ["reset", "close"] as const) {
      const act = streams([piece('{"x"', { id: "c1", name: "find" }), piece(":1")], { end });
      const { result } = await call("openai", act);
      expect([result.error?.code, result.finish]).toEqual(["RLLM_017", null]);
    }
  });
});

describe("pictures and sound", () => {
  const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUg==", "base64").toString("base64");
  const file = { mediaType: "image/png", data: PNG, name: "image_1.png" };
  const mediaIn = ({ parts }: Outcome) =>
    parts.flatMap((part) => (part.type === "media" ? [part.file] : []));

  test("are parts where OpenRouter gives pictures", async () => {
    const images = [{ type: "image_url", image_url: { url: `data:image/jpeg;base64,${PNG}` } }];
    const act = streams([event({ content: "Here:" }), event({ images }), event({}, "stop"), DONE]);
    const { result } = await call("openrouter", act);
    expect([result.text, mediaIn(result)]).toEqual(["Here:", [file]]);
  });
  test("say in a note that a picture is left where it is an address alone", async () => {
    const images = [{ image_url: { url: "https://pictures.example/1.png" } }];
    const { result } = await call("openrouter", streams([event({ images }, "stop"), DONE]));
    expect([mediaIn(result), notesOf(result, "warning").length]).toEqual([[], 1]);
  });
  test("are joined where a voice comes in pieces, with its words as text", async () => {
    const sound = ["AAEC", "AwQF"];
    const act = streams([
      event({ audio: { id: "a1", transcript: "Good " } }),
      event({ audio: { data: sound[0] } }),
      event({ audio: { transcript: "day", data: sound[1] } }),
      event({}, "stop"),
      DONE,
    ]);
    const params = { audio: { voice: "alloy", format: "pcm16" } };
    const { result } = await call("openrouter", act, { params });
    const data = Buffer.from([0, 1, 2, 3, 4, 5]).toString("base64");
    expect([result.text, mediaIn(result)]).toEqual([
      "Good day",
      [{ mediaType: "audio/pcm", data, name: "audio_1.pcm" }],
    ]);
  });
});

describe("schemas of tools for Ollama", () => {
  const sent = async (input: JsonSchema): Promise<unknown> => {
    const tools = { ...TOOLS, offers: [{ name: "find", description: "", input }] };
    const line = `${JSON.stringify({ message: { content: "ok" }, done: true })}\n`;
    const { seen } = await call("ollama", streams([line]), { tools });
    return record(record(objects(seen[0]?.body["tools"])[0])["function"])["parameters"];
  };
  test("have their references filled in, as Ollama follows none", async () => {
    const place = { type: "object", properties: { city: { type: "string" } } };
    const properties = {
      from: { $ref: "#/$defs/place", description: "Where it begins" },
      to: { type: "array", items: { $ref: "#/$defs/place" } },
    };
    expect(await sent({ type: "object", properties, $defs: { place } })).toEqual({
      type: "object",
      properties: {
        from: { ...place, description: "Where it begins" },
        to: { type: "array", items: place },
      },
    });
  });
  test("end where a schema holds itself, and have objects for booleans", async () => {
    const node = { type: "object", properties: { next: { $ref: "#/$defs/node" }, any: true } };
    const properties = { first: { $ref: "#/$defs/node" } };
    expect(await sent({ type: "object", properties, $defs: { node } })).toEqual({
      type: "object",
      properties: { first: { type: "object", properties: { next: {}, any: {} } } },
    });
  });
});

describe("pictures of other protocols", () => {
  const data = Buffer.from("iVBORw0KGgoAAAANSUhEUg==", "base64").toString("base64");
  const file = { mediaType: "image/png", data, name: "image_1.png" };
  const typesIn = ({ parts }: Outcome): readonly string[] => parts.map(({ type }) => type);
  const mediaOf = ({ parts }: Outcome) =>
    parts.flatMap((part) => (part.type === "media" ? [part.file] : []));

  test("are parts in their place in Gemini's answer; those it thought in are none", async () => {
    const inlineData = { mimeType: "image/png", data };
    const parts = [
      { inlineData, thought: true },
      { text: "Here: " },
      { inlineData },
      { text: "Done." },
    ];
    const reply = { candidates: [{ content: { parts, role: "model" }, finishReason: "STOP" }] };
    const server = await openServer(streams([`data: ${JSON.stringify(reply)}\n\n`]));
    opened.push(server);
    const environment = { GOOGLE_API_BASE: `http://${server.host}/v1beta`, GOOGLE_API_KEY: "k" };
    const models = createModels({ config: settings({ environment }), baseline: noBaseline });
    const result = await outcome(await models.get("google/gemini-3-pro-image"), ask());
    expect(typesIn(result)).toEqual(["text", "media", "text", "finish"]);
    expect(mediaOf(result)).toEqual([file]);
  });
  for (const whole of [false, true])
    test(`are parts of a response${whole ? " in one piece" : ""}`, async () => {
      const item = { type: "image_generation_call", id: "ig_1", status: "completed", result: data };
      const response = { object: "response", status: "completed", output: [item], error: null };
      const events = [
        { type: "response.output_item.done", output_index: 0, item },
        { type: "response.completed", response },
      ].map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`);
      const server = await openServer(whole ? answers(200, response) : streams(events));
      opened.push(server);
      const config = settings({
        environment: { OPENAI_API_BASE: server.url, OPENAI_API_KEY: "k" },
        providers: { openai: { type: "responses" } },
      });
      const models = createModels({ config, baseline: noBaseline });
      const result = await outcome(await models.get("openai/gpt-5"), ask({ stream: true }));
      expect([result.error, mediaOf(result)]).toEqual([null, [file]]);
    });
});

describe("a call that begins with its whole input", () => {
  test("is read once, as servers of Anthropic's protocol by other makers send it", async () => {
    const block = { type: "tool_use", id: "toolu_1", name: "find", input: { x: 1 } };
    const events = [
      { type: "message_start", message: { usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: block },
      {
        type: "content_block_delta",
        index: 0,
        delta: { type: "input_json_delta", partial_json: '{"x":1}' },
      },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ].map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`);
    const server = await openServer(streams(events));
    opened.push(server);
    const environment = { ANTHROPIC_BASE_URL: `http://${server.host}`, ANTHROPIC_API_KEY: "k" };
    const models = createModels({ config: settings({ environment }), baseline: noBaseline });
    const result = await outcome(await models.get("anthropic/x"), ask({ tools: TOOLS }));
    expect(result.parts.filter(({ type }) => type === "tool-call")).toEqual([
      { type: "tool-call", id: "toolu_1", name: "find", arguments: '{"x":1}' },
    ]);
  });
});

describe("a model that may think", () => {
  const sent = async (name: string, params: Readonly<Record<string, unknown>>) => {
    const server = await openServer(answers(200, {}));
    opened.push(server);
    const environment = { ANTHROPIC_BASE_URL: `http://${server.host}`, ANTHROPIC_API_KEY: "k" };
    const models = createModels({ config: settings({ environment }), baseline: noBaseline });
    const tools = { ...TOOLS, choice: "required" } as const;
    const result = await outcome(await models.get(`anthropic/${name}`), ask({ tools, params }));
    return { notes: notesOf(result, "degraded"), body: server.seen[0]?.body ?? {} };
  };
  test("is told not to where it has to call and nobody asked it to think", async () => {
    const { notes, body } = await sent("claude-sonnet-4-6", {});
    expect([body["thinking"], body["tool_choice"], notes]).toEqual([
      { type: "disabled" },
      { type: "any" },
      [],
    ]);
  });
  test("is not made to call where it thinks, and a note says so", async () => {
    for (const [name, params] of [
      ["claude-sonnet-4-6", { thinking: true }],
      ["claude-opus-6", {}],
    ] as const) {
      const { notes, body } = await sent(name, params);
      expect(body["tool_choice"]).toEqual({ type: "auto" });
      expect(notes.join()).toContain('"tool_choice"');
    }
  });
});
