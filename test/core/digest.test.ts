import { expect, test } from "bun:test";
import fc from "fast-check";
import { fingerprint, sha256 } from "../../src/core/digest.ts";

test("sha256() is that of the standard's example", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("fingerprint() has sixteen digits, the same for the same text", () => {
  expect(fingerprint("")).toBe("811c9dc59e3779b9");
  expect(fingerprint("a\0\u00e4")).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint("mails/sort.rllm")).toBe(fingerprint(["mails", "sort.rllm"].join("/")));
});

test("fingerprint() tells small changes", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.string(), (text, at, more) => {
      const place = at % text.length;
      const changed = text.slice(0, place) + more + text.slice(place + 1);
      return changed === text || fingerprint(changed) !== fingerprint(text);
    }),
    { numRuns: 20_000 },
  );
});

test("fingerprint() gives a hundred thousand like names a hundred thousand values", () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `programs/p${index}.rllm\0${index}`);
  expect(new Set(names.map(fingerprint)).size).toBe(names.length);
});
