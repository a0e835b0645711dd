import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Json } from "../../src/core/json.ts";
import { withVariables } from "../../src/sandbox/js/declarations.ts";
import { createJavaScriptSandbox } from "../../src/sandbox/js/javascript.ts";
import type { SandboxSession } from "../../src/sandbox/sandbox.ts";

const never = new AbortController().signal;
const sandbox = createJavaScriptSandbox();
let session: SandboxSession;
beforeAll(async () => {
  session = await sandbox.open({ limits: { timeoutMs: 20_000, memoryMb: 64 } }, never);
});
afterAll(() => sandbox.close());

async function failureOf(code: string, values: Record<string, Json> = {}) {
  const outcome = await session.run(code, values, { file: "risk.rllm", line: 10 });
  if (outcome.ok)
    throw new Error(`Expected a failure, and the run gave ${JSON.stringify(outcome.value)}`);
  return outcome.failure;
}

async function valueOf(code: string, values: Record<string, Json> = {}): Promise<Json> {
  const outcome = await session.run(code, values);
  if (!outcome.ok)
    throw new Error(`Expected a value, and the run failed: ${JSON.stringify(outcome.failure)}`);
  return outcome.value;
}

describe("results", () => {
  test.each<[string, Json]>([
    ["result = 1", 1],
    ["var result = 2", 2],
    ["let result = 3", 3],
    ["const result = 4", 4],
    ["const result = 5", 5],
    ["globalThis.result = 6", 6],
    ["result = await Promise.resolve(7)", 7],
    ["result = (async () => { await null; return 8; })()", 8],
    ["result = undefined", null],
    ["result = { a: undefined, b: 1 }", { b: 1 }],
    ["class Point { x = 1; get y() { return 2 } }\nresult = new Point()", { x: 1 }],
    ["result = Object.create(null)", {}],
    ["result = -0", 0],
    ["result = [10n, 2n ** 64n, -(2n ** 64n)]", [10, 2n ** 64n, -(2n ** 64n)]],
    ["result = { toJSON: null, then: 1 }", { toJSON: null, then: 1 }],
    ["result = Object.assign([1], { extra: 2 })", [1]],
  ])("%s", async (code, value) => expect(await valueOf(code)).toEqual(value));

  test("a whole number beyond 2^53 is a BigInt, and comes out with all its digits", async () => {
    const context = { ids: [12345678901234567891n, 7], text: "12345678901234567891" };
    const code = "result = [typeof context.ids[0], context.ids[0] + 1n, context]";
    expect(await valueOf(code, { context })).toEqual(["bigint", 12345678901234567892n, context]);
  });

  test.each([
    ["result = { a: [1, NaN] }", "result.a.1 is NaN, which JSON has not"],
    ["result = () => 1", "result is a function"],
    ["result = Symbol('x')", "result is a symbol"],
    ["result = { at: new Date(0) }", "result.at is a Date"],
    ["result = new Map([[1, 2]])", "result is a Map"],
    ["result = [new Set()]", "result.0 is a Set"],
    ["result = /x/", "result is a RegExp"],
    ["result = new Uint8Array(2)", "result is a typed array"],
    ["result = new Error('x')", "result is an Error"],
    ["result = [Promise.resolve(1)]", "result.0 is a promise"],
    ["result = [1, , 2]", "result.1 is undefined"],
    [
      "const ring = { a: {} }; ring.a.b = ring; result = ring",
      "result.a.b.a.b.a.b.a.b.a.b.a… contains itself",
    ],
    ["result = new Promise(() => {})", "`result` is a promise that is never settled"],
    ["await new Promise(() => {})", "the code awaits a promise that is never settled"],
  ])("%s is refused", async (code, reason) => {
    expect(await failureOf(code)).toMatchObject({ exception: "ResultError", reason });
  });

  test("are read whatever the code does to prototypes", async () => {
    const patches = [
      "Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1 }",
      "Object.prototype.then = (resolve) => resolve('forged')",
      "Object.prototype.toJSON = String.prototype.toJSON = Array.prototype.toJSON = () => 'forged'",
      "JSON.stringify = JSON.parse = Object.keys = Array.isArray = () => 'forged'",
      "Object.defineProperty(Object.prototype, '0', { set() { throw 'forged' }, get() { return 'forged' } })",
      "globalThis.Error = globalThis.Object = globalThis.Promise = null",
    ];
    const patched = await sandbox.open({}, never);
    const outcome = await patched.run(
      `${patches.join(";\n")};\nresult = { list: [1, 'a'], value }`,
      { value: [2] },
    );
    expect(outcome).toMatchObject({ ok: true, value: { list: [1, "a"], value: [2] } });
    expect(await patched.run("result = value", { value: { b: [3] } })).toMatchObject({
      ok: true,
      value: { b: [3] },
    });
    await patched.close();
  });
});

