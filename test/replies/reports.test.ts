import { describe, expect, test } from "bun:test";
import { answers, DONE, event, fails, streams } from "../model/faulty-server.ts";
import type { FaultyServer } from "../model/faulty-server.ts";
import { chat, delta, events, run } from "./server.ts";

const GOOD = chat({ content: `{"n": 5}` });
const WHOLE = "{ stream: false, max_tokens: 50 }";

describe("an answer that ran into its limit", () => {
  test("is one attempt, and says where it was cut and what to raise", async () => {
    const cut = chat({ content: `{"n": ` }, { finish_reason: "length" });
    const { status, output, details, server } = await run({ params: WHOLE }, cut);
    expect([status, output["error_code"], server.seen.length]).toEqual([1, "RLLM_013", 1]);
    expect(output["message"]).toContain("was cut off at 50 tokens");
    expect(output["recovery_hint"]).toContain("`max_tokens`");
    expect(details).toMatchObject({
      finish_reason: "length",
      max_tokens: 50,
      retries: 2,
      attempts: 1,
    });
  });

  test("is not closed at the place of the cut, whatever the level of repair", async () => {
    const content = `{"s": "Take up to ten tablets a day, but never more than tw`;
    const setting = {
      more: "repair: full",
      params: "{ max_tokens: 20 }",
      output: "{ type: object, properties: { s: { type: string } }, required: [s] }",
    };
    const { status, output } = await run(setting, chat({ content }, { finish_reason: "length" }));
    expect([status, output["error_code"]]).toEqual([1, "RLLM_013"]);
  });

  for (const reason of [
    "MAX_TOKENS",
    "model_length",
    "max_output_tokens",
    "context_length_exceeded",
  ])
    test(`is one too where the server calls it ${reason}`, async () => {
      const cut = chat({ content: `{"n": ` }, { finish_reason: reason });
      const { output, details, server } = await run({ params: WHOLE }, cut, GOOD);
      expect([output["error_code"], server.seen.length]).toEqual(["RLLM_013", 1]);
      expect(details["finish_reason"]).toBe("length");
    });

  test("is taken, with a warning, where it was whole by then", async () => {
    const content = `{"n": 5}\n\n\n\n`;
    const { status, output, stderr } = await run(
      { params: WHOLE },
      chat({ content }, { finish_reason: "length" }),
    );
    expect([status, output]).toEqual([0, { n: 5 }]);
    expect(stderr).toContain("was cut off at 50 tokens");
  });

  test("says so where thinking took all of it", async () => {
    const thought = chat(
      { content: "", reasoning_content: "Let me see. ".repeat(60) },
      { finish_reason: "length" },
      { usage: { prompt_tokens: 20, completion_tokens: 200 } },
    );
    const { output, details, server } = await run(
      { params: "{ stream: false, max_tokens: 200 }" },
      thought,
    );
    expect([output["error_code"], server.seen.length]).toEqual(["RLLM_011", 1]);
    expect(output["message"]).toContain("the whole of the limit of 200 tokens went into thinking");
    for (const word of ["max_tokens", "reasoning_effort", "thinking"])
      expect(output["recovery_hint"]).toContain(word);
    expect(details).toMatchObject({ finish_reason: "length", max_tokens: 200 });
  });

  test("says so where the model thinks in its text", async () => {
    const thought = chat({ content: "<think>Let me see. " }, { finish_reason: "length" });
    const { output } = await run({ params: WHOLE }, thought);
    expect(output["error_code"]).toBe("RLLM_011");
    expect(output["message"]).toContain("the whole of the limit of 50 tokens went into thinking");
  });

  test("names the count where the program sets no limit", async () => {
    const cut = chat(
      { content: `{"n": ` },
      { finish_reason: "length" },
      { usage: { prompt_tokens: 20, completion_tokens: 16 } },
    );
    const { output, details } = await run({ params: "{ stream: false }" }, cut);
    expect(output["message"]).toContain("at 16 tokens, the limit of the model or its server");
    expect(details["max_tokens"]).toBeNull();
  });

  test("goes to another model where the limit is the model's own", async () => {
    const cut = chat({ content: `{"n": ` }, { finish_reason: "length" });
    const more = { params: "{ stream: false }", model: "vllm/any, fallbacks: [vllm/other]" };
    const { status, server } = await run(more, cut, GOOD);
    expect([status, server.seen.map(({ body }) => body["model"])]).toEqual([0, ["any", "other"]]);
    const limited = await run({ ...more, params: WHOLE }, cut, GOOD);
    expect([limited.status, limited.server.seen.length]).toEqual([1, 1]);
  });
});

