import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import {
  changeState,
  isRunning,
  readState,
  type StateFile,
} from "../../src/packages/state-file.ts";
import { makeFolder } from "../cli/command-line.ts";

function numbersIn(folder: string): StateFile<readonly number[]> {
  return {
    path: join(folder, "state/numbers.json"),
    label: "the list of numbers",
    empty: [],
    parse: (value) =>
      Array.isArray(value) && value.every((each) => typeof each === "number") ? value : null,
  };
}

const add = (more: number) => (numbers: readonly number[]) => [...numbers, more];

async function reasonOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return "none";
  } catch (thrown) {
    const { code, details } = thrown as { code: string; details: { reason: string } };
    return [code, details.reason];
  }
}

/** The number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = Bun.spawn(["true"]);
  await child.exited;
  return child.pid;
}

describe("a state file", () => {
  test("loses no change of several at once", async () => {
    const file = numbersIn(makeFolder());
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(numbers.map((each) => changeState(file, add(each))));
    expect(readState(file).toSorted((one, other) => one - other)).toEqual(numbers);
    expect(readdirSync(dirname(file.path))).toEqual(["numbers.json"]);
  });

  test("is as it was where a change fails, and free for the next one", async () => {
    const file = numbersIn(makeFolder());
    await changeState(file, add(1));
    const failing = (): never => {
      throw new Error("no");
    };
    expect(await reasonOf(() => changeState(file, failing))).toEqual(["RLLM_018", "no"]);
    expect(await changeState(file, add(2))).toEqual([1, 2]);
    expect(readdirSync(dirname(file.path))).toEqual(["numbers.json"]);
  });

  test("that is damaged is refused, and not written over", async () => {
    const file = numbersIn(makeFolder());
    for (const text of ["[1,", '["a"]', "{}"]) {
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(file.path, text);
      const refused = ["RLLM_018", "it is not what this program writes"];
      expect(await reasonOf(() => readState(file))).toEqual(refused);
      expect(await reasonOf(() => changeState(file, add(1)))).toEqual(refused);
      expect(readFileSync(file.path, "utf8")).toBe(text);
    }
  });

  test("says what stands in its place", async () => {
    const file = numbersIn(makeFolder());
    mkdirSync(file.path, { recursive: true });
    expect(await reasonOf(() => readState(file))).toEqual(["RLLM_018", "it is a directory"]);
    const below = numbersIn(makeFolder({ state: "a file" }));
    const [code, reason] = [await reasonOf(() => changeState(below, add(1)))].flat();
    expect([code, String(reason)]).toEqual(["RLLM_018", expect.stringContaining("EEXIST")]);
  });

  test("is taken from a process that was killed while it held it, at once", async () => {
    const file = numbersIn(makeFolder());
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(`${file.path}.busy`, String(await endedProcess()));
    expect(await changeState(file, add(1))).toEqual([1]);
    expect(existsSync(`${file.path}.busy`)).toBe(false);
  });

  test("is taken from one that has held it for longer than a change takes", async () => {
    const file = numbersIn(makeFolder());
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(`${file.path}.busy`, String(process.pid));
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${file.path}.busy`, longAgo, longAgo);
    expect(await changeState(file, add(1))).toEqual([1]);
  });
});

test("isRunning() tells a process that runs from one that has ended", async () => {
  expect(isRunning(process.pid)).toBe(true);
  expect(isRunning(await endedProcess())).toBe(false);
  if (process.getuid?.() !== 0) expect(isRunning(1)).toBe(true);
});
