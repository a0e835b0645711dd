import { describe, expect, test } from "bun:test";
import { sha256 } from "../../src/core/digest.ts";
import { LOCAL_USER } from "../../src/core/principal.ts";
import { requestKey } from "../../src/engine/answers.ts";
import { createLimiters } from "../../src/engine/limiter.ts";
import { createScope } from "../../src/engine/scope.ts";
import type { Run } from "../../src/engine/state.ts";

function runOf(tenant: string | null, labels: readonly string[] = []): Run {
  const schema = { type: "object" };
  const loaded = { program: { params: { seed: 1 }, output: { schema } } };
  const whole = createScope({
    principal: { ...LOCAL_USER, tenant },
    limiters: createLimiters(),
    clock: { ticks: () => 0, after: () => () => {} },
  });
  const run = {
    loaded,
    scope: whole.within({ name: "part", labels }),
    tree: {
      models: new Map([[loaded, [{ id: "a/m", origin: "https://a.example", account: "k" }]]]),
      options: {},
      toolboxes: new Map(),
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
  });

  test("is another for other labels, in whatever order and however often they come", () => {
    const keyOf = (tenant: string, labels: readonly string[]): string =>
      requestKey(runOf(tenant, labels));
    const keys = [[], ["pii"], ["pii", "eu"], ["eu"]].map((each) => keyOf("t", each));
    expect(new Set(keys).size).toBe(4);
    expect(keyOf("t", ["eu", "pii", "eu"])).toBe(keyOf("t", ["pii", "eu"]));
    expect(keyOf("u", ["pii"])).not.toBe(keyOf("t", ["pii"]));
  });
});
