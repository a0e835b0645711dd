import { describe, expect, test } from "bun:test";
import { array, assert, constantFrom, integer, property } from "fast-check";
import { createRedactor } from "../../src/redaction/redactor.ts";

const SECRETS = ["hunter2hunter2", "aabaabaac", 'q"uote/slash secret', "schlüssel-ß-1"];
const redactor = createRedactor(SECRETS);

function streamed(text: string, size: number): string {
  return throughStream(text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []);
}

function throughStream(parts: readonly string[]): string {
  const stream = redactor.stream();
  return parts.map((part) => stream.push(part)).join("") + stream.end();
}

const run = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1xYz4";
/** Beginnings, middles and ends of everything that is looked for; `|` stands between them. */
const PARTS = String.raw`sk|sk-|github_|AKIAIOSFODNN7|AQ.|.|Bearer|Bearer |Basic |dXNlcjpwYXNz|tok3n-abcdef|word|Token |
|authorization: |Authorization|\"authorization\": \"|x-api-key|=|:|"|'|,|\|}|https|://|user|pass|@|host|/|?key=|?|&|;
|&api_key=|abcdef1|#|key|-|_| |  |a|s|h|x|日本|🔑|the quick brown fox `;
const PIECES = [
  ...SECRETS,
  ...SECRETS.map((secret) => secret.slice(0, -1)),
  ...SECRETS.map((secret) => encodeURIComponent(secret)),
  ...SECRETS.map((secret) => JSON.stringify(secret)),
  ...SECRETS.map((secret) => Buffer.from(`u:${secret}`).toString("base64")),
  ...["sk-", "AIza", "ghp_", "github_pat_", "eyJ", "."].flatMap((head) => [
    head + run,
    head + run.repeat(3),
  ]),
  ...PARTS.split("|"),
];

describe("Redactor.stream() gives what text() gives", () => {
  test("in parts of one to seven characters, for each piece", () => {
    for (const piece of PIECES) {
      for (const size of [1, 2, 3, 7]) {
        for (const text of [piece, `a ${piece} b`, `"${piece}"`])
          expect(streamed(text, size)).toBe(redactor.text(text));
      }
    }
  });

  test("for any pieces in any parts", () => {
    const texts = array(constantFrom(...PIECES), { maxLength: 14 }).map((pieces) =>
      pieces.join(""),
    );
    assert(
      property(
        texts,
        array(integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
        (text, sizes) => {
          const parts: string[] = [];
          for (let at = 0, turn = 0; at < text.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            parts.push(text.slice(at, at + size));
            at += size;
          }
          expect(throughStream(parts)).toBe(redactor.text(text));
        },
      ),
      { numRuns: 4000 },
    );
  });
});

test("Redactor.stream() shows ordinary text at once", () => {
  const stream = createRedactor(["7hunter2hunter2"]).stream();
  for (const part of ["The", " quick", " brown", " fox,", " 12", " things", "\n", "日本語", "."]) {
    expect(stream.push(part)).toBe(part);
  }
  expect(stream.end()).toBe("");
});

test("Redactor.stream() holds back no more than what may become a secret", () => {
  const stream = createRedactor(["7hunter2hunter2"]).stream();
  expect(stream.push("fine 7hunter2")).toBe("fine ");
  expect(stream.push("hunter3 fine")).toBe("7hunter2hunter3 fine");
  expect(stream.push(" https://example.com")).toBe(" https");
  expect(stream.push("/path")).toBe("://example.com/path");
});

test("Redactor.stream() drops the rest of a key that is too long to be held", () => {
  const text = `a sk-${run.repeat(200)} b`;
  expect(redactor.text(text)).toBe("a [redacted] b");
  expect(streamed(text, 5)).toBe("a [redacted] b");
});

test("Redactor.stream() finds a told secret that is longer than any key", () => {
  const secret = `-----BEGIN KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0B\n".repeat(100)}-----END KEY-----`;
  const stream = createRedactor([secret]).stream();
  const parts = `a ${secret} b`.match(/[^]{1,9}/g) ?? [];
  expect(parts.map((part) => stream.push(part)).join("") + stream.end()).toBe("a [redacted] b");
});
