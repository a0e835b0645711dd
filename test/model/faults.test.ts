import { afterEach, describe, expect, test } from "bun:test";
import type { Model } from "../../src/model/model.ts";
import { createModels } from "../../src/model/models.ts";
import { ask, noBaseline, notesOf, outcome } from "./calls.ts";
import {
  answers,
  DONE,
  event,
  fails,
  neverEnds,
  openServer,
  resets,
  says,
  sendsHalf,
  silence,
  spells,
  streams,
  USAGE,
} from "./faulty-server.ts";
import type { Act, FaultyServer } from "./faulty-server.ts";
import { settings } from "./settings.ts";
import { patience } from "../patience.ts";

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const KEY = "sk-planted-9876543210";

interface Bench {
  readonly server: FaultyServer;
  readonly model: Model;
  /** Milliseconds of each wait that was asked for; nothing is really waited. */
  readonly waits: number[];
}

/** A model as programs get it, retries and all, at a server that does these things in turn. */
async function bench(...acts: readonly Act[]): Promise<Bench> {
  const server = await openServer(...acts);
  opened.push(server);
  const waits: number[] = [];
  const models = createModels({
    config: settings({ environment: { LOCAL_API_BASE: server.url, LOCAL_API_KEY: KEY } }),
    baseline: noBaseline,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0,
  });
  return { server, model: await models.get("local/m"), waits };
}

const words = Array.from({ length: 60 }, (_, index) => `w${index} `);
const deltas = words.map((content) => event({ content }));

describe("a transient failure is waited out", () => {
  test("S01: 429 with Retry-After, for as long as the server asks", async () => {
    const { server, model, waits } = await bench(
      fails(429, "Slow down", { "retry-after": "2" }),
      says("ok"),
    );
    const result = await outcome(model, ask());
    expect([result.text, waits, server.seen.length]).toEqual(["ok", [2000], 2]);
    expect(notesOf(result, "retry-wait")).toEqual([
      `Trying local/m again in 2 s: ${server.host} answered 429: Slow down`,
    ]);
  });

  test("429 with Retry-After as a date", async () => {
    const date = new Date(Date.now() + 30_000).toUTCString();
    const { model, waits } = await bench(
      fails(429, "Slow down", { "retry-after": date }),
      says("ok"),
    );
    expect((await outcome(model, ask())).text).toBe("ok");
    expect(waits[0]).toBeGreaterThan(27_000);
    expect(waits[0]).toBeLessThanOrEqual(30_000);
  });

  test("429 with retry-after-ms, which says it best", async () => {
    const { model, waits } = await bench(
      fails(429, "Slow down", { "retry-after-ms": "1250", "retry-after": "9" }),
      says("ok"),
    );
    expect((await outcome(model, ask())).text).toBe("ok");
    expect(waits).toEqual([1250]);
  });

  test("S03: 500 once", async () => {
    const { server, model, waits } = await bench(fails(500, "Oops"), says("ok"));
    expect((await outcome(model, ask())).text).toBe("ok");
    expect([waits, server.seen.length]).toEqual([[500], 2]);
  });

  test("S05: a reset before the headers", async () => {
    const { model, waits } = await bench(resets, spells("ok"));
    expect((await outcome(model, ask({ stream: true }))).text).toBe("ok");
    expect(waits).toEqual([500]);
  });

  test("half a body", async () => {
    const { model, waits } = await bench(sendsHalf(`{"choices":[{"index":0,"mess`), says("ok"));
    expect((await outcome(model, ask())).text).toBe("ok");
    expect(waits).toEqual([500]);
  });

  test("half a body behind a proxy that closes it properly", async () => {
    const half = answers(200, `{"choices":[{"index":0,"mess`, {
      "content-type": "application/json",
    });
    const { model } = await bench(half, says("ok"));
    expect((await outcome(model, ask())).text).toBe("ok");
  });

  for (const status of [408, 409, 502, 503, 504, 529]) {
    test(`${status} once`, async () => {
      const { model } = await bench(answers(status, "<html>upstream</html>"), says("ok"));
      expect((await outcome(model, ask())).text).toBe("ok");
    });
  }
});

