import { afterAll, describe, expect, test } from "bun:test";
import type { HostDeadlines, RequestDeadlines } from "../../src/plugin/limits.ts";
import { chat, chatError, type Faulty, startFaulty } from "./faulty.ts";
import { patience } from "../patience.ts";

/** One way to misbehave: what the error says, and what had to be shortened to see it. */
interface Case {
  readonly fault: string;
  readonly says: RegExp;
  /** Which limit of time `details` name. */
  readonly deadline?: string;
  readonly host?: Partial<HostDeadlines>;
  readonly request?: Partial<RequestDeadlines>;
  readonly memoryMb?: number;
}

const QUICK = { first: 600, gap: 600 };

const CASES: readonly Case[] = [
  {
    fault: "start-hang",
    says: /did not answer "initialize" within 2 s/,
    deadline: "start",
    host: { start: 2000 },
  },
  {
    fault: "start-slow",
    says: /did not answer "initialize" within 2 s/,
    deadline: "start",
    host: { start: 2000 },
  },
  { fault: "start-garbage", says: /a line that is not JSON: "Listening on port 8080"/ },
  {
    fault: "start-version-3",
    says: /version 3 of the protocol, and was told that 2 is the highest/,
  },
  { fault: "start-version-0", says: /"protocol_version" of its result/ },
  { fault: "start-version-text", says: /"protocol_version" of its result/ },
  { fault: "start-error", says: /could not be started.*no settings/ },
  { fault: "start-wrong-result", says: /answered "initialize" wrongly/ },
  { fault: "start-exit-0", says: /ended with status 0/ },
  { fault: "start-exit-3", says: /ended with status 3/ },
  { fault: "before-initialize", says: /answered a request that is not open/ },
  {
    fault: "hang",
    says: /no sign of life for "chat" within 0.6 s/,
    deadline: "first",
    request: QUICK,
  },
  {
    fault: "stall",
    says: /stopped in the middle of "chat"/,
    deadline: "gap",
    request: { first: 5000, gap: 600 },
  },
  { fault: "exit-0", says: /ended with status 0/ },
  { fault: "exit-7", says: /ended with status 7/ },
  { fault: "killed", says: /died of SIGKILL/ },
  { fault: "crash-half-way", says: /died of SIGKILL/ },
  { fault: "flood-garbage", says: /not JSON: "all work and no play"/ },
  { fault: "flood-without-end-of-line", says: /a line of more than 16777216 bytes/ },
  { fault: "line-of-100-mb", says: /a line of more than 16777216 bytes/ },
  { fault: "flood-stderr", says: /no sign of life/, deadline: "first", request: QUICK },
  {
    fault: "half-a-line-exit",
    says: /stopped in the middle of a line: its process ended with status 0/,
  },
  { fault: "half-a-line-hang", says: /no sign of life/, deadline: "first", request: QUICK },
  { fault: "wrong-id", says: /answered a request that is not open/ },
  { fault: "text-id", says: /answered a request that is not open/ },
  { fault: "no-id", says: /answered a request that is not open/ },
  { fault: "null-id-error", says: /could not read a request/ },
  { fault: "no-jsonrpc", says: /without "jsonrpc": "2.0"/ },
  { fault: "wrong-jsonrpc", says: /without "jsonrpc": "2.0"/ },
  { fault: "batch", says: /not one message/ },
  { fault: "scalar", says: /not one message: "42"/ },
  { fault: "empty-line", says: /an empty line/ },
  { fault: "request-from-plugin", says: /sent a request/ },
  { fault: "unknown-notification", says: /a notification that is not one of its own/ },
  { fault: "part-for-unknown-id", says: /for a request that is not an open "chat"/ },
  { fault: "part-without-id", says: /for a request that is not an open "chat"/ },
  { fault: "progress-for-chat", says: /for a request that is not an open "models\/pull"/ },
  { fault: "unknown-part", says: /answered "chat" wrongly: .*its notification "chat\/part"/ },
  { fault: "part-of-wrong-type", says: /answered "chat" wrongly: .*its notification "chat\/part"/ },
  { fault: "parts-without-end", says: /more than 33554432 bytes in all/ },
  { fault: "both-result-and-error", says: /neither or both of a result and an error/ },
  { fault: "neither-result-nor-error", says: /neither or both of a result and an error/ },
  { fault: "negative-tokens", says: /answered "chat" wrongly: .*usage/ },
  { fault: "half-tokens", says: /answered "chat" wrongly: .*usage/ },
  { fault: "nan-tokens", says: /not JSON/ },
  { fault: "endless-tokens", says: /answered "chat" wrongly: .*usage/ },
  { fault: "wrong-types", says: /answered "chat" wrongly/ },
  { fault: "missing-keys", says: /answered "chat" wrongly/ },
  { fault: "result-null", says: /answered "chat" wrongly: its result/ },
  { fault: "deep-json", says: /answered "chat" wrongly|not JSON/ },
  { fault: "proto", says: /without "jsonrpc": "2.0"/ },
  { fault: "proto-result", says: /answered "chat" wrongly/ },
  { fault: "nul-byte", says: /not JSON/ },
  { fault: "invalid-utf-8", says: /not UTF-8/ },
  { fault: "byte-order-mark", says: /not JSON/ },
  { fault: "utf-16", says: /not JSON/ },
  { fault: "closes-stdout", says: /closed its standard output and went on/ },
  { fault: "error-of-wrong-type", says: /answered "chat" wrongly: its error/ },
  { fault: "error-unknown-code", says: /failed at "chat": out of order \(error 12\)/ },
  { fault: "error-cancelled", says: /was cancelled, but nobody did that/ },
  { fault: "memory-hog", says: /of memory, where it may use 200 MiB/, memoryMb: 200 },
];

/**
 * Milliseconds beyond its own deadline that an error may take, a start of the plugin on a busy
 * machine included.
 */
const SLACK = 8000;

const started: Faulty[] = [];
afterAll(async () => {
  await Promise.all(started.map(({ host }) => host.close()));
});

describe("a plugin that misbehaves gives RLLM_019 in time, and the next call works", () => {
  test.each(CASES.map((each) => [each.fault, each] as const))("%s", async (fault, each) => {
    // One that hangs at its start gets the usual time for the next one.
    const faulty = startFaulty(fault, {
      ...(each.host ? { deadlines: each.host } : {}),
      ...(each.memoryMb === undefined ? {} : { memoryMb: each.memoryMb }),
    });
    started.push(faulty);
    const begun = performance.now();
    const error = await chatError(faulty.host, each.request ? { deadlines: each.request } : {});
    const took = performance.now() - begun;
    expect({ code: error.code, plugin: error.details["plugin"] }).toEqual({
      code: "RLLM_019",
      plugin: "faulty",
    });
    expect(String(error.details["reason"])).toMatch(each.says);
    expect(error.details["deadline"]).toBe(each.deadline);
    expect(took).toBeLessThan(patience(SLACK + (each.request?.first ?? each.host?.start ?? 0)));
    expect((await chat(faulty.host)).text).toBe("fine");
    await faulty.host.close();
  });
});
