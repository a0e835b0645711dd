import { describe, expect, test } from "bun:test";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { patience } from "../patience.ts";

/** Joined at run time, so that no scanner takes this file for a leak. */
function key(...parts: string[]): string {
  return parts.join("");
}

const SECRET = 'pl4nted/s3cret+value "q" ü';
const redactor = createRedactor([SECRET, "hunter2hunter2"]);

describe("createRedactor() hides a planted secret", () => {
  const url = encodeURIComponent(SECRET);
  test.each<[string, string, string]>([
    ["as it is", `a ${SECRET} b`, "a [redacted] b"],
    ["twice, side by side", `${SECRET}${SECRET}`, "[redacted][redacted]"],
    ["in a URL", `https://h/p/${url}/q`, "https://h/p/[redacted]/q"],
    [
      "in a URL with small hex digits",
      url.replace(/%../g, (code) => code.toLowerCase()),
      "[redacted]",
    ],
    ["in a form", url.replaceAll("%20", "+"), "[redacted]"],
    ["in JSON", JSON.stringify({ k: SECRET }), '{"k":"[redacted]"}'],
    ["in base64", Buffer.from(SECRET).toString("base64").replace(/=+$/, ""), "[redacted]"],
    [
      "in an error's text",
      `401: {"message":"bad key hunter2hunter2."}`,
      `401: {"message":"bad key [redacted]."}`,
    ],
    [
      "in a basic-auth header",
      "Authorization: Basic aHVudGVyMmh1bnRlcjI6eA==",
      "Authorization: Basic [redacted]",
    ],
    ["in a stack", "at hunter2hunter2:1:1", "at [redacted]:1:1"],
  ])("%s", (_, text, shown) => {
    expect(redactor.text(text)).toBe(shown);
  });

  test("in base64 of something longer, wherever it starts", () => {
    for (const before of ["", "u", "us", "use", "user"]) {
      const text = Buffer.from(`${before}:hunter2hunter2:tail`).toString("base64");
      const shown = redactor.text(text);
      expect(shown).toContain("[redacted]");
      const left = shown
        .split("[redacted]")
        .map((part) => Buffer.from(part, "base64").toString("latin1"));
      expect(left.join(" ")).not.toMatch(/hun|unt|nter|er2/);
      expect(redactor.text(text.replaceAll("+", "-").replaceAll("/", "_"))).toContain("[redacted]");
    }
  });
});

describe("createRedactor() hides a key it was never told:", () => {
  const run = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1xYz4";
  test.each<[string, string]>([
    ["OpenAI", key("sk-", run)],
    ["OpenAI project", key("sk-", "proj-", "a_b-", run)],
    ["Anthropic", key("sk-", "ant-api03-", run, "-", run, "AA")],
    ["OpenRouter", key("sk-", "or-v1-", "0123456789abcdef".repeat(4))],
    ["Google", key("AIza", "SyA-1234567890_abcdefghijklmnopqrstu")],
    ["GitHub", key("ghp", "_", run, "12345")],
    ["GitHub, fine-grained", key("github", "_pat_", "11ABCDEFG0", run, "_", run)],
    ["Hugging Face", key("hf", "_", run)],
    ["Groq", key("gsk", "_", run, run)],
    ["xAI", key("xai", "-", run)],
    ["Replicate", key("r8", "_", run)],
    ["AWS", key("AKIA", "IOSFODNN7EXAMPLE")],
    ["NVIDIA", key("nvapi", "-", run)],
    ["Perplexity", key("pplx", "-", run)],
    ["GitLab", key("glpat", "-", "x1Y2z3A4b5C6d7E8f9G0")],
    ["Slack", key("xoxb", "-", "123456789012-1234567890123-", run)],
    ["a JSON web token", key("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJ", "zdWIiOiIxMjM0In0", ".", run)],
  ])("%s", (_, secret) => {
    const clean = createRedactor([]);
    expect(clean.text(secret)).toBe("[redacted]");
    expect(clean.text(`Bad key "${secret}", sorry.`)).toBe('Bad key "[redacted]", sorry.');
    expect(clean.text(`{"k":"${secret}"}`)).toBe('{"k":"[redacted]"}');
    expect(clean.text(`X_API_KEY=${secret}\n`)).toBe("X_API_KEY=[redacted]\n");
  });

  test.each<[string, string]>([
    ["Authorization: Bearer abc-def-ghi1", "Authorization: Bearer [redacted]"],
    ["authorization:Token abcdEFGH", "authorization:Token [redacted]"],
    ['{"authorization":"Bearer abcdefg.hijk1"}', '{"authorization":"Bearer [redacted]"}'],
    [
      String.raw`{\"Authorization\": \"Basic dXNlcjpwYXNz\"}`,
      String.raw`{\"Authorization\": \"Basic [redacted]\"}`,
    ],
    ["-H 'x-api-key: 0123abcd4567'", "-H 'x-api-key: [redacted]'"],
    ["x-goog-api-key=abcdefgh1234", "x-goog-api-key=[redacted]"],
    ["got Bearer 0a1b2c3d4e5f and left", "got Bearer [redacted] and left"],
    ["Basic dXNlcjpwYXNz", "Basic [redacted]"],
    ["https://user:pass@host/x", "https://[redacted]@host/x"],
    ["postgres://me:p@ss@db:5432/x", "postgres://[redacted]@db:5432/x"],
    ["redis://:pa55@cache", "redis://[redacted]@cache"],
    ["https://h/v1?key=abcdef&x=1", "https://h/v1?key=[redacted]&x=1"],
    ["https://h/v1?x=1&api_key=abcdef#top", "https://h/v1?x=1&api_key=[redacted]#top"],
    ["https://h/?access_token=abcdef", "https://h/?access_token=[redacted]"],
    ["https://h/?x=1&amp;token=abcdef", "https://h/?x=1&amp;token=[redacted]"],
  ])("%p", (text, shown) => {
    expect(createRedactor([]).text(text)).toBe(shown);
  });
});

