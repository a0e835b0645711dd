import { expect } from "bun:test";
import { type Case, failureOf, valueOf } from "./case.ts";

const SOURCE = { file: "due.rllm", line: 10 };

export const FAILURE_CASES = {
  "tells an exception by name, reason and line of the file": {
    async check({ open, snippets: { throws } }) {
      const session = await open();
      const failure = failureOf(await session.run(throws.code, {}, SOURCE));
      expect(failure).toMatchObject({ exception: throws.exception, line: 13 });
      expect(failure.reason).toContain("out of range");
      await session.close();
    },
  },
  "counts lines from 1 where no source is given": {
    async check({ run, snippets: { throws } }) {
      expect(failureOf(await run(throws.code)).line).toBe(4);
    },
  },
  "names an undefined name": {
    async check({ open, snippets: { undefinedName } }) {
      const session = await open();
      const failure = failureOf(await session.run(undefinedName.code, {}, SOURCE));
      expect(failure).toMatchObject({ exception: undefinedName.exception, line: 10 });
      expect(failure.reason).toContain("missing");
      await session.close();
    },
  },
  "tells the line of a syntax error": {
    async check({ open, snippets }) {
      const session = await open();
      expect(failureOf(await session.run(snippets.broken, {}, SOURCE))).toMatchObject({
        exception: "SyntaxError",
        line: 12,
      });
      await session.close();
    },
  },
  "goes on after exceptions, with the variables it had": {
    async check({ open, snippets }) {
      const session = await open();
      valueOf(await session.run(snippets.define, {}));
      for (const code of [snippets.throws.code, snippets.broken, snippets.undefinedName.code]) {
        failureOf(await session.run(code, {}));
        expect(session.alive).toBe(true);
      }
      expect(valueOf(await session.run(snippets.use, {}))).toBe(40);
      await session.close();
    },
  },
  "survives recursion without end": {
    async check({ run, snippets }) {
      expect(failureOf(await run(snippets.recursive)).exception).not.toBe("TimeoutError");
      expect(valueOf(await run(snippets.echo, { values: { value: 1 } }))).toBe(1);
    },
  },
  "takes no exit for a success": {
    only: "python",
    async check({ run }) {
      for (const code of [
        "raise SystemExit(0)",
        "import sys\nsys.exit(0)",
        "import os\nos._exit(0)",
      ])
        failureOf(await run(`result = 1\n${code}`, { builtins: "all" }));
    },
  },
} satisfies Record<string, Case>;