describe("failures", () => {
  test.each([
    ["let a = 1;\nb.c", "ReferenceError", 11, "b is not defined"],
    ["let a = 1;\n\nlet c = = 2", "SyntaxError", 12, "unexpected token in expression: '='"],
    [
      "function f(x) {\n  return x.y\n}\nf(null)",
      "TypeError",
      11,
      "cannot read property 'y' of null",
    ],
    [
      "const a = 1;\nconst b = 2;\nresult = {\n  c: context.x.y,\n}",
      "TypeError",
      13,
      "cannot read property 'y' of undefined",
    ],
    ["const a = 1;\nconst b = missing + 1", "ReferenceError", 11, "missing is not defined"],
    ["await null;\nthrow new RangeError('late')", "RangeError", 11, "late"],
    ["queueMicrotask(() => { throw new TypeError('in a job') })", "TypeError", 10, "in a job"],
    ["eval('\\n\\n\\nmissing')", "ReferenceError", 10, "missing is not defined"],
    ["throw { name: 'Odd', message: 'thing' }", "Odd", null, "thing"],
    ["throw 'text'", "Error", null, '"text" was thrown'],
    ["throw null", "Error", null, "null was thrown"],
    ["let twice; let twice", "SyntaxError", 10, "invalid redefinition of lexical identifier"],
  ])("%j", async (code, exception, line, reason) => {
    expect(await failureOf(code, { context: {} })).toMatchObject({ exception, line, reason });
  });

  test.each([
    ["reslut.push(1); result = [result, result]", "Did you mean `result`?"],
    ["contxt.input", "Did you mean `context`?"],
    ["require('fs')", "There are no modules here"],
    ["import fs from 'fs'", "There are no modules here"],
    ["await import('fs')", "There are no modules here"],
    ["fetch('http://localhost')", "There is no network here"],
    ["setTimeout(() => {}, 1)", "There are no timers here"],
    ["if (true) return 1", "Set the variable `result`"],
    ["result = None", "In JavaScript it is `null`"],
  ])("%s has a hint", async (code, hint) => {
    expect((await failureOf(code, { context: {} })).hint).toStartWith(hint);
  });

  test("memory over the limit is a MemoryError, and the session goes on", async () => {
    const own = await sandbox.open({ limits: { memoryMb: 32, timeoutMs: 20_000 } }, never);
    for (const code of [
      "p.push('x'.repeat(1e5) + p.length)",
      "p.push({ a: 1 })",
      "p.push(new ArrayBuffer(1e6))",
    ]) {
      const outcome = await own.run(`globalThis.p = []; for (;;) ${code}`, {});
      expect(outcome).toMatchObject({
        ok: false,
        failure: { exception: "MemoryError", reason: "it used more than 32 MiB" },
      });
      expect(await own.run("globalThis.p = null; result = 'free'", {})).toMatchObject({
        ok: true,
        value: "free",
      });
    }
    await own.close();
  }, 180_000);

  test("memory is limited by what is used, not by what is said to be", async () => {
    const own = await sandbox.open({ limits: { memoryMb: 32 } }, never);
    const code =
      "let mebibytes = 0; const p = []; try { for (;;) { p.push('x'.repeat(2 ** 20 - 100) + mebibytes); mebibytes++ } } catch {}; p.length = 0; result = mebibytes";
    const outcome = await own.run(code, {});
    expect(outcome.ok && Number(outcome.value)).toBeWithin(20, 50);
    await own.close();
  }, 180_000);
});

describe("withVariables()", () => {
  test.each([
    ["let a = 1", "var a = 1"],
    ["const { a, b: [c] } = d", "var { a, b: [c] } = d"],
    ["let [a] = b\nlet c", "var [a] = b\nvar c"],
    ["class A { x = 1 }\n[1].map(f)", "var A = class A { x = 1 };\n[1].map(f)"],
    [
      "class A extends f({}) { let() { const x = 1 } }",
      "var A = class A extends f({}) { let() { const x = 1 } };",
    ],
    ["if (a) { let b = 1; const c = 2 }", "if (a) { let b = 1; const c = 2 }"],
    ["for (let i = 0; i < 3; i++) f(i)\nlet a = 1", "for (let i = 0; i < 3; i++) f(i)\nvar a = 1"],
    ["x.let = y.const; z = { let: 1 }", "x.let = y.const; z = { let: 1 }"],
    ["a = `let ${ `}` + '`' } const`; let b", "a = `let ${ `}` + '`' } const`; var b"],
    ["a = b / c; let d = /[/'\"]let/ / 2\nlet e", "a = b / c; var d = /[/'\"]let/ / 2\nvar e"],
    ["if (x) /'/.test(y)\nlet z", "if (x) /'/.test(y)\nvar z"],
    ["// let a\n/* const b */ let c // '", "// let a\n/* const b */ var c // '"],
    ["f = class { }; let g = class B { }", "f = class { }; var g = class B { }"],
    ["let = 1", "let = 1"],
    ["const größe = 1; let $ = 'ü'", "var größe = 1; var $ = 'ü'"],
  ])("%j", (code, rewritten) => expect(withVariables(code)).toBe(rewritten));

  test.each(["(", "a)", "`${", "'", "{]}"])("gives null for what it can't follow: %j", (code) =>
    expect(withVariables(code)).toBeNull(),
  );

  test("lets a name be declared again in a session", async () => {
    await valueOf("const list = [1]; class Thing { n = list.length }; let n = 1");
    expect(
      await valueOf("const list = [2, 3]; class Thing { n = list.length }; result = new Thing().n"),
    ).toBe(2);
  });
});

describe("checkSyntax()", () => {
  test.each([
    [
      "let a = 1\nlet b = = 2",
      { message: "unexpected token in expression: '='", line: 2, column: null },
    ],
    ["const a", { message: "missing initializer for const variable", line: 1, column: null }],
    ["f(1, 2", { message: "Unexpected end of input", line: 1, column: null }],
    ["result = await context.input", null],
    ["for (;;);", null],
  ])("%j", async (code, fault) => {
    expect(await sandbox.checkSyntax(code)).toEqual(fault);
  });

  test("survives what breaks the parser", async () => {
    expect(await sandbox.checkSyntax("function a(){".repeat(100_000))).toMatchObject({
      line: null,
    });
  });
});
