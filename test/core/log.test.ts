import { expect, test } from "bun:test";
import { createLog, type Log } from "../../src/core/log.ts";
import { createRedactor } from "../../src/core/redact.ts";

function capture(options: { color?: boolean; quiet?: boolean } = {}): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const redact = createRedactor(["hunter2hunter2"]);
  const log = createLog({ write: (text) => lines.push(text), color: false, redact, ...options });
  return { log, lines };
}

test("createLog() writes one labelled line for each text", () => {
  const { log, lines } = capture();
  log.warn("Unknown key.");
  log.note("Pulling.");
  log.error("Cannot read.");
  expect(lines).toEqual(["warning: Unknown key.\n", "note: Pulling.\n", "error: Cannot read.\n"]);
});

test("createLog() prints nothing twice, unless it says something else", () => {
  const { log, lines } = capture();
  for (const text of ["a", "a", "b", "a "]) log.warn(text);
  log.note("a");
  expect(lines).toEqual(["warning: a\n", "warning: b\n", "note: a\n"]);
});

test("createLog() forgets the oldest of a thousand texts", () => {
  const { log, lines } = capture();
  for (let index = 0; index <= 1000; index++) log.warn(`text ${index}`);
  log.warn("text 1000");
  expect(lines).toHaveLength(1001);
  log.warn("text 0");
  expect(lines).toHaveLength(1002);
});

test("createLog() leaves out all but errors when quiet", () => {
  const { log, lines } = capture({ quiet: true });
  log.warn("a");
  log.note("b");
  log.error("c");
  expect(lines).toEqual(["error: c\n"]);
});

test("createLog() colours the label alone", () => {
  const { log, lines } = capture({ color: true });
  log.warn("a");
  expect(lines).toEqual(["\u001B[33mwarning:\u001B[0m a\n"]);
});

test("createLog() redacts, and takes control characters out", () => {
  const { log, lines } = capture();
  log.warn("key hunter2hunter2\u001B[2J\u0007\r\u009B\tend");
  expect(lines).toEqual(["warning: key [redacted][2J\tend\n"]);
});

test("createLog() indents further lines, so that a text can't look like another", () => {
  const { log, lines } = capture();
  log.warn("first\nerror: second\n");
  expect(lines).toEqual(["warning: first\n  error: second\n"]);
});
