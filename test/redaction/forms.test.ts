/** Secrets in every form that is promised, in longer texts, cut and in pieces of any size. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createRedactor } from "../../src/redaction/redactor.ts";

/** A secret that no shape of keys gives away, so that only its value can. */
const secrets = fc
  .string({
    unit: fc.constantFrom(..."abcXYZ019+/=-_.~!*'()@#$&?:;,é😀 \"\\"),
    minLength: 14,
    maxLength: 30,
  })
  .filter((text) => text.isWellFormed())
  .filter((text) => /^[^ \\].*[^ \\]$/.test(text) && new Set(text).size > 6);

function everyCharacter(text: string, write: (code: number) => string): string {
  return Array.from({ length: text.length }, (_, at) => write(text.charCodeAt(at))).join("");
}

function unicode(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const FORMS: Record<string, (secret: string) => string> = {
  "as it is": (secret) => secret,
  "in JSON": json,
  "in JSON of PHP": (secret) => json(secret).replaceAll("/", "\\/"),
  "in JSON that escapes everything": (secret) => everyCharacter(secret, unicode),
  "in JSON that escapes what HTML reads": (secret) =>
    json(secret).replace(/[&'<>=+]/g, (sign) => unicode(sign.charCodeAt(0))),
  "in JSON within JSON": (secret) => json(json(secret).replaceAll("/", "\\/")),
  "in a URL": (secret) => encodeURIComponent(secret),
  "in a URL, in small letters": (secret) => encodeURIComponent(secret).toLowerCase(),
  "in a path of a URL": (secret) => encodeURI(secret),
  "in a form": (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  "byte by byte in a URL": (secret) =>
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  "in base64": (secret) => Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  "in base64 of URLs": (secret) => Buffer.from(secret).toString("base64url"),
  "in base64 of PHP's JSON": (secret) =>
    Buffer.from(secret).toString("base64").replaceAll("/", "\\/").replace(/=+$/, ""),
  "in base64, in a URL": (secret) => encodeURIComponent(Buffer.from(secret).toString("base64")),
  "in the base64 of something longer": (secret) => Buffer.from(`user:${secret}`).toString("base64"),
};

/** In small letters a secret is told only where it has no other ones. */
function isTold(form: string, secret: string): boolean {
  return form !== "in a URL, in small letters" || secret === secret.toLowerCase();
}

/** Whether a third of the form stands in the text in one piece. */
function shows(text: string, form: string): boolean {
  const length = Math.max(6, Math.ceil(form.length / 3) + 1);
  for (let at = 0; at + length <= form.length; at++)
    if (text.includes(form.slice(at, at + length))) return true;
  return false;
}

for (const [name, write] of Object.entries(FORMS)) {
  test(`Redactor finds a secret ${name}, whole and in pieces`, () => {
    const cases = fc.record({
      secret: secrets,
      before: fc.constantFrom("", "x ", '{"a":"', "key="),
      after: fc.constantFrom("", " y", '"}', "…", "&b=1"),
      sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(cases, ({ secret, before, after, sizes }) => {
        fc.pre(isTold(name, secret));
        const redactor = createRedactor([secret]);
        const form = write(secret);
        const text = `${before}${form}${after}`;
        const shown = redactor.text(text);
        // The bytes at the edges of base64 hold bits of what stands beside the secret.
        expect(shows(shown, name.includes("base64") ? form.slice(8, -4) : form)).toBe(false);
        const stream = redactor.stream();
        let joined = "";
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          joined += stream.push(text.slice(at, at + size));
          at += size;
        }
        expect(joined + stream.end()).toBe(shown);
      }),
      { numRuns: 400 },
    );
  });

  if (name.includes("longer")) continue;
  test(`Redactor finds the beginning of a secret ${name}, where somebody cut the text`, () => {
    fc.assert(
      fc.property(secrets, fc.double({ min: 0.6, max: 0.95, noNaN: true }), (secret, share) => {
        fc.pre(isTold(name, secret));
        const letters = [...secret];
        const whole = write(secret).replaceAll("%3D", "");
        const kept = name.includes("base64")
          ? whole.slice(0, Math.floor(whole.length * share))
          : write(letters.slice(0, Math.floor(letters.length * share)).join(""));
        const shown = createRedactor([secret]).text(`said: ${kept}…`);
        expect(shows(shown, name.includes("base64") ? kept.slice(0, -4) : kept)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
}

test("Redactor finds an escaped secret wherever it stands in a long text", () => {
  const secret = "acmeKey-Zq7/9+Pw=xT4vN2mL8";
  const escaped = everyCharacter(secret, unicode);
  for (const length of [65_400, 65_500, 65_530, 65_536, 65_540, 131_000]) {
    const shown = createRedactor([secret]).text(`${"a\\n".repeat(length / 3)}${escaped} b`);
    expect(shown).not.toContain(escaped.slice(-60));
    expect(shown).toEndWith("[redacted] b");
  }
});
