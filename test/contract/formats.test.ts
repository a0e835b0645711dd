import { expect, test } from "bun:test";
import { formatCheck, formatNames } from "../../src/contract/formats.ts";

const CASES: Readonly<Record<string, { good: readonly string[]; bad: readonly string[] }>> = {
  date: {
    good: ["2024-02-29", "0001-01-01"],
    bad: ["2023-02-29", "2024-13-01", "24-01-01", "2024-1-1", "2024-01-01 "],
  },
  "date-time": {
    good: ["2024-05-31T09:30:00Z", "2024-05-31t09:30:00.25+02:00", "1990-12-31T23:59:60Z"],
    bad: [
      "2024-05-31",
      "2024-05-31 09:30:00Z",
      "2024-05-31T09:30:00",
      "2024-05-31T24:00:00Z",
      "2024-05-31T09:30:00Z[Europe/Paris]",
    ],
  },
  time: { good: ["09:30:00Z", "23:59:59.5-01:00"], bad: ["09:30:00", "9:30:00Z", "25:00:00Z"] },
  duration: { good: ["P1D", "PT2H30M", "P3W"], bad: ["P", "1D", "PT", "P1S"] },
  email: {
    good: ["ada@example.org", "a.b+c@x.de", '"a b"@x.de'],
    bad: ["ada", "a@", "@x.de", "a b@x.de", "a..b@x.de", "ü@x.de"],
  },
  "idn-email": { good: ["ü@bücher.de"], bad: ["ü", "@bücher.de"] },
  hostname: {
    good: ["example.org", "localhost", "xn--bcher-kva.de"],
    bad: ["-a.de", "a_b.de", "a..de", ""],
  },
  "idn-hostname": { good: ["bücher.de"], bad: ["-bücher.de"] },
  ipv4: { good: ["127.0.0.1"], bad: ["127.0.0", "256.0.0.1", "01.2.3.4"] },
  ipv6: {
    good: ["::1", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4"],
    bad: ["1::2::3", ":::", "12345::", "127.0.0.1"],
  },
  uri: {
    good: ["https://example.org/a?b#c", "mailto:a@b.c", "urn:isbn:1"],
    bad: ["/a", "https://a b", "https://x/ä", "%zz:"],
  },
  "uri-reference": { good: ["/a", "#x", "https://x.org"], bad: ["\\a", "#a b"] },
  iri: { good: ["https://bücher.de/ä"], bad: ["/ä", "https://a b"] },
  "iri-reference": { good: ["/ä"], bad: ["\\ä"] },
  "uri-template": { good: ["/a/{id}{?q}"], bad: ["/a/{id"] },
  uuid: {
    good: ["0b9d9d4e-6f5c-4e0e-9c5e-0a4f2f1f5a11", "0B9D9D4E-6F5C-4E0E-9C5E-0A4F2F1F5A11"],
    bad: ["0b9d9d4e6f5c4e0e9c5e0a4f2f1f5a11", "x"],
  },
  "json-pointer": { good: ["", "/a~1b/0"], bad: ["a", "/a~2"] },
  "relative-json-pointer": { good: ["0", "1/a", "2#"], bad: ["/a", "-1", "01"] },
  regex: { good: ["^a(b)?$", "\\p{L}"], bad: ["(", "a{2,1}"] },
};

for (const [format, { good, bad }] of Object.entries(CASES)) {
  test(`formatCheck() knows ${format}`, () => {
    const check = formatCheck(format);
    expect(good.filter((text) => check?.(text) !== true)).toEqual([]);
    expect(bad.filter((text) => check?.(text) !== false)).toEqual([]);
  });
}

test("formatCheck() has a case here for every format it asserts, and none for others", () => {
  expect(formatNames().toSorted()).toEqual(Object.keys(CASES).toSorted());
  for (const name of ["unheard-of", "toString", "__proto__", "password"])
    expect(formatCheck(name)).toBeNull();
});
