import { describe, expect, test } from "bun:test";
import { isLoopback, LOOPBACK, turnedAway } from "../../src/server/guards.ts";

const HOSTS = [...LOOPBACK, "programs.example.com"];

function statusOf(headers: Record<string, string>): number | null {
  return turnedAway(new Headers(headers), HOSTS)?.status ?? null;
}

describe("turnedAway()", () => {
  test.each([
    ["localhost"],
    ["localhost:7117"],
    ["LOCALHOST:80"],
    ["127.0.0.1:1"],
    ["[::1]:7117"],
    ["programs.example.com"],
  ])("lets the host %s in", (host) => expect(statusOf({ host })).toBeNull());

  test.each([
    ["evil.example"],
    ["localhost.evil.example:7117"],
    ["127.0.0.1.evil.example"],
    ["evil.example#@localhost"],
    ["localhost@evil.example"],
    ["127.0.0.2"],
    ["0.0.0.0"],
    ["[::]"],
    [" "],
    ["a b"],
  ])("refuses the host %s", (host) => expect(statusOf({ host })).toBe(403));

  test("refuses a request without a host", () => expect(statusOf({})).toBe(403));

  test.each([["http://localhost:3000"], ["https://programs.example.com"], ["http://[::1]:9"]])(
    "lets the origin %s in",
    (origin) => expect(statusOf({ host: "localhost", origin })).toBeNull(),
  );

  test.each([
    ["http://evil.example"],
    ["https://localhost.evil.example"],
    ["null"],
    ["file://"],
    ["moz-extension://localhost"],
    [""],
    ["http://localhost@evil.example"],
  ])("refuses the origin %s", (origin) =>
    expect(statusOf({ host: "localhost", origin })).toBe(403),
  );
});

describe("isLoopback()", () => {
  test.each([["127.0.0.1"], ["127.1.2.3"], ["localhost"], ["[::1]"], ["::1"]])("%s is", (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  test.each([["0.0.0.0"], ["[::]"], ["127.0.0.1.nip.io"], ["10.0.0.1"], ["example.com"]])(
    "%s is not",
    (host) => expect(isLoopback(host)).toBe(false),
  );
});