describe("an empty answer", () => {
  const EMPTY = chat({ content: "" });
  test("is asked for again", async () => {
    const { status, output, server } = await run({}, EMPTY, GOOD);
    expect([status, output, server.seen.length]).toEqual([0, { n: 5 }, 2]);
  });

  for (const [name, act] of [
    ["no choices", answers(200, { object: "chat.completion", choices: [] })],
    [
      "a stream without text",
      events({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }, DONE),
    ],
  ] as const) {
    test(`is asked for again: ${name}`, async () => {
      expect((await run({}, act, GOOD)).status).toBe(0);
    });
  }

  test("is not asked for again where the server says that there is none", async () => {
    const { output, server } = await run({}, chat({ content: null }), GOOD);
    expect([output["error_code"], server.seen.length]).toEqual(["RLLM_011", 1]);
  });

  test("is RLLM_011 in the end, with the reason that the reply has", async () => {
    const { output, details, server } = await run(
      { more: "retries: 1" },
      chat({ content: "" }, { finish_reason: "MALFORMED" }),
    );
    expect([output["error_code"], server.seen.length]).toEqual(["RLLM_011", 2]);
    expect(output["message"]).toContain("MALFORMED");
    expect(details).toMatchObject({ retries: 1, attempts: 2, finish_reason: "other" });
  });

  test("is asked for again before the next model is", async () => {
    const more = { model: "vllm/any, fallbacks: [vllm/other]", more: "retries: 1" };
    const { server } = await run(more, EMPTY, EMPTY, GOOD);
    expect(server.seen.map(({ body }) => body["model"])).toEqual(["any", "any", "other"]);
  });

  test("is named where a tool is called in its place", async () => {
    const call = { id: "1", type: "function", function: { name: "get_weather", arguments: "{}" } };
    const { output, details } = await run(
      { more: "retries: 0" },
      chat({ content: null, tool_calls: [call] }, { finish_reason: "tool_calls" }),
    );
    expect(output["error_code"]).toBe("RLLM_011");
    expect(output["message"]).toContain(`called the tool "get_weather" in place of an answer`);
    expect(details["tools"]).toEqual(["get_weather"]);
  });

  test("is named too where the model says that it will call one", async () => {
    const calls = [{ id: "1", type: "function", function: { name: "look_up", arguments: "{}" } }];
    const { output } = await run(
      { params: "{ stream: false }", more: "retries: 0" },
      chat({ content: "Let me look.", tool_calls: calls }, { finish_reason: "tool_calls" }),
    );
    expect(output["error_code"]).toBe("RLLM_011");
    expect(output["message"]).toContain('called the tool "look_up"');
  });

  test("is the value that stands in what was thought", async () => {
    const { status, output, stderr } = await run(
      { arguments: ["--verbose"] },
      chat({ content: "", reasoning_content: `{"n": 5}` }),
    );
    expect([status, output]).toEqual([0, { n: 5 }]);
    expect(stderr).toContain("1 edit");
  });
});

describe("an error in a stream", () => {
  const begun = delta(`{"n"`);
  for (const [name, pieces, words, requests] of [
    [
      "named by its event",
      [
        `event: error\ndata: {"type":"error","code":"400","message":"the prompt is not allowed here"}\n\n`,
      ],
      "the prompt is not allowed here",
      1,
    ],
    ["of vLLM", [{ object: "error", message: "the engine died", code: 500 }], "the engine died", 3],
    ["in plain words", [`event: error\ndata: the wheels came off\n\n`], "the wheels came off", 3],
    ["a quota", [{ type: "error", message: "insufficient_quota: pay first" }], "pay first", 1],
    ["a status as text", [{ status_code: "422", detail: "no such field" }], "no such field", 1],
    ["without any mark", [{ message: "the pod was evicted" }], "the pod was evicted", 3],
    ["a line of its own", [`{"error": {"message": "gone away", "code": 503}}\n`], "gone away", 3],
    ["a list", [{ errors: [{ message: "too hot" }] }], "too hot", 3],
  ] as const) {
    test(`is told, ${name}`, async () => {
      const { status, output, server } = await run(
        { params: "{ stream: true }" },
        events(begun, ...pieces),
      );
      expect([status, output["error_code"], server.seen.length]).toEqual([1, "RLLM_017", requests]);
      expect(output["message"]).toContain(words);
    });
  }

  for (const [type, address, reply] of [
    [
      "anthropic/claude-3-5-haiku",
      "ANTHROPIC",
      { type: "message", content: [{ type: "text", text: `{"n": 5}` }], stop_reason: "error" },
    ],
    [
      "google/gemini-2.0-flash",
      "GOOGLE",
      { candidates: [{ content: { parts: [{ text: `{"n": 5}` }] }, finishReason: "ERROR" }] },
    ],
  ] as const) {
    test(`is one where the reason to finish says so: ${type}`, async () => {
      const env = ({ url }: FaultyServer): Readonly<Record<string, string>> => ({
        [`${address}_API_BASE`]: new URL(url).origin,
        [`${address}_API_KEY`]: "key-of-a-test",
      });
      const { output } = await run({ model: type, env, more: "retries: 0" }, answers(200, reply));
      expect([output["error_code"], output["message"]]).toEqual([
        "RLLM_017",
        expect.stringContaining("the model stopped with"),
      ]);
    });
  }

  for (const content of [`{"n": `, `{"n": 5}`]) {
    test(`is one in a whole reply too, with content ${content}`, async () => {
      const { output, server } = await run(
        { params: "{ stream: false }" },
        chat({ content }, { finish_reason: "error" }, { usage: { prompt_tokens: null } }),
      );
      expect([output["error_code"], server.seen.length]).toEqual(["RLLM_017", 3]);
      expect(output["message"]).toContain('stopped with "error"');
    });
  }
});

