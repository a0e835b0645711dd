import { afterAll, describe, expect, test } from "bun:test";
import type { Level } from "../../src/core/sandbox-level.ts";
import { sandboxesHere } from "./here.ts";

const sandboxes = sandboxesHere();
afterAll(() => sandboxes.close());
const { signal } = new AbortController();

describe("whoever wants code to run is asked whether it may", () => {
  test("before anything is looked at, and then for each level until one may be", async () => {
    const { levels } = await sandboxes.status("js", { permit() {} });
    const asked: (Level | null)[] = [];
    const last = levels.at(-1);
    const level = await sandboxes.level("js", {
      trusted: false,
      permit(each) {
        asked.push(each);
        if (each !== null && each !== last) throw new Error(`not ${each}`);
      },
    });
    expect([level]).toEqual([...levels].slice(-1));
    expect(asked).toEqual([null, ...levels]);
  });

  test("what says no to every level is told of the first", async () => {
    const permit = (level: Level | null): void => {
      if (level !== null) throw new Error(`not ${level}`);
    };
    const { levels, level } = await sandboxes.status("js", { permit });
    expect(level).toBeNull();
    const refused = sandboxes.open("js", { permit }, signal);
    expect(await refused.catch(String)).toContain(`not ${levels[0]}`);
  });

  test("a no comes before Python is sought", async () => {
    const none = sandboxesHere({ python: "/nowhere/python3" });
    const permit = (level: Level | null): void => {
      throw new Error(`denied at ${level}`);
    };
    expect(await none.open("python", { permit }, signal).catch(String)).toContain("denied at null");
  });

  test("trust is a level that is asked for as well", async () => {
    const asked: (Level | null)[] = [];
    const permit = (level: Level | null): void => void asked.push(level);
    expect(await sandboxes.level("python", { trusted: true, permit })).toBe("none");
    expect(asked).toEqual([null, "none"]);
  });
});