test("createRedactor() leaves ordinary text as it is", () => {
  const clean = createRedactor([]);
  for (const text of [
    "Basic understanding of Bearer bonds, JavaScript and Authorization: required.",
    "sk-learn-feature-extraction-module, task-1234567890123456789, hf_transfer_enabled_by_default",
    "see https://example.com/a@b?page=2&sort=key and mail ada@example.com: now",
    "The key = value; token: none; password: forgotten; ?key=a",
    "eyJust a word, AIzaSy, AKIA, ghp_short, xai-grok-4, r8_x",
    "builtin/baseline openai/gpt-5 ollama/llama3.2:latest",
  ]) {
    expect(clean.text(text)).toBe(text);
  }
});

test("createRedactor() ignores secrets that are too short, stand-ins, and its own mark", () => {
  const redact = createRedactor([
    "",
    "abc",
    "12345",
    "ollama",
    "LM-Studio",
    "redacted",
    "no-key-required",
  ]);
  const text = "12345 abc ollama/llama3 LM-Studio redacted no-key-required";
  expect(redact.text(text)).toBe(text);
});

test("createRedactor() hides what overlaps as one, the longer one whole", () => {
  expect(createRedactor(["abcdef", "abcdefgh"]).text("-abcdefgh-abcdef-")).toBe(
    "-[redacted]-[redacted]-",
  );
  expect(createRedactor(["xxxyyy", "yyyzzz"]).text("-xxxyyyzzz-")).toBe("-[redacted]-");
});

test("createRedactor() changes nothing that it has redacted before", () => {
  const text = `${SECRET} Bearer 0a1b2c3d4e5f https://u:p@h/?key=abcdef Authorization: Basic dXNlcjpwYXNz`;
  const once = redactor.text(text);
  expect(redactor.text(once)).toBe(once);
});

test("Redactor.add() takes effect at once, in open streams too", () => {
  const redact = createRedactor([]);
  const stream = redact.stream();
  redact.add("late-secret");
  expect(redact.text("a late-secret")).toBe("a [redacted]");
  expect(stream.push("a late-") + stream.push("secret b") + stream.end()).toBe("a [redacted] b");
});

