import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROTOCOL_VERSION } from "../../plugins/sdk/protocol.ts";
import { withGenerated } from "../../scripts/docs-protocol.ts";
import { compileContract } from "../../src/contract/compile.ts";
import { createChecks, type Method } from "../../src/plugin/checks.ts";
import { NOTIFICATIONS, PARAMS, RESULTS } from "../../src/plugin/schemas.ts";
import { SAME } from "./schema-types.ts";

const PAGE = readFileSync(join(import.meta.dir, "../../docs/plugin-protocol.md"), "utf8");

interface Message {
  readonly jsonrpc: string;
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

test("docs/plugin-protocol.md has the limits, errors and schemas of the code", () => {
  expect(withGenerated(PAGE)).toBe(PAGE);
});

test("the dialogue in docs/plugin-protocol.md is one", () => {
  const [, dialogue = ""] = /```protocol\n([^]*?)```/.exec(PAGE) ?? [];
  const asked = new Map<number, Method>();
  const checks = createChecks();
  const faults: unknown[] = [];
  for (const line of dialogue.trim().split("\n")) {
    const { jsonrpc, id, method, params, result, error }: Message = JSON.parse(line.slice(2));
    expect(jsonrpc).toBe("2.0");
    if (line.startsWith("→") && id !== undefined) {
      asked.set(id, method as Method);
      faults.push(faultOf(PARAMS[method as Method], params));
    } else if (method === "cancel") faults.push(faultOf(NOTIFICATIONS.cancel, params));
    else if (method === "chat/part") faults.push(checks.notification(method, params));
    else if (error !== undefined) faults.push(checks.error(error));
    else faults.push(checks.result(asked.get(id ?? 0) ?? "chat", result, {}));
  }
  expect(faults).toHaveLength(13);
  expect(faults.filter((fault) => fault !== null)).toEqual([]);
});

describe("schemas", () => {
  test("say what the types say, as the compiler has checked", () => {
    expect(
      Object.values({ ...SAME.params, ...SAME.results, ...SAME.notifications }).every(Boolean),
    ).toBe(true);
    expect([
      Object.keys(SAME.params),
      Object.keys(SAME.results),
      Object.keys(SAME.notifications),
    ]).toEqual([Object.keys(PARAMS), Object.keys(RESULTS), Object.keys(NOTIFICATIONS)]);
  });
  test("let in what they don't name, and `__proto__` as any other key", () => {
    const checks = createChecks();
    const result: unknown = JSON.parse('{"ok": true, "later": 1, "__proto__": {"ok": "no"}}');
    expect(checks.result("health", result, {})).toBeNull();
    expect(checks.result("health", JSON.parse('{"__proto__": {"ok": true}}'), {})).not.toBeNull();
    expect(checks.result("health", { ok: true, message: null }, {})).toMatch(
      /"message" of its result/,
    );
  });
  test("know version 2", () => {
    expect(PROTOCOL_VERSION).toBe(2);
  });
});

function faultOf(schema: Parameters<typeof compileContract>[0], value: unknown): string | null {
  const compilation = compileContract(schema);
  if (!compilation.ok) throw new Error(compilation.faults[0].reason);
  const checked = compilation.contract.check(value);
  return checked.ok ? null : checked.issues[0].reason;
}
