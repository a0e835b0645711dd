import type { Language } from "./case.ts";

/**
 * The same deeds in each language. Code is plain ECMAScript or Python; what is printed goes through
 * `console.log` or `print`.
 */
export interface Snippets {
  /** `result` is the variable `value`. */
  readonly echo: string;
  /** Does something and leaves `result` alone. */
  readonly quiet: string;
  /** Sets `kept` to 20 and defines `twice(n)`. */
  readonly define: string;
  /** `result` is `twice(kept)`. */
  readonly use: string;
  /**
   * `result` is the numbers of `context.numbers` that are above `floor`, plus `floor`, by a
   * function and by an inner one.
   */
  readonly nested: string;
  /** Reads the variable `missing`, on the first line. */
  readonly undefinedName: { readonly code: string; readonly exception: string };
  /** Fails with the words "out of range" on line 4, in a function that line 6 calls. */
  readonly throws: { readonly code: string; readonly exception: string };
  /** A syntax error on line 3. */
  readonly broken: string;
  /** Catches all it can, and never ends. */
  readonly endless: string;
  /** Never comes back from one call of a native function, as far as five seconds go. */
  readonly stuck: string;
  readonly recursive: string;
  /** Asks for 1 GiB at once. */
  readonly bigAllocation: string;
  /** Takes more and more. */
  readonly growing: string;
  /** Prints `lines` lines of `width` times "x", then `result` is "done". */
  readonly prints: (lines: number, width: number) => string;
  /** Prints the text "héllo 🎉" and a line end. */
  readonly printsUnicode: string;
  /**
   * Prints what it may look like when the channel says that the result is "forged"; then `result`
   * is "mine".
   */
  readonly printsMessage: string;
  /** `result` is a text of that many characters. */
  readonly long: (length: number) => string;
  /** `result` is a 1 in that many lists. */
  readonly deep: (depth: number) => string;
  /** Each makes `result` something that is no JSON value; by what it is. */
  readonly notJson: Readonly<Record<string, string>>;
  /** `result` is an object with the key `__proto__`. */
  readonly prototypeKey: string;
  /** `result` is the message of what `refuse()` throws. */
  readonly catches: string;
  /**
   * Calls `count()` `times` times, whatever it throws; `result` is how many calls gave something.
   */
  readonly callsOften: (times: number) => string;
  /** `result` is what the variable `name` holds of an environment, "none" where there is none. */
  readonly environment: (name: string) => string;
  /**
   * `result` is "reached" when a connection to that port of this machine was made, else anything
   * else.
   */
  readonly connects: (port: number) => string;
  /** `result` is "written" when it thinks it wrote a file, else anything else. */
  readonly writes: (path: string) => string;
  /** `result` is "read" when it got the text of the file, else anything else. */
  readonly reads: (path: string) => string;
}

const python: Snippets = {
  echo: "result = value",
  quiet: "unused = 1 + 1",
  define: "kept = 20\ndef twice(n):\n    return n * 2",
  use: "result = twice(kept)",
  nested: [
    "floor = 2",
    "def above(numbers):",
    "    def add(n):",
    "        return n + floor",
    "    return [add(n) for n in numbers if n > floor and n in context['numbers']]",
    "result = above([n for n in context['numbers'] if n > floor])",
  ].join("\n"),
  undefinedName: { code: "result = missing", exception: "NameError" },
  throws: {
    code: "x = 1\n\ndef fail(n):\n    raise ValueError('out of range')\n\nresult = fail(x)\n",
    exception: "ValueError",
  },
  broken: "x = 1\ny = 2\nz = = 3\n",
  endless:
    "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
  stuck: "result = sum(range(10 ** 15))",
  recursive: "def f(n): return f(n + 1)\nresult = f(0)",
  bigAllocation: "result = len([0] * (128 * 1024 ** 2))",
  growing: "parts = []\nwhile True:\n    parts.append('x' * 1_000_000 + str(len(parts)))",
  prints: (lines, width) => `for n in range(${lines}):\n    print('x' * ${width})\nresult = 'done'`,
  printsUnicode: "print('héllo 🎉')",
  printsMessage: `print('{"is":"done","value":"forged"}')\nresult = 'mine'`,
  long: (length) => `result = 'x' * ${length}`,
  deep: (depth) => `x = 1\nfor n in range(${depth}):\n    x = [x]\nresult = x`,
  notJson: {
    "not a number": "result = float('nan')",
    infinity: "result = {'a': [float('inf')]}",
    "a cycle": "result = []\nresult.append(result)",
    "a function": "result = {'f': len}",
    "a set": "result = {1, 2}",
    "a key that is no text": "result = {1: 'one'}",
  },
  prototypeKey: "result = {'a': {'__proto__': 1}}",
  catches:
    "try:\n    refuse()\n    result = 'nothing'\nexcept Exception as error:\n    result = str(error)",
  callsOften: (times) =>
    [
      "result = 0",
      `for n in range(${times}):`,
      "    try:",
      "        count()",
      "        result += 1",
      "    except Exception:",
      "        pass",
    ].join("\n"),
  environment: (name) => `import os\nresult = os.environ.get('${name}', 'none')`,
  connects: (port) =>
    attempt(
      "import socket",
      `socket.create_connection(('127.0.0.1', ${port}), 1)`,
      "result = 'reached'",
    ),
  writes: (path) =>
    attempt(`file = open('${path}', 'w')`, "file.write('x')", "file.close()", "result = 'written'"),
  reads: (path) => attempt(`open('${path}').read()`, "result = 'read'"),
};

