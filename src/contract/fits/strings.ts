import { formatCheck } from "../formats.ts";
import { readPattern } from "../patterns.ts";
import { codePoints } from "../values.ts";
import { listMatches, matchLengths, someMatches } from "./language.ts";
import type { Literal } from "./shape.ts";

/**
 * All strings of which the literals hold, where they are few; null where they are many or can't be
 * listed.
 */
export function listStrings(literals: readonly Literal[]): readonly string[] | null {
  const all = listed(literals);
  return all?.filter((text) => admitsString(literals, text)) ?? null;
}

/** True where no string is left; false where there may be one. */
export function isNoString(literals: readonly Literal[]): boolean {
  const { shortest, longest } = lengthsOf(literals);
  if (shortest > longest) return true;
  const said = literals.flatMap((one) =>
    one.on === "pattern" || one.on === "format" ? [one] : [],
  );
  const contradicts = said.some(
    (one) =>
      one.is && said.some((other) => !other.is && other.on === one.on && other.name === one.name),
  );
  if (contradicts) return true;
  if (said.some((one) => !one.is && one.on === "pattern" && ALL.has(one.name))) return true;
  return listStrings(literals)?.length === 0;
}

export function admitsString(literals: readonly Literal[], text: string): boolean {
  return literals.every((literal) => {
    switch (literal.on) {
      case "values":
        return literal.values.includes(text) === literal.is;
      case "shortest":
        return codePoints(text) >= literal.count;
      case "longest":
        return codePoints(text) <= literal.count;
      case "pattern":
        return matches(literal.name, text) === literal.is;
      case "format":
        return formatCheck(literal.name)?.(text) === literal.is;
      default:
        return true;
    }
  });
}

/** Some strings of which the literals hold. */
export function someStrings(literals: readonly Literal[]): readonly string[] {
  const few = listStrings(literals);
  if (few !== null) return few.slice(0, 20);
  const { shortest, longest } = lengthsOf(literals);
  const wanted = [shortest, shortest + 1, longest].filter((length) => length <= MAX_MADE);
  const candidates = [...PLAIN];
  for (const literal of literals) {
    if (literal.on === "pattern") candidates.push(...someMatches(literal.name, wanted));
    if (literal.on === "format") candidates.push(...(FORMATS[literal.name] ?? []));
  }
  const fitted = candidates.flatMap((text) => wanted.map((length) => ofLength(text, length)));
  return [...new Set([...candidates, ...fitted])]
    .filter((text) => admitsString(literals, text))
    .slice(0, 20);
}

/** How many characters there are at least and at most. */
export function lengthsOf(literals: readonly Literal[]): {
  readonly shortest: number;
  readonly longest: number;
} {
  let [shortest, longest] = [0, Infinity];
  function narrow([least, most]: readonly [number, number]): void {
    shortest = Math.max(shortest, least);
    longest = Math.min(longest, most);
  }
  for (const literal of literals) {
    if (literal.on === "values" && literal.is) {
      const sizes = literal.values.map((value) => codePoints(String(value)));
      narrow([Math.min(...sizes), Math.max(...sizes)]);
    }
    if (literal.on === "shortest") narrow([literal.count, Infinity]);
    if (literal.on === "longest") narrow([0, literal.count]);
    if (literal.on === "pattern" && literal.is) narrow(matchLengths(literal.name));
    if (literal.on === "format" && literal.is)
      narrow(FORMAT_LENGTHS[literal.name] ?? [0, Infinity]);
  }
  return { shortest, longest };
}

export function matches(pattern: string, text: string): boolean {
  const reading = readPattern(pattern);
  return reading.ok && reading.test(text);
}

/** Longer examples than this are not made. */
const MAX_MADE = 100_000;

/** Patterns that every text matches. */
const ALL = new Set([
  "",
  "^",
  "$",
  ".*",
  "^.*",
  ".*$",
  "[\\s\\S]*",
  "^[\\s\\S]*$",
  "^[\\s\\S]*",
  "[^]*",
  "^[^]*$",
]);

const PLAIN = [
  "text",
  "",
  "a",
  "A",
  "1",
  " ",
  "\n",
  "é",
  "-",
  "_",
  "true",
  "12",
  "a b",
  "Some words, and more.",
  "/",
  "@",
];

/** Two of each, so that one may break what else is asked. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  date: ["2024-05-31", "1999-01-01"],
  "date-time": ["2024-05-31T09:30:00Z", "2024-05-31T09:30:00.125+02:00"],
  time: ["09:30:00Z", "23:59:59.5+01:00"],
  duration: ["P1D", "PT36H"],
  email: ["a@example.com", "first.last@mail.example.org"],
  "idn-email": ["a@example.com", "é@example.com"],
  hostname: ["example.com", "a"],
  "idn-hostname": ["example.com", "bücher.example"],
  ipv4: ["127.0.0.1", "255.255.255.255"],
  ipv6: ["::1", "2001:db8::8a2e:370:7334"],
  uri: ["https://example.com/a", "urn:a:b"],
  "uri-reference": ["/a", "https://example.com/a"],
  iri: ["https://example.com/é", "urn:a:b"],
  "iri-reference": ["/é", "https://example.com/a"],
  "uri-template": ["/a/{b}", "a"],
  uuid: ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"],
  "json-pointer": ["/a/0", ""],
  "relative-json-pointer": ["0/a", "1#"],
  regex: ["^a+$", "a"],
};

/** In characters; both ends may be met. */
const FORMAT_LENGTHS: Readonly<Record<string, readonly [number, number]>> = {
  date: [10, 10],
  "date-time": [20, Infinity],
  time: [9, Infinity],
  email: [3, Infinity],
  ipv4: [7, 15],
  uuid: [36, 36],
};

function listed(literals: readonly Literal[]): readonly string[] | null {
  for (const literal of literals) {
    if (literal.on === "values" && literal.is)
      return literal.values.filter((value) => typeof value === "string");
    if (literal.on === "longest" && literal.count === 0) return [""];
    if (literal.on !== "pattern" || !literal.is) continue;
    const words = listMatches(literal.name);
    if (words !== null) return words;
  }
  return null;
}

function ofLength(text: string, length: number): string {
  const characters = [...text];
  if (characters.length >= length) return characters.slice(0, length).join("");
  return text + "a".repeat(length - characters.length);
}
