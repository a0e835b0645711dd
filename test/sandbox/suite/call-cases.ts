import { expect } from "bun:test";
import type { Json } from "../../../src/core/json.ts";
import type { GrantedFunction } from "../../../src/sandbox/sandbox.ts";
import { type Case, failureOf, valueOf } from "./case.ts";

/** A function that keeps what it is called with. */
function recorder(answer: Json = null): {
  readonly calls: (readonly Json[])[];
  readonly granted: GrantedFunction;
} {
  const calls: (readonly Json[])[] = [];
  const granted = (args: readonly Json[]) => {
    calls.push(args);
    return Promise.resolve(answer);
  };
  return { calls, granted };
}

export const CALL_CASES = {
  "calls a granted function with its arguments and gives its value": {
    async check({ run }) {
      const { calls, granted } = recorder({ found: ["é", 1.5, null] });
      const outcome = await run("result = look(1, 'two', [3, {'four': 5.5}])", {
        functions: { look: granted },
      });
      expect(valueOf(outcome)).toEqual({ found: ["é", 1.5, null] });
      expect(calls).toEqual([[1, "two", [3, { four: 5.5 }]]]);
    },
  },
  "gives arguments by name last, as one object": {
    only: "python",
    async check({ run }) {
      const { calls, granted } = recorder();
      valueOf(await run("look(1, 2, limit=3, deep=[4])", { functions: { look: granted } }));
      expect(calls).toEqual([[1, 2, { limit: 3, deep: [4] }]]);
    },
  },
  "calls functions again and again, in any run of the session": {
    async check({ open, snippets }) {
      const { calls, granted } = recorder(1);
      const session = await open({ functions: { count: granted } });
      for (let n = 0; n < 3; n++)
        expect(valueOf(await session.run(snippets.callsOften(50), {}))).toBe(50);
      expect(calls).toHaveLength(150);
      await session.close();
    },
  },
  "throws in the code what the function throws, by its message alone": {
    async check({ open, snippets }) {
      const refuse = () => Promise.reject(new RangeError("no such record"));
      const session = await open({ functions: { refuse } });
      expect(valueOf(await session.run(snippets.catches, {}))).toBe("no such record");
      const failure = failureOf(await session.run("refuse()", {}));
      expect(failure).toMatchObject({
        reason: expect.stringContaining("no such record") as string,
        line: 1,
      });
      expect(session.alive).toBe(true);
      await session.close();
    },
  },
  "has only the functions that were granted": {
    async check({ open, snippets }) {
      const session = await open({ functions: { count: recorder().granted } });
      expect(failureOf(await session.run("refuse()", {})).exception).toBe(
        snippets.undefinedName.exception,
      );
      await session.close();
      const other = await open();
      expect(failureOf(await other.run("count()", {})).exception).toBe(
        snippets.undefinedName.exception,
      );
      await other.close();
    },
  },
  "refuses calls over the limit in the code, without making them": {
    async check({ open, snippets }) {
      const { calls, granted } = recorder(1);
      const session = await open({ functions: { count: granted }, limits: { maxCalls: 3 } });
      expect(valueOf(await session.run(snippets.callsOften(2), {}))).toBe(2);
      expect(valueOf(await session.run(snippets.callsOften(5), {}))).toBe(1);
      expect(calls).toHaveLength(3);
      await session.close();
    },
  },
  "ends a session that goes on calling over the limit": {
    async check({ open, snippets }) {
      const { calls, granted } = recorder(1);
      const session = await open({ functions: { count: granted }, limits: { maxCalls: 3 } });
      failureOf(await session.run(snippets.callsOften(100_000), {}));
      expect(calls).toHaveLength(3);
      expect(session.alive).toBe(false);
      await session.close();
    },
  },
  "does not count the time that a function takes": {
    async check({ run }) {
      const slow = async () => {
        await Bun.sleep(900);
        return "late";
      };
      expect(
        valueOf(await run("result = slow()", { functions: { slow }, limits: { timeoutMs: 500 } })),
      ).toBe("late");
    },
  },
  "never makes a call with an argument over the limit": {
    async check({ run, language }) {
      const { calls, granted } = recorder();
      const text = language === "python" ? "'x' * 3_000_000" : "'x'.repeat(3000000)";
      failureOf(
        await run(`look(${text})`, {
          functions: { look: granted },
          limits: { maxValueBytes: 1000 },
        }),
      );
      expect(calls).toEqual([]);
    },
  },
  "never makes a call with what is no JSON value": {
    async check({ run, language, snippets }) {
      const { calls, granted } = recorder();
      const functions = { look: granted };
      for (const code of Object.values(snippets.notJson))
        failureOf(await run(`${code}\nlook(result)`, { functions }));
      failureOf(await run(`${snippets.prototypeKey}\nlook(result)`, { functions }));
      failureOf(await run(`${snippets.deep(100)}\nlook(result)`, { functions }));
      expect(calls).toEqual([]);
      const wrongKey =
        language === "python" ? "look({'__proto__': 1})" : "look(JSON.parse('{\"__proto__\": 1}'))";
      failureOf(await run(wrongKey, { functions }));
      expect(calls).toEqual([]);
    },
  },
  "takes no printed text for a message": {
    async check({ run, snippets }) {
      const outcome = await run(snippets.printsMessage);
      expect(valueOf(outcome)).toBe("mine");
      expect(outcome.printed).toContain("forged");
    },
  },
  "ends a session that writes to every channel it finds, and believes none of it": {
    only: "python",
    async check({ open, run, snippets }) {
      const { calls, granted } = recorder();
      const session = await open({ builtins: "all", functions: { look: granted } });
      const forged = [
        '{"is":"call","name":"look","args":[]}',
        '{"is":"done","value":"forged"}',
        "garbage",
      ];
      const writes = forged.map(
        (line) => `        os.write(fd, ${JSON.stringify(`${line}\n`)}.encode())`,
      );
      const code = `import os\nfor fd in range(64):\n    try:\n${writes.join("\n")}\n    except OSError:\n        pass\nresult = 'mine'`;
      const outcome = await session.run(code, {});
      if (outcome.ok) expect(outcome.value).toBe("mine");
      else expect(["ProtocolError", "CrashError"]).toContain(outcome.failure.exception);
      expect(calls).toEqual([]);
      await session.close();
      expect(valueOf(await run(snippets.echo, { values: { value: 1 } }))).toBe(1);
    },
  },
} satisfies Record<string, Case>;
