import { describe, expect, test } from "bun:test";
import { createServer } from "node:http";
import { answers, event, fails, neverEnds, resets, says, streams } from "../model/faulty-server.ts";
import type { Act, FaultyServer } from "../model/faulty-server.ts";
import { chat, delta, events, run } from "./server.ts";

const GOOD = chat({ content: `{"n": 5}` });

describe("an address that is nearly right", () => {
  const at = (path: string, model?: string, front = "VLLM") => ({
    ...(model === undefined ? {} : { model }),
    env: ({ host }: { host: string }) => ({
      [`${front}_API_BASE`]: `http://${host}${path}`,
      [`${front}_API_KEY`]: "key-0123456789",
    }),
  });

  for (const path of [
    "/v1/chat/completions",
    "/v1/chat/completions/",
    "/v1/completions",
    "/v1/responses",
  ]) {
    test(`is taken as it is meant: ${path}`, async () => {
      const { status, server } = await run(at(path), GOOD);
      expect([status, server.seen[0]?.path]).toEqual([0, "/v1/chat/completions"]);
    });
  }

  test("is taken as it is meant, its query too", async () => {
    const { server } = await run(at("/v1/chat/completions?team=a"), GOOD);
    expect(server.seen[0]?.path).toBe("/v1/chat/completions?team=a");
  });

  test("is taken as it is meant at Anthropic's, Google's and Ollama's", async () => {
    const paths: Record<string, string | undefined> = {};
    for (const [path, model, front] of [
      ["/v1/messages", "anthropic/claude-sonnet-4-5", "ANTHROPIC"],
      ["/v1beta/models/gemini-2.5-flash:generateContent", "google/gemini-2.5-flash", "GOOGLE"],
      ["/api/chat", "ollama/m", "OLLAMA"],
      ["/v1/chat/completions", "anthropic/claude-sonnet-4-5", "ANTHROPIC"],
    ] as const) {
      const { server } = await run(at(path, model, front), fails(404, "no"));
      paths[`${front} ${path}`] = server.seen[0]?.path;
    }
    expect(paths).toEqual({
      "ANTHROPIC /v1/messages": "/v1/messages",
      "GOOGLE /v1beta/models/gemini-2.5-flash:generateContent":
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
      "OLLAMA /api/chat": "/api/tags",
      "ANTHROPIC /v1/chat/completions": "/v1/chat/completions",
    });
  });

  for (const [name, act] of [
    ["404", fails(404, "Not Found")],
    ["a web page", answers(200, "<html><title>It works</title></html>")],
  ] as const) {
    test(`has the version hinted where it lacks one: ${name}`, async () => {
      const { output, server } = await run(at(""), act);
      expect(server.seen[0]?.path).toBe("/chat/completions");
      expect(output["recovery_hint"]).toContain(`http://${server.host}/v1`);
    });
  }

  test("is told with a 404", async () => {
    const { output, server } = await run(at("/v2"), fails(404, "Not Found"));
    expect(output["recovery_hint"]).toContain(`http://${server.host}/v2/chat/completions`);
    expect(output["recovery_hint"]).not.toContain("/v1");
  });

  test("says http where the server does not speak https", async () => {
    const plain = createServer((_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const address = plain.address();
    const host = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
    try {
      const { output, details } = await run({
        env: () => ({ VLLM_API_BASE: `https://${host}/v1` }),
      });
      expect(output["error_code"]).toBe("RLLM_017");
      expect(output["message"]).toContain("speaks http, not https");
      expect(output["recovery_hint"]).toContain(`http://${host}/v1`);
      expect(details["attempts"]).toBe(1);
    } finally {
      plain.close();
    }
  });
});

describe("a key that no header can carry", () => {
  for (const [key, what] of [
    ["sk-\u0430bc123456", "character 4 of the key in VLLM_API_KEY is U+0430"],
    ["sk-abc 123456", "character 7 of the key in VLLM_API_KEY is a blank"],
    ["Bearer sk-abc123456", "character 7 of the key in VLLM_API_KEY is a blank"],
    ["sk-abc\u201c123456", "character 7 of the key in VLLM_API_KEY is U+201C"],
  ] as const) {
    test(`is RLLM_014 before anything is sent: ${what}`, async () => {
      const { output, server } = await run(
        { env: ({ url }) => ({ VLLM_API_BASE: url, VLLM_API_KEY: key }) },
        GOOD,
      );
      expect([output["error_code"], server.seen.length]).toEqual(["RLLM_014", 0]);
      expect(output["message"]).toContain(what);
      expect(JSON.stringify(output)).not.toContain(key);
    });
  }
});

test("a web page in an error is shown as its words, with an apt hint", async () => {
  const page = `<html><head><title>502 Bad Gateway</title><style>p { color: red }</style></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24 &amp; co</center></body></html>`;
  const { output, server } = await run({}, answers(502, page));
  expect(output["message"]).toContain("502 Bad Gateway nginx/1.24 & co");
  expect(output["message"]).not.toContain("<");
  expect(output["recovery_hint"]).toContain("is down or busy");
  expect(server.seen).toHaveLength(3);
});

describe("a dead proxy", () => {
  test("is what is named, not `ollama serve`", async () => {
    const before = process.env["HTTP_PROXY"];
    process.env["HTTP_PROXY"] = "http://127.0.0.1:9";
    try {
      const env = (server: FaultyServer) => ({ OLLAMA_API_BASE: server.url });
      const { output, details } = await run({ model: "ollama/m", env }, GOOD);
      expect(String(output["message"]) + String(output["recovery_hint"])).not.toContain(
        "ollama serve",
      );
      expect(details["proxy"]).toBe("127.0.0.1:9");
    } finally {
      if (before === undefined) delete process.env["HTTP_PROXY"];
      else process.env["HTTP_PROXY"] = before;
    }
  });

  test("is not called a dead server", async () => {
    const before = process.env["HTTP_PROXY"];
    process.env["HTTP_PROXY"] = "http://user:secret@127.0.0.1:9";
    try {
      const { output, server } = await run({}, GOOD);
      expect(output["message"]).toContain("nothing listens at the proxy 127.0.0.1:9");
      expect(output["message"]).toContain("HTTP_PROXY");
      expect(output["recovery_hint"]).toContain("NO_PROXY");
      expect(JSON.stringify(output)).not.toContain("secret");
      expect(server.seen).toHaveLength(0);
    } finally {
      if (before === undefined) delete process.env["HTTP_PROXY"];
      else process.env["HTTP_PROXY"] = before;
    }
  });
});

describe("`timeout`", () => {
  test("is the whole call: a stream without an end is asked for once", async () => {
    const forever = neverEnds(200, "text/event-stream", event({ content: "x" }));
    const slowly: Act = (socket, seen) => forever(socket, seen);
    const { output, server } = await run({ params: "{ stream: true, timeout: 1 }" }, slowly);
    expect([output["error_code"], server.seen.length]).toEqual(["RLLM_017", 1]);
  });

  test("covers tries after the first text: each has what is left of it", async () => {
    const silent = streams([event({ content: `{"n"` })], { end: "open" });
    const dies = streams([event({ content: `{"n"` })]);
    const { output, server } = await run({ params: "{ stream: true, timeout: 1 }" }, dies, silent);
    expect(output["message"]).toMatch(/was not finished within (0\.\d|1) s/);
    expect(server.seen).toHaveLength(2);
  });
});

describe("a header that a program may not set", () => {
  for (const name of [
    "Host",
    "authorization",
    "X-Api-Key",
    "api-key",
    "x-goog-api-key",
    "Cookie",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Proxy-Authorization",
    "X-Forwarded-Host",
  ]) {
    test(`is refused: ${name}`, async () => {
      const { output, server } = await run({ params: `{ extra_headers: { ${name}: x } }` }, GOOD);
      expect([output["error_code"], server.seen.length]).toEqual(["RLLM_003", 0]);
      expect(output["message"]).toContain(`"${name}"`);
    });
  }
  test("is none that only says something", async () => {
    const params = `{ extra_headers: { X-Title: p, HTTP-Referer: "https://example.org" } }`;
    const { status, server } = await run({ params }, GOOD);
    expect([status, server.seen[0]?.headers["x-title"]]).toEqual([0, "p"]);
  });
});

describe("what a call costs", () => {
  const usage = {
    prompt_tokens: 3120,
    completion_tokens: 210,
    prompt_tokens_details: { cached_tokens: 2944 },
  };
  async function cost(model: string, front: string, body: Record<string, unknown>) {
    const { stderr } = await run(
      {
        model,
        text: "word ".repeat(3000),
        arguments: ["--verbose"],
        params: "{ stream: false }",
        env: ({ url }) => ({ [`${front}_API_BASE`]: url, [`${front}_API_KEY`]: "key-0123456789" }),
      },
      chat({ content: `{"n": 5}` }, {}, body),
    );
    return /\$[\d.]+/.exec(stderr)?.[0];
  }
  test("counts what the provider has kept at its own price", async () => {
    expect(await cost("openai/gpt-4.1-mini", "OPENAI", { usage })).toBe("$0.000701");
  });
  test("is what OpenRouter says", async () => {
    const told = { usage: { ...usage, cost: 0.0125 } };
    expect(await cost("openrouter/openai/gpt-4.1-mini", "OPENROUTER", told)).toBe("$0.012500");
  });
});

describe("Ollama", () => {
  const line = (more: object) => `${JSON.stringify({ model: "m", ...more })}\n`;
  const say = (text: string, more: object = {}) =>
    streams(
      [
        line({ message: { role: "assistant", content: text }, done: false }),
        line({
          message: { role: "assistant", content: "" },
          done: true,
          done_reason: "stop",
          ...more,
        }),
      ],
      { type: "application/x-ndjson" },
    );
  const tags = answers(200, { models: [{ name: "m:latest", model: "m:latest" }] });
  const ollama = {
    model: "ollama/m",
    env: ({ host }: { host: string }) => ({ OLLAMA_API_BASE: `http://${host}` }),
  };

  for (const status of [400, 500, 200])
    test(`is asked again without a schema that its grammar can't be made of: ${status}`, async () => {
      const error = "Failed to initialize samplers: failed to parse grammar";
      const refuses: Act = (socket, seen) =>
        (seen.body["format"] === undefined ? say(`{"n": 5}`) : answers(status, { error }))(
          socket,
          seen,
        );
      const { output, stderr, server } = await run(
        { ...ollama, arguments: ["--verbose"] },
        tags,
        refuses,
      );
      expect([output, server.seen.length]).toEqual([{ n: 5 }, 3]);
      expect(stderr).toContain("does not enforce");
    });

  test("is told to have cut a prompt where its count shows it", async () => {
    const counts = { prompt_eval_count: 1500, eval_count: 5 };
    const { stderr } = await run(
      { ...ollama, text: "word ".repeat(1200) },
      tags,
      say(`{"n": 5}`, counts),
    );
    expect(stderr).not.toContain("cut off");
    const long = await run(
      { ...ollama, text: "different words ".repeat(4000) },
      tags,
      say(`{"n": 5}`, { prompt_eval_count: 2048, eval_count: 5 }),
    );
    expect(long.stderr).toContain("part of the prompt was cut off");
    const full = await run(
      {
        ...ollama,
        text: "word ".repeat(3000),
        params: "{ extra_body: { options: { num_ctx: 2048 } } }",
      },
      tags,
      say(`{"n": 5}`, { prompt_eval_count: 2048, eval_count: 5 }),
    );
    expect(full.stderr).toContain("which is all that its window holds");
  });

  test("goes on with a pull that broke off", async () => {
    const steps = (...more: object[]) => more.map((step) => `${JSON.stringify(step)}\n`);
    const part = (completed: number) => ({ status: "pulling a", total: 10, completed });
    const breaks = (completed: number) =>
      streams(steps({ status: "pulling manifest" }, part(completed)), { end: "reset" });
    const done = streams(steps(part(10), { status: "success" }));
    const none = answers(200, { models: [] });
    const pulling = { ...ollama, arguments: ["--ollama-auto-pull"] };
    const { status, stderr, server } = await run(
      pulling,
      none,
      breaks(3),
      breaks(6),
      done,
      say(`{"n": 5}`),
    );
    expect(status).toBe(0);
    expect(stderr).toContain("broke off, and goes on where it was");
    expect(server.seen.map(({ path }) => path)).toEqual([
      "/api/tags",
      "/api/pull",
      "/api/pull",
      "/api/pull",
      "/api/chat",
    ]);
    const never = await run(pulling, none, breaks(3));
    expect([never.output["error_code"], never.server.seen.length]).toEqual(["RLLM_010", 4]);
    expect(never.output["recovery_hint"]).toContain("nothing is lost");
  }, 180_000);
});

test("a reset after the last word of an answer that said so is no failure", async () => {
  const { status } = await run(
    { params: "{ stream: true }" },
    streams([event({ content: `{"n": 5}` }), event({}, "stop")], { end: "reset" }),
  );
  expect(status).toBe(0);
});

test("a stream that went on after its end is no answer when it breaks", async () => {
  const broken = streams(
    [delta(`{"n": `, "stop"), delta("1", "stop")].map(
      (piece) => `data: ${JSON.stringify(piece)}\n\n`,
    ),
    { end: "open" },
  );
  const { output } = await run({ params: "{ stream: true, timeout: 1 }" }, broken);
  expect(output["error_code"]).toBe("RLLM_017");
});

test("resets and says() are what they are called", async () => {
  expect((await run({}, resets, says(`{"n": 5}`))).status).toBe(0);
  expect(
    (await run({ params: "{ stream: true }" }, events(delta(`{"n": 5}`, "stop")))).status,
  ).toBe(0);
});

test("a model that is nearly one of the table is asked about in a dry run", async () => {
  const notes = async (model: string) =>
    (await run({ arguments: ["--dry-run", "--model", model] })).output["notes"];
  expect(await notes("openai/gpt-41-mini")).toEqual([
    `"openai/gpt-41-mini" is not in the table of models. Did you mean "openai/gpt-4.1-mini"?`,
  ]);
  expect(await notes("openai/gpt-4.1-mini")).toEqual([]);
  expect(await notes("vllm/gpt-41-mini")).toEqual([]);
});
