import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findPython, type PythonInterpreter } from "../../src/sandbox/python/find.ts";
import { OFFERED_PYTHON } from "../../src/sandbox/python/offered.ts";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import type { Failure, SandboxSession } from "../../src/sandbox/sandbox.ts";
import { pythonCache, pythonHere, signal } from "./python-here.ts";

const SOURCE = { file: "due.rllm", line: 5 };
const CONTEXT = { input: { amount: 3, name: "Ada" }, uses: { rate: { value: 2 } } };

const versions = join(homedir(), ".pyenv/versions");
const names = existsSync(versions)
  ? readdirSync(versions).filter((name) => /^3\.(?:9|1\d)\./.test(name))
  : [];
const settings = [null, ...names.map((name) => join(versions, name, "bin/python3"))];
const confined = typeof (await pythonHere("kernel")) !== "string";

for (const setting of settings) {
  describe.skipIf(!confined)(`a block in ${setting ?? "the Python of this machine"}`, () => {
    let interpreter: PythonInterpreter;
    let session: SandboxSession;
    beforeAll(async () => {
      interpreter = await findPython({ setting, env: process.env, cache: pythonCache });
      session = await createPythonSandbox({ interpreter, level: "kernel" }).open({}, signal);
    });
    afterAll(() => session.close());

    async function value(code: string): Promise<unknown> {
      const outcome = await session.run(code, { context: CONTEXT }, SOURCE);
      if (!outcome.ok) throw new Error(`${outcome.failure.exception}: ${outcome.failure.reason}`);
      return outcome.value;
    }

    async function failure(code: string): Promise<Failure> {
      const own = await createPythonSandbox({ interpreter, level: "kernel" }).open({}, signal);
      const outcome = await own.run(code, { context: CONTEXT }, SOURCE);
      await own.close();
      if (outcome.ok) throw new Error(`it gave ${JSON.stringify(outcome.value)}`);
      return outcome.failure;
    }

    test("has every builtin and module that is offered", async () => {
      expect(
        await value(`result = [repr(x)[:1] for x in (${OFFERED_PYTHON.builtins.join(", ")})]`),
      ).toBeArray();
      expect(
        await value(OFFERED_PYTHON.modules.map((name) => `import ${name}`).join("\n")),
      ).toBeNull();
      expect(
        await value("from collections.abc import Mapping\nresult = isinstance({}, Mapping)"),
      ).toBe(true);
    });

    test("uses modules that import others by themselves", async () => {
      const dates =
        "import datetime as d\nresult = [d.date.today().year > 2000, d.datetime.now().year > 2000,";
      const parsed =
        'd.datetime.strptime("2026-01-02", "%Y-%m-%d").day, d.date(2026, 1, 2).strftime("%d")]';
      expect(await value(dates + parsed)).toEqual([true, true, 2, "02"]);
      const numbers =
        "import decimal, fractions, statistics, json, re, textwrap, unicodedata\nresult = [";
      const done =
        'str(decimal.Decimal("0.1") + 1), str(fractions.Fraction("1/3")), statistics.median([3, 1, 2]),';
      const more =
        'json.loads("[1]"), re.sub("a+", "b", "caat"), textwrap.dedent(" x"), unicodedata.name("é")[:5]]';
      expect(await value(numbers + done + more)).toEqual([
        "1.1",
        "1/3",
        2,
        [1],
        "cbt",
        "x",
        "LATIN",
      ]);
    });

    test("has classes, closures, generators, decorators and futures", async () => {
      const code = [
        "from __future__ import annotations",
        "import functools",
        "class Base:",
        "    def __init__(self, n): self.n = n",
        "    @property",
        "    def twice(self): return self.n * 2",
        "class Child(Base):",
        "    def __init__(self, n): super().__init__(n + 1)",
        "    @staticmethod",
        "    def of(n): return Child(n)",
        "def counter():",
        "    n = 0",
        "    def count():",
        "        nonlocal n",
        "        n += 1",
        "        return n",
        "    return count",
        "count = counter()",
        "@functools.lru_cache(None)",
        "def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)",
        "result = [Child.of(1).twice, count() + count(), sum(x for x in range(4)), fibonacci(30)]",
      ];
      expect(await value(code.join("\n"))).toEqual([4, 3, 6, 832_040]);
    });

    const failures: [string, string, Partial<Failure>][] = [
      [
        "an import that is not offered",
        "x = 1\nimport os",
        { exception: "ImportError", line: 6, hint: expect.stringContaining("no files") as string },
      ],
      [
        "an import of a package",
        "import numpy",
        { exception: "ImportError", hint: "Only --trusted-python has other modules." },
      ],
      [
        "a module that was not imported",
        "result = math.pi",
        { exception: "NameError", hint: "Begin with: import math" },
      ],
      [
        "a name that is nearly one",
        "total = 1\nresult = totl",
        { exception: "NameError", line: 6, hint: 'Did you mean "total"?' },
      ],
      [
        "a builtin that is not offered",
        "open('x')",
        { exception: "NameError", hint: expect.stringContaining("not offered") as string },
      ],
      [
        "a key that is elsewhere",
        "result = context['amount']",
        { exception: "KeyError", hint: 'It is in context["input"]["amount"].' },
      ],
      [
        "a key that is nearly one",
        "result = context['input']['nmae']",
        { exception: "KeyError", hint: 'Did you mean "name"?' },
      ],
      [
        "a dict with a dot",
        "result = context.input",
        { exception: "AttributeError", hint: 'Parts of a dict stand in brackets: x["input"].' },
      ],
      [
        "return",
        "x = 1\nreturn x",
        { exception: "SyntaxError", line: 6, hint: expect.stringContaining("result =") as string },
      ],
      [
        "an exit",
        "raise SystemExit(3)",
        { exception: "SystemExit", reason: "it ended itself with exit(3)", line: 5 },
      ],
      [
        "a set",
        "result = {'a': [1, {2}]}",
        { exception: "ResultError", reason: "result.a.1 is of type set, which is no JSON value" },
      ],
      [
        "a date",
        "import datetime\nresult = {'d': datetime.date(2026, 1, 2)}",
        { hint: "Turn it into text: x.isoformat()." },
      ],
      [
        "a key that is no text",
        "result = {(1, 2): 1}",
        { reason: "result has a key of type tuple, where a text is needed" },
      ],
      [
        "a subclass",
        "import collections\nresult = collections.Counter('aab')",
        { hint: "Turn it into a plain one: dict(x)." },
      ],
      [
        "an error deep in a module",
        "import json\nresult = 1\njson.loads('{')",
        { exception: "JSONDecodeError", line: 7 },
      ],
      [
        "an error in a called function",
        "def f():\n    return 1 / 0\n\nresult = f()",
        { exception: "ZeroDivisionError", line: 6 },
      ],
      [
        "recursion without end",
        "def f(n): return f(n + 1)\nf(0)",
        { exception: "RecursionError", line: 5 },
      ],
      [
        "a text that lies about itself",
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
        { exception: "Error" },
      ],
    ];
    for (const [what, code, wanted] of failures)
      test(`tells of ${what}`, async () => expect(await failure(code)).toMatchObject(wanted));

    test("is not told the names of the harness", async () => {
      expect(await failure("Session")).toMatchObject({ exception: "NameError", hint: null });
      expect(await failure("begin()")).toMatchObject({ exception: "NameError" });
    });
  });
}
