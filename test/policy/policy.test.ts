import { describe, expect, test } from "bun:test";
import { ACTIONS, holds, LOCAL_USER, programPrincipal } from "../../src/core/principal.ts";
import type { Json } from "../../src/core/json.ts";
import { type Ask, createPolicy, requireAllowed } from "../../src/policy/policy.ts";

const policy = createPolicy({ trustedPython: true, require: null });
const ask = { principal: LOCAL_USER, resource: { name: "x", facts: {} }, labels: [] };

describe("the usual policy", () => {
  test("lets the local user do everything", () => {
    for (const action of ACTIONS)
      expect(policy.decide({ ...ask, action })).toEqual({ allow: true });
  });

  test("gives a program what it is granted, and nothing that whoever runs it has not", () => {
    const outer = programPrincipal("outer", LOCAL_USER, [{ action: "read", resource: "/data/*" }]);
    const inner = programPrincipal("inner", outer, [{ action: "*", resource: "*" }]);
    expect(holds(inner, "read", "/data/a.txt")).toBe(true);
    expect(holds(inner, "read", "/etc/passwd")).toBe(false);
    expect(holds(inner, "write", "/data/a.txt")).toBe(false);
    const resource = { name: "/etc/passwd", facts: {} };
    expect(() =>
      requireAllowed(policy, { action: "read", principal: inner, resource, labels: [] }),
    ).toThrow('"inner" may not read "/etc/passwd": the rule "grants" denies it');
  });

  test("holds plain Python to the configuration, and plugins to the user's consent", () => {
    const trusted = { name: "python", facts: { trusted: true } };
    const strict = createPolicy({ trustedPython: false, require: null });
    expect(strict.decide({ ...ask, action: "sandbox", resource: trusted })).toMatchObject({
      rule: "sandbox.trusted_python: false",
    });
    expect(strict.decide({ ...ask, action: "sandbox" })).toEqual({ allow: true });
    const plugin = (consent: boolean) => ({ name: "acme", facts: { kind: "plugin", consent } });
    expect(policy.decide({ ...ask, action: "call-tool", resource: plugin(false) })).toMatchObject({
      rule: "trusted-plugins-only",
    });
    expect(policy.decide({ ...ask, action: "call-tool", resource: plugin(true) })).toEqual({
      allow: true,
    });
  });

  test("asks for another level where one is below what is required: RLLM_009", () => {
    const strict = createPolicy({ trustedPython: true, require: "kernel" });
    const at = (facts: Record<string, Json>): Ask => {
      return { ...ask, action: "sandbox", resource: { name: "js", facts } };
    };
    expect(strict.decide(at({ level: "wasm" }))).toEqual({
      allow: false,
      code: "RLLM_009",
      rule: "sandbox.require: kernel",
      required: "kernel",
    });
    for (const level of ["kernel", "namespaces"])
      expect(strict.decide(at({ level }))).toEqual({ allow: true });
    expect(strict.decide(at({}))).toEqual({ allow: true });
    expect(strict.decide(at({ level: "unheard-of" }))).toMatchObject({ code: "RLLM_009" });
    const refused = thrownBy(() => requireAllowed(strict, at({ level: "wasm" })));
    const reason =
      'the configuration requires the sandbox level "kernel", but JavaScript gets "wasm" on this machine';
    expect(refused).toMatchObject({
      code: "RLLM_009",
      message: `T${reason.slice(1)}`,
      details: { exception: "SandboxUnavailable", reason, level: "wasm", required: "kernel" },
    });
  });
});

function thrownBy(work: () => void): unknown {
  try {
    work();
    return null;
  } catch (thrown) {
    return thrown;
  }
}
