import { isObject } from "../core/json.ts";
import { ExpectationFault, readExpectations } from "./expectation.ts";
import type { ProgramTest } from "./program.ts";
import { templatePaths } from "./uses.ts";

/** Where a test is wrong, and what is wanted there. */
export class TestFault extends Error {
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], wanted: string) {
    super(wanted);
    this.path = path;
  }
}

/** A list of tests. @throws {TestFault} with what is wanted in place of what is there */
export function readTests(tests: unknown): readonly ProgramTest[] {
  if (!Array.isArray(tests)) throw new TestFault([], "a list of {name, input, expect}");
  return tests.map((test: unknown, index) => readTest(test, index));
}

function readTest(test: unknown, index: number): ProgramTest {
  const at = (...path: string[]): (string | number)[] => [index, ...path];
  if (!isObject(test)) throw new TestFault(at(), "a mapping with name, input and expect");
  const { name, input = null, model = null, cases = null } = test;
  if (typeof name !== "string") throw new TestFault(at("name"), "a string");
  if (cases !== null && typeof cases !== "string") throw new TestFault(at("cases"), "a file");
  if (!isObject(input) && typeof input !== "string" && (input !== null || cases === null))
    throw new TestFault(at("input"), "a mapping, or a file of one");
  if (!("expect" in test)) throw new TestFault(at("expect"), "a value");
  if (model !== null && typeof model !== "string") throw new TestFault(at("model"), "a string");
  const { expect } = test;
  // What a case fills in is looked at when it has been.
  if (cases === null || templatePaths(expect).length === 0) checkExpect(expect, at("expect"));
  return { name, input: input as ProgramTest["input"], model, cases, expect };
}

function checkExpect(expect: unknown, path: readonly (string | number)[]): void {
  try {
    readExpectations(expect);
  } catch (thrown) {
    if (!(thrown instanceof ExpectationFault)) throw thrown;
    throw new TestFault([...path, ...thrown.path], `an expectation: ${thrown.message}`);
  }
}