describe("a failure that stays is RLLM_017", () => {
  test("after three tries, with the details that programs rely on", async () => {
    const { server, model, waits } = await bench(fails(503, "Overloaded"));
    const { error } = await outcome(model, ask());
    expect(error?.code).toBe("RLLM_017");
    expect(error?.retryable).toBe(true);
    expect(error?.details).toEqual({
      provider: "local",
      model: "local/m",
      status: 503,
      retryable: true,
      attempts: 3,
      reason: `${server.host} answered 503: Overloaded`,
      provider_code: "server_error",
    });
    expect([waits, server.seen.length]).toEqual([[500, 1000], 3]);
  });

  test("at once when the server asks for more patience than there is", async () => {
    const { server, model, waits } = await bench(
      fails(429, "Quota resets later", { "retry-after": "120" }),
    );
    const { error } = await outcome(model, ask());
    expect([error?.code, error?.retryable, server.seen.length, waits.length]).toEqual([
      "RLLM_017",
      true,
      1,
      0,
    ]);
    expect(error?.message).toContain("asks to wait 120 s, longer than the 60 s");
  });

  test("at once when waiting would pass the program's timeout", async () => {
    const { server, model } = await bench(fails(429, "Slow down", { "retry-after": "20" }));
    const { error } = await outcome(model, ask({ params: { timeout: 5 } }));
    expect([error?.details["status"], server.seen.length]).toEqual([429, 1]);
  });

  test("at once when the server says that retrying is no use", async () => {
    const { server, model } = await bench(fails(500, "No", { "x-should-retry": "false" }));
    const { error } = await outcome(model, ask());
    expect([error?.retryable, server.seen.length]).toEqual([false, 1]);
  });

  test("at once when the account is out of money, whatever the status", async () => {
    const { server, model } = await bench(
      fails(429, "You exceeded your current quota", {}, "insufficient_quota"),
    );
    const { error } = await outcome(model, ask());
    expect([error?.retryable, error?.details["provider_code"], server.seen.length]).toEqual([
      false,
      "insufficient_quota",
      1,
    ]);
  });

  for (const [status, code] of [
    [400, "context_length_exceeded"],
    [400, "content_policy_violation"],
    [401, "invalid_api_key"],
    [403, "permission_denied"],
    [404, "model_not_found"],
    [422, "invalid_request"],
  ] as const) {
    test(`S12, S13: ${status} ${code} is never tried again`, async () => {
      const { server, model } = await bench(fails(status, "No", {}, code));
      const { error } = await outcome(model, ask());
      expect(error?.code).toBe("RLLM_017");
      expect(error?.details).toMatchObject({
        status,
        retryable: false,
        attempts: 1,
        provider_code: code,
      });
      expect(server.seen).toHaveLength(1);
    });
  }

  test("says what a prompt that is too long is, also where the server has no code for it", async () => {
    const { model } = await bench(fails(400, "This model's maximum context length is 8192 tokens"));
    expect((await outcome(model, ask())).error?.details["provider_code"]).toBe(
      "context_length_exceeded",
    );
  });

  test("when an error never ends", async () => {
    const { model } = await bench(neverEnds(500, "text/plain", "broken ".repeat(4096)));
    const { error } = await outcome(model, ask());
    expect(error?.details).toMatchObject({ status: 500, attempts: 3 });
    expect(String(error?.details["reason"]).length).toBeLessThan(400);
  });

  test("with one quick look when nothing listens, naming the host", async () => {
    const { server, model, waits } = await bench(says("never"));
    await server.close();
    opened.length = 0;
    const { error } = await outcome(model, ask());
    expect(error?.details).toMatchObject({ status: null, retryable: true, attempts: 2 });
    expect(error?.hint).toContain(server.host);
    expect(waits).toEqual([200]);
  });

  test("when HTML comes instead of JSON", async () => {
    const { server, model } = await bench(answers(200, "<!doctype html><title>Sign in</title>"));
    for (const stream of [false, true]) {
      const { error } = await outcome(model, ask({ stream }));
      expect(error?.details["reason"]).toBe(
        `${server.host} sent a web page instead of a reply: <!doctype html><title>Sign in</title>`,
      );
    }
    expect(server.seen).toHaveLength(2);
  });

  test("when the reply has no answer, is a list, or reports an error with status 200", async () => {
    const { model } = await bench(
      answers(200, { id: "x" }),
      answers(200, "[1,2]", { "content-type": "application/json" }),
      answers(200, { error: { message: "Model is broken", type: "invalid_request_error" } }),
    );
    const reasons = [
      await outcome(model, ask()),
      await outcome(model, ask()),
      await outcome(model, ask()),
    ];
    expect(
      reasons.map((result) => String(result.error?.details["reason"]).replace(/^\S+ /, "")),
    ).toEqual([
      `sent a reply without an answer: {"id":"x"}`,
      "sent a reply that is not an object: [1,2]",
      "reported an error: Model is broken",
    ]);
  });
});

