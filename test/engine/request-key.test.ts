import { describe, expect, test } from "bun:test";
import { sha256 } from "../../src/core/digest.ts";
import { requestKey } from "../../src/engine/answers.ts";
import type { Run } from "../../src/engine/state.ts";

function runOf(tenant: string | null): Run {
  const schema = { type: "object" };
  const loaded = { program: { params: { seed: 1 }, output: { schema } } };
  const run = {
    loaded,
    scope: { principal: { tenant } },
    tree: {
      models: new Map([[loaded, [{ id: "a/m", origin: "https://a.example", account: "k" }]]]),
      options: {},
      media: new Map(),
    },
    messages: [{ role: "user", content: "Hi" }],
    media: [],
  };
  return run as unknown as Run;
}

describe("the key of a kept answer", () => {
  test("is what it was before there were labels, where there are none", () => {
    const request = {
      models: [{ id: "a/m", origin: "https://a.example", account: "k" }],
      messages: [{ role: "user", content: "Hi" }],
      params: [["seed", 1]],
      schema: { type: "object" },
      level: "safe",
    };
    expect(requestKey(runOf(null))).toBe(sha256(JSON.stringify(request)));
    expect(requestKey(runOf(null), [])).toBe(requestKey(runOf(null)));
  });

  test("is another for other labels, in whatever order and however often they come", () => {
    const keys = [[], ["pii"], ["pii", "eu"], ["eu"]].map((each) => requestKey(runOf("t"), each));
    expect(new Set(keys).size).toBe(4);
    expect(requestKey(runOf("t"), ["eu", "pii", "eu"])).toBe(requestKey(runOf("t"), ["pii", "eu"]));
    expect(requestKey(runOf("u"), ["pii"])).not.toBe(requestKey(runOf("t"), ["pii"]));
  });
});