describe("three tries in all", () => {
  const dies = streams([event({ content: `{"n"` })]);
  const down = fails(503, "Later");
  for (const [name, acts] of [
    ["before and after the first text", [down, down, dies]],
    ["after the first text, then before it", [dies, down, down]],
    ["in between", [down, dies, down]],
    ["after it alone", [dies]],
  ] as const) {
    test(`count together: ${name}`, async () => {
      const { output, details, server } = await run({ params: "{ stream: true }" }, ...acts);
      expect([output["error_code"], server.seen.length]).toEqual(["RLLM_017", 3]);
      expect(details["attempts"]).toBe(3);
      expect(details["tried"]).toMatchObject([{ attempts: 3 }]);
    });
  }

  test("begin anew where an answer came that can't be used", async () => {
    const wrong = chat({ content: `{"n": "no"}` });
    const { status, server } = await run(
      { params: "{ stream: false }" },
      down,
      wrong,
      down,
      down,
      GOOD,
    );
    expect([status, server.seen.length]).toEqual([0, 5]);
  });
});

describe("what a server mislabels", () => {
  const stream = `data: ${JSON.stringify(delta(`{"n": 5}`, "stop"))}\n\n${DONE}`;
  test("is read as events, whatever the content type says", async () => {
    const labelled = answers(200, stream, { "content-type": "application/json" });
    const { status, output } = await run({ params: "{ stream: true }" }, labelled);
    expect([status, output]).toEqual([0, { n: 5 }]);
  });

  test("is read as one value where it is one", async () => {
    const whole = JSON.stringify({ choices: [{ message: { content: `{"n": 5}` } }] }, null, 2);
    const labelled = answers(200, whole, { "content-type": "text/event-stream" });
    const { status, output } = await run({ params: "{ stream: true }" }, labelled);
    expect([status, output]).toEqual([0, { n: 5 }]);
  });

  test("is plain where it says gzip, and nothing but our lines is on stderr", async () => {
    const body = JSON.stringify({ choices: [{ message: { content: `{"n": 5}` } }] });
    const labelled = answers(200, body, { "content-encoding": "gzip" });
    const { status, output, stderr } = await run({ params: "{ stream: false }" }, labelled);
    expect([status, output]).toEqual([0, { n: 5 }]);
    expect(stderr).not.toContain("ompression");
  });

  test("is unpacked where it is gzip", async () => {
    const body = Bun.gzipSync(
      Buffer.from(JSON.stringify({ choices: [{ message: { content: `{"n": 5}` } }] })),
    );
    const { status, output } = await run({ params: "{ stream: false }" }, (socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`,
      );
      socket.end(body);
    });
    expect([status, output]).toEqual([0, { n: 5 }]);
  });

  test("is the choice where it is the only one, whatever its index", async () => {
    for (const index of [null, 1, "0"]) {
      const { status } = await run({}, chat({ content: `{"n": 5}` }, { index }));
      expect([index, status]).toEqual([index, 0]);
    }
  });

  test("is counted where the counts are in the last choice", async () => {
    const usage = { prompt_tokens: 214, completion_tokens: 17 };
    const last = { choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] };
    const { stderr } = await run(
      { params: "{ stream: true }", arguments: ["--verbose"] },
      events(delta(`{"n": 5}`), last, DONE),
    );
    expect(stderr).toContain("214 + 17 tokens");
  });
});

describe("a finish reason on every piece", () => {
  const slow = (pieces: readonly unknown[], gap: number) =>
    streams(
      pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`),
      { gap },
    );
  test("ends no answer of Google's", async () => {
    const piece = (text: string) => ({
      candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP", index: 0 }],
    });
    const { status, output } = await run(
      {
        model: "google/gemini-2.0-flash",
        env: (server) => ({ GOOGLE_API_BASE: `http://${server.host}`, GOOGLE_API_KEY: "k-1" }),
      },
      slow([piece(`{"n": `), piece("5}")], 2600),
    );
    expect([status, output]).toEqual([0, { n: 5 }]);
  }, 180_000);

  test("ends no chat completion", async () => {
    const { status, output } = await run(
      { params: "{ stream: true }" },
      slow([delta("", "stop"), delta(`{"n": `, "stop"), delta("5}", "stop")], 2300),
    );
    expect([status, output]).toEqual([0, { n: 5 }]);
  }, 180_000);
});