describe("a call has limits", () => {
  test("S06: silence ends with the timeout, after one try", async () => {
    const { server, model } = await bench(silence);
    const started = performance.now();
    const { error } = await outcome(model, ask({ params: { timeout: 0.3 } }));
    expect(performance.now() - started).toBeLessThan(patience(1500));
    expect(error?.details).toMatchObject({ status: null, retryable: true, attempts: 1 });
    expect(error?.message).toContain("the call was not finished within 0.3 s");
    expect(server.seen).toHaveLength(1);
    await server.seen[0]?.closed;
  });

  test("S09: a stream that falls silent ends with the timeout and is no short success", async () => {
    const { server, model } = await bench(streams(deltas.slice(0, 20), { end: "open" }));
    const result = await outcome(model, ask({ stream: true, params: { timeout: 0.3 } }));
    expect(result.text).toBe(words.slice(0, 20).join(""));
    expect([result.finish, result.error?.code]).toEqual([null, "RLLM_017"]);
    expect(server.seen).toHaveLength(1);
  });

  test("a slow stream ends with the timeout though it never falls silent", async () => {
    const { model } = await bench(streams(deltas, { gap: 20 }));
    const result = await outcome(model, ask({ stream: true, params: { timeout: 0.3 } }));
    expect([result.finish, result.error?.code]).toEqual([null, "RLLM_017"]);
  });

  for (const stream of [true, false]) {
    test(`an endless ${stream ? "stream" : "body"} is cut`, async () => {
      const piece = event({ content: "x".repeat(64 * 1024) });
      const type = stream ? "text/event-stream" : "application/json";
      const { server, model } = await bench(neverEnds(200, type, piece));
      const { error } = await outcome(model, ask({ stream }));
      expect(error?.code).toBe("RLLM_017");
      expect(error?.message).toContain("passed 32 MiB without an end");
      expect(error?.retryable).toBe(false);
      await server.seen[0]?.closed;
    });
  }

  test("an abort while a retry is waited for is RLLM_022", async () => {
    const server = await openServer(fails(503, "Overloaded"));
    opened.push(server);
    const config = settings({ environment: { LOCAL_API_BASE: server.url } });
    const models = createModels({ config, baseline: noBaseline });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("Ctrl-C")), 60);
    const started = performance.now();
    const { error } = await outcome(await models.get("local/m"), ask(), controller.signal);
    expect([error?.code, error?.details]).toEqual(["RLLM_022", { reason: "Ctrl-C" }]);
    expect(performance.now() - started).toBeLessThan(patience(400));
  });
});