describe("Redactor.value()", () => {
  test("returns the same reference for clean data, cycles included", () => {
    const data: Record<string, unknown> = {
      a: 1,
      b: ["x", null, undefined, true],
      when: new Date(0),
    };
    data["self"] = data;
    expect(redactor.value(data)).toBe(data);
    expect(redactor.value(7)).toBe(7);
    expect(redactor.value(null)).toBeNull();
  });

  test("redacts strings and keys at any depth, and leaves the argument alone", () => {
    const data = {
      a: ["x hunter2hunter2"],
      b: { "hunter2hunter2 key": 1 },
      c: [[{ d: "hunter2hunter2" }]],
      e: 5,
    };
    const before = structuredClone(data);
    expect(redactor.value<unknown>(data)).toEqual({
      a: ["x [redacted]"],
      b: { "[redacted] key": 1 },
      c: [[{ d: "[redacted]" }]],
      e: 5,
    });
    expect(data).toEqual(before);
  });

  test("keeps the order of keys", () => {
    const data = { z: "hunter2hunter2", a: { y: 1, b: 2 }, m: "x" };
    expect(JSON.stringify(redactor.value(data))).toBe(
      '{"z":"[redacted]","a":{"y":1,"b":2},"m":"x"}',
    );
  });

  test("keeps cycles and shared parts", () => {
    const shared = { s: "hunter2hunter2" };
    const data: Record<string, unknown> = { one: shared, two: shared };
    data["self"] = data;
    const copy = redactor.value(data);
    expect(copy["self"]).toBe(copy);
    expect(copy["one"]).toBe(copy["two"]);
    expect(copy["one"]).toEqual({ s: "[redacted]" });
  });

  test("redacts an error's message, stack, cause and fields", () => {
    const error = new Error("bad hunter2hunter2", { cause: new TypeError("hunter2hunter2") });
    const copy = redactor.value(Object.assign(error, { details: { key: "hunter2hunter2" } }));
    expect(copy).toBeInstanceOf(Error);
    expect(copy.message).toBe("bad [redacted]");
    expect(copy.stack).not.toContain("hunter2");
    expect(copy.cause).toBeInstanceOf(TypeError);
    expect(String(copy.cause)).toBe("TypeError: [redacted]");
    expect(copy.details).toEqual({ key: "[redacted]" });
  });

  test("hides credentials by the header they stand in", () => {
    const headers = {
      Authorization: "Bearer tok3n-x",
      "X-Api-Key": "abcd-1234",
      Accept: "application/json",
    };
    expect(redactor.value(headers)).toEqual({
      Authorization: "[redacted]",
      "X-Api-Key": "[redacted]",
      Accept: "application/json",
    });
    const answer = { authorization: "required", password: "is weak" };
    expect(redactor.value(answer)).toBe(answer);
  });

  test("takes a __proto__ key for a key", () => {
    const data: unknown = JSON.parse('{"__proto__": {"x": "hunter2hunter2"}}');
    expect(JSON.stringify(redactor.value(data))).toBe('{"__proto__":{"x":"[redacted]"}}');
    expect(Reflect.get({}, "x")).toBeUndefined();
  });

  test("has no limit of nesting", () => {
    let data: unknown = "hunter2hunter2";
    for (let depth = 0; depth < 100_000; depth++) data = [data];
    let copy: unknown = redactor.value(data);
    while (Array.isArray(copy)) copy = copy[0];
    expect(copy).toBe("[redacted]");
  });
});

const LONG = 100_000;
const HOSTILE: [string, string][] = [
  ..."a|sk-|sk-.|eyJ-|eyJaaaaaaaaaa.|://|@|Bearer |authorization:| authorization: |?key=|&| api-key|AKIA| |:|hf_"
    .split("|")
    .map((part): [string, string] => [
      `${JSON.stringify(part)} over and over`,
      part.repeat(LONG / part.length),
    ]),
  ["a secret without its end", "hunter2hunter".repeat(LONG / 13)],
  ["blanks behind Bearer", `Bearer${" ".repeat(LONG)}`],
  ["signs behind ://", `://${"@".repeat(LONG)}`],
];

test.each(HOSTILE)("createRedactor() takes time in proportion to the text: %s", (_, text) => {
  const start = performance.now();
  redactor.text(text);
  expect(performance.now() - start).toBeLessThan(patience(500));
});

test.each(HOSTILE)("Redactor.stream() takes time in proportion to the text: %s", (_, text) => {
  const start = performance.now();
  const stream = redactor.stream();
  for (let at = 0; at < text.length; at += 7) stream.push(text.slice(at, at + 7));
  stream.end();
  expect(performance.now() - start).toBeLessThan(patience(3000));
});
