import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { Json } from "../../src/core/json.ts";
import { attacksFor } from "../../src/sandbox/check.ts";
import { createJavaScriptSandbox } from "../../src/sandbox/js/javascript.ts";
import { gone, processesBelow } from "./suite/processes.ts";
import { patience } from "../patience.ts";

const TIMEOUT_MS = 1000;
const never = new AbortController().signal;
const sandbox = createJavaScriptSandbox();
afterAll(() => sandbox.close());

/**
 * As a block that is all attack, and as text that a block evaluates, which gives what the attack
 * came to.
 */
const FORMS = {
  "as code": (code: string) => code,
  "as text": (code: string) => `result = (0, eval)(${JSON.stringify(code)})`,
};

const functions = { llm_query: (): Promise<Json> => Promise.resolve("answer") };

/**
 * The engine's own limits, and what calls what when: deep nesting, patched globals, memory taken
 * bit by bit, calls within calls.
 */
const MORE: Readonly<Record<string, string>> = {
  "deep functions": "eval('function a(){'.repeat(1e5))",
  "deep arrows": "eval('a=>{'.repeat(1e5))",
  "deep templates": "eval('`${'.repeat(1e5))",
  "deep JSON": "JSON.parse('['.repeat(1e6))",
  "deep regular expression": "new RegExp('(?='.repeat(1e4) + ')'.repeat(1e4)).test('a')",
  ropes: "let r = ''; for (let i = 0; i < 1e6; i++) r = 'a' + r + 'b'; r.charCodeAt(5)",
  "a proxy as the result": "new Proxy({}, { ownKeys() { for (;;); } })",
  "a getter in the result": "({ get a() { for (;;); } })",
  "a proxy of an endless array":
    "new Proxy([], { get: (t, key) => (key === 'length' ? 2 ** 31 : 1) })",
  "an error that can't be read": "throw { get name() { for (;;); } }",
  "an error that throws": "throw { get name() { throw this; }, get message() { throw this; } }",
  "printing without end": "for (;;) console.log('x'.repeat(1e5))",
  "printing what can't be read":
    "console.log(new Proxy({}, { ownKeys() { throw 1 }, getPrototypeOf() { throw 2 } }))",
  "the global object broken":
    "Object.freeze(globalThis); Object.defineProperty = null; JSON.stringify = null; 1",
  "result as a getter": "Object.defineProperty(globalThis, 'result', { get() { for (;;); } })",
  "microtasks without end": "(function f() { queueMicrotask(f); queueMicrotask(f) })()",
  "memory in arrays of texts": "const p = []; for (;;) p.push('x'.repeat(1e5) + p.length)",
  "memory in typed arrays": "const p = []; for (;;) p.push(new Uint8Array(1e6).fill(1))",
  "memory in symbols and maps": "const p = new Map(); for (;;) p.set(Symbol('x'.repeat(1000)), {})",
  "memory in one growing buffer":
    "const b = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); for (let n = 8; ; n *= 2) b.resize(n)",
  "a call within a call":
    "llm_query({ get a() { return llm_query({ get b() { return llm_query(1) } }) } })",
  "calls from jobs": "for (let i = 0; i < 2000; i++) Promise.resolve().then(() => llm_query(i))",
  "the harness by its stack":
    "Error.prepareStackTrace = (e, s) => s; new Error('x').stack.map((s) => typeof s.getFunction?.()).join()",
};

const attacks = [...attacksFor("js"), ...Object.entries(MORE).map(([id, code]) => ({ id, code }))];

describe.each(Object.entries(FORMS))("attacks in JavaScript, %s", (spelling, form) => {
  // `modullm sandbox check` tries all of them as text.
  const chosen = attacks.filter(({ id }) => spelling === "as code" || !id.startsWith("more-"));
  test.each(chosen.map(({ id, code }) => [id, code] as const))(
    "%s",
    async (_id, code) => {
      const before = processesBelow(process.pid);
      const session = await sandbox.open(
        { limits: { timeoutMs: TIMEOUT_MS, memoryMb: 64, maxCalls: 50 }, functions },
        never,
      );
      const start = performance.now();
      const outcome = await session.run(form(code), {});
      expect(performance.now() - start).toBeLessThan(patience(TIMEOUT_MS + 3000));
      if (outcome.ok) expect(JSON.stringify(outcome.value)).not.toStartWith('"PWN');
      else expect(outcome.failure.exception).not.toBe("ProtocolError");
      await session.close();
      expect(
        await gone(
          processesBelow(process.pid).filter(({ id }) => !before.some((old) => old.id === id)),
        ),
      ).toEqual([]);
      expect(readdirSync("/tmp").filter((name) => name.startsWith("modullm-pwn"))).toEqual([]);
    },
    20_000,
  );
});