describe("a stream", () => {
  for (const end of ["close", "reset"] as const) {
    test(`S08: cut after 40 of 60 words (${end}) is an error, and not tried again`, async () => {
      const { server, model } = await bench(streams(deltas.slice(0, 40), { end, gap: 1 }));
      const result = await outcome(model, ask({ stream: true }));
      expect(result.text).toStartWith(words.slice(0, 30).join(""));
      expect([result.finish, result.error?.code, result.error?.retryable]).toEqual([
        null,
        "RLLM_017",
        true,
      ]);
      expect(server.seen).toHaveLength(1);
    });
  }

  test("that ends before any text is tried again", async () => {
    const { server, model } = await bench(streams([event({ role: "assistant" })]), spells("ok"));
    expect((await outcome(model, ask({ stream: true }))).text).toBe("ok");
    expect(server.seen).toHaveLength(2);
  });

  test("that says [DONE] without a finish_reason was cut by someone in between", async () => {
    const { model } = await bench(streams([...deltas, DONE]));
    const result = await outcome(model, ask({ stream: true }));
    expect([result.finish, result.error?.code]).toEqual([null, "RLLM_017"]);
  });

  test("S10: goes on after a malformed event, and says so", async () => {
    const pieces = [
      ...deltas.slice(0, 9),
      `data: {"choices":[{"del\n\n`,
      ...deltas.slice(10),
      event({}, "stop"),
      DONE,
    ];
    const { model } = await bench(streams(pieces));
    const result = await outcome(model, ask({ stream: true }));
    expect(result.error).toBeNull();
    expect(result.text).toBe([...words.slice(0, 9), ...words.slice(10)].join(""));
    expect(notesOf(result, "warning")[0]).toStartWith("Skipped 1 malformed event in the stream");
  });

  test("S11: needs no [DONE], and keeps the usage", async () => {
    const { model } = await bench(streams([...deltas, event({}, "stop"), USAGE]));
    const result = await outcome(model, ask({ stream: true }));
    expect(result.finish).toMatchObject({
      reason: "stop",
      usage: { prompt_tokens: 3, completion_tokens: 5 },
    });
  });

  test("S11: needs no end of the connection either", async () => {
    const { model } = await bench(streams([...deltas, event({}, "stop"), USAGE], { end: "open" }));
    const started = performance.now();
    const result = await outcome(model, ask({ stream: true }));
    expect(result.finish?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 5 });
    expect(performance.now() - started).toBeLessThan(patience(4000));
  });

  test("may be reset once the model has finished", async () => {
    const { model } = await bench(streams([...deltas, event({}, "stop")], { end: "reset" }));
    const result = await outcome(model, ask({ stream: true }));
    expect([result.text, result.error]).toEqual([words.join(""), null]);
  });

  test("that reports an error in the middle is an error", async () => {
    const failure = `data: ${JSON.stringify({ error: { message: "Overloaded", type: "overloaded_error" } })}\n\n`;
    const { model } = await bench(
      streams([...deltas.slice(0, 5), failure, ...deltas.slice(5), event({}, "stop"), DONE]),
    );
    const result = await outcome(model, ask({ stream: true }));
    expect([result.finish, result.error?.code, result.error?.retryable]).toEqual([
      null,
      "RLLM_017",
      true,
    ]);
    expect(result.error?.message).toContain("reported an error: Overloaded");
  });

  test("of an answer without text gives no text part", async () => {
    const { model } = await bench(
      streams([
        event({ role: "assistant", content: null }),
        event({ content: null }, "stop"),
        DONE,
      ]),
    );
    const result = await outcome(model, ask({ stream: true }));
    expect(result.parts.map((part) => part.type)).toEqual(["finish"]);
  });
});

