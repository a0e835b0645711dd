import { expect, test } from "bun:test";
import { CODES } from "../../src/core/codes.ts";
import { errorPayload, ModullmError, toModullmError, withDetails } from "../../src/core/error.ts";

test("errorPayload() has every key, whatever is known", () => {
  expect(errorPayload(new ModullmError("RLLM_016", "Cannot read the input"))).toEqual({
    error_code: "RLLM_016",
    error_type: "InputReadError",
    message: "Cannot read the input",
    details: {},
    expected_schema: null,
    received_payload: null,
    recovery_hint: CODES.RLLM_016.hint,
    doc_ref: "docs/errors.md#RLLM_016",
  });
});

test("errorPayload() keeps what stays local out", () => {
  const place = { path: "/home/ada/x.rllm", line: 3, column: 1, text: "name:" };
  const error = new ModullmError("RLLM_001", "Cannot read", {
    place,
    cause: new Error("inner"),
    hint: "Look.",
  });
  const text = JSON.stringify(errorPayload(error));
  expect(text).not.toContain("/home/ada");
  expect(text).not.toContain("inner");
  expect(errorPayload(error).recovery_hint).toBe("Look.");
});

test("new ModullmError() takes whether to retry from its code, unless told", () => {
  expect(new ModullmError("RLLM_017", "x").retryable).toBe(true);
  expect(new ModullmError("RLLM_017", "x", { retryable: false }).retryable).toBe(false);
  expect(new ModullmError("RLLM_001", "x").retryable).toBe(false);
});

test("toModullmError() takes an unknown thing for a bug, and ours as it is", () => {
  const ours = new ModullmError("RLLM_001", "x");
  expect(toModullmError(ours)).toBe(ours);
  const bug = toModullmError(new TypeError("x is not a function"));
  expect(bug.code).toBe("RLLM_999");
  expect(bug.message).toBe("Unexpected failure: x is not a function");
  expect(bug.details).toEqual({ exception: "TypeError" });
  expect(toModullmError("text").details).toEqual({ exception: "string" });
});

test("withDetails() adds, and keeps everything else", () => {
  const facts = {
    details: { a: 1, b: 1 },
    hint: "h",
    expectedSchema: {},
    receivedPayload: [1],
    retryable: true,
  };
  const error = withDetails(new ModullmError("RLLM_005", "x", facts), { b: 2, c: 3 });
  expect(errorPayload(error)).toMatchObject({
    error_code: "RLLM_005",
    message: "x",
    recovery_hint: "h",
  });
  expect(error.details).toEqual({ a: 1, b: 2, c: 3 });
  expect([error.retryable, error.expectedSchema, error.receivedPayload]).toEqual([true, {}, [1]]);
});