/** Python that fails silently. */
function attempt(...lines: readonly string[]): string {
  return `try:\n${lines.map((line) => `    ${line}\n`).join("")}except Exception as error:\n    result = repr(error)`;
}

const javascript: Snippets = {
  echo: "result = value;",
  quiet: "var unused = 1 + 1;",
  define: "var kept = 20;\nfunction twice(n) {\n  return n * 2;\n}",
  use: "result = twice(kept);",
  nested: [
    "const floor = 2;",
    "function above(numbers) {",
    "  const add = (n) => n + floor;",
    "  return numbers.filter((n) => n > floor && context.numbers.includes(n)).map(add);",
    "}",
    "result = above(context.numbers.filter((n) => n > floor));",
  ].join("\n"),
  undefinedName: { code: "result = missing;", exception: "ReferenceError" },
  throws: {
    code: "var x = 1;\n\nfunction fail(n) {\n  throw new RangeError('out of range');\n}\nresult = fail(x);\n",
    exception: "RangeError",
  },
  broken: "var x = 1;\nvar y = 2;\nvar z = = 3;\n",
  endless: "for (;;) {\n  try {\n    for (;;);\n  } catch {}\n}",
  stuck: "result = Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  recursive: "function f(n) { return f(n + 1) + 1; }\nresult = f(0);",
  bigAllocation: "result = new Uint8Array(1024 ** 3).length;",
  growing: "var parts = [];\nfor (;;) parts.push('x'.repeat(1000000) + parts.length);",
  prints: (lines, width) =>
    `for (let n = 0; n < ${lines}; n++) console.log('x'.repeat(${width}));\nresult = 'done';`,
  printsUnicode: "console.log('héllo 🎉');",
  printsMessage: `console.log('{"is":"done","value":"forged"}');\nresult = 'mine';`,
  long: (length) => `result = 'x'.repeat(${length});`,
  deep: (depth) => `var x = 1;\nfor (let n = 0; n < ${depth}; n++) x = [x];\nresult = x;`,
  notJson: {
    "not a number": "result = NaN;",
    infinity: "result = { a: [Infinity] };",
    "a cycle": "result = [];\nresult.push(result);",
    "a function": "result = { f: () => 1 };",
    "a symbol": "result = Symbol('x');",
  },
  prototypeKey: `result = { a: JSON.parse('{"__proto__": 1}') };`,
  catches:
    "try {\n  refuse();\n  result = 'nothing';\n} catch (error) {\n  result = error.message;\n}",
  callsOften: (times) =>
    `result = 0;\nfor (let n = 0; n < ${times}; n++) {\n  try {\n    count();\n    result++;\n  } catch {}\n}`,
  environment: (name) => `result = typeof process === 'undefined' ? 'none' : process.env.${name};`,
  connects: () => findsHost("reached"),
  writes: () => findsHost("written"),
  reads: () => findsHost("read"),
};

/**
 * JavaScript has no words of its own to reach out with: it is enough to find something of the host.
 */
function findsHost(found: string): string {
  const names = [
    "require",
    "process",
    "std",
    "os",
    "Bun",
    "Deno",
    "fetch",
    "XMLHttpRequest",
    "WebAssembly",
    "Worker",
  ];
  return `result = ${JSON.stringify(names)}.some((name) => name in globalThis) ? '${found}' : 'no';`;
}

export const SNIPPETS: Readonly<Record<Language, Snippets>> = { python, javascript };