describe("a stream cut at any byte", () => {
  const whole = [
    event({ content: "a" }),
    event({ content: "ü" }),
    event({}, "stop"),
    USAGE,
    DONE,
  ].join("");
  const bytes = new TextEncoder().encode(whole);
  const finished = new TextEncoder().encode(
    whole.slice(0, whole.indexOf(`"finish_reason":"stop"`) + 25),
  ).length;

  test("is an error before the model has finished, and an answer after", async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const config = settings({ environment: { LOCAL_API_BASE: "http://stand-in.example/v1" } });
      const headers = { "content-type": "text/event-stream" };
      const answer = () => Promise.resolve(new Response(bytes.slice(0, cut), { headers }));
      const stand = Object.assign(answer, { preconnect: () => undefined });
      const models = createModels({
        config,
        baseline: noBaseline,
        fetch: stand,
        sleep: () => Promise.resolve(),
      });
      const result = await outcome(await models.get("local/m"), ask({ stream: true }));
      const [ended, failed] = [result.finish !== null, result.error?.code];
      if (cut < finished - 4) expect([cut, ended, failed]).toEqual([cut, false, "RLLM_017"]);
      if (cut > finished + 4)
        expect([cut, ended, failed, result.text]).toEqual([cut, true, undefined, "aü"]);
    }
  });
});

describe("what is secret stays where it belongs", () => {
  for (const status of [301, 302, 307, 308]) {
    test(`a redirect to another host (${status}) gets neither the key nor the prompt`, async () => {
      const other = await openServer(says("stolen"));
      opened.push(other);
      const elsewhere = other.url.replace("127.0.0.1", "localhost");
      const { server, model } = await bench(
        answers(status, "", { location: `${elsewhere}/chat/completions` }),
      );
      const { error } = await outcome(model, ask());
      expect(error?.code).toBe("RLLM_017");
      expect(error?.message).toContain("redirects to localhost");
      expect([server.seen.length, other.seen.length]).toEqual([1, 0]);
    });
  }

  test("a redirect on the same host is followed, with method and body", async () => {
    const { server, model } = await bench(
      answers(308, "", { location: "/v2/chat/completions" }),
      says("ok"),
    );
    expect((await outcome(model, ask())).text).toBe("ok");
    expect(server.seen.map((seen) => [seen.method, seen.path])).toEqual([
      ["POST", "/v1/chat/completions"],
      ["POST", "/v2/chat/completions"],
    ]);
    expect(server.seen[1]?.text).toBe(server.seen[0]?.text ?? "");
    expect(server.seen[1]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
  });

  test("redirects in circles end", async () => {
    const { server, model } = await bench(answers(307, "", { location: "/v1/chat/completions" }));
    expect((await outcome(model, ask())).error?.message).toContain("redirects in circles");
    expect(server.seen.length).toBe(6);
  });

  test("a key that a server sends back is cut out of the error", async () => {
    const echo = { error: { message: `Incorrect API key provided: ${KEY}` } };
    const { model } = await bench(
      answers(401, echo),
      answers(200, `<p>${KEY}</p>`),
      streams([`: ${KEY}\n`, `data: ${KEY}\n\n`]),
    );
    for (const stream of [false, false, true]) {
      const { error } = await outcome(model, ask({ stream }));
      expect(error?.code).toBe("RLLM_017");
      expect(
        JSON.stringify([error?.message, error?.details, error?.hint, String(error?.cause)]),
      ).not.toContain(KEY);
    }
  });

  test("variables that clients of OpenAI read do not leak to other servers", async () => {
    const { server, model } = await bench(says("ok"));
    const saved = { ...process.env };
    Object.assign(process.env, {
      OPENAI_ORG_ID: "org-secret",
      OPENAI_PROJECT_ID: "proj-secret",
      OPENAI_ADMIN_KEY: "admin-secret",
    });
    try {
      await outcome(model, ask());
    } finally {
      for (const name of ["OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"]) {
        if (saved[name] === undefined) delete process.env[name];
        else process.env[name] = saved[name];
      }
    }
    expect(JSON.stringify(server.seen[0])).not.toContain("secret");
  });
});
