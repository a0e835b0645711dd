import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import fc from "fast-check";
import { join } from "node:path";
import { readPlainYaml } from "../../src/core/plain-yaml.ts";
import { parseYamlDocument } from "../../src/core/yaml-document.ts";
import type { YamlPlaces } from "../../src/core/yaml-places.ts";

const root = join(import.meta.dir, "../..");
/** Documents of each property; SCALE multiplies. */
const RUNS = Math.max(100, Math.round(1000 * Number(process.env["SCALE"] ?? 1)));

type Path = readonly (string | number)[];

/** Paths of all values, and some that lead nowhere. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const inner =
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))
      : [];
  return [path, [...path, "nowhere"], [...path, 99], ...inner];
}

/** Whether a text was plain; if so, all that is told of it is what the library tells. */
function agrees(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === null) return false;
  const whole = parseYamlDocument(text);
  if (!whole.ok) throw new Error(`It is no YAML, ${whole.reason}: ${JSON.stringify(text)}`);
  const told = (value: unknown, places: YamlPlaces): string =>
    JSON.stringify({
      text,
      value,
      scalars: places.plainScalars(),
      places: pathsOf(whole.value).map((path) => [
        path,
        places.valueAt(path),
        places.keyAt(path.map(String)),
        places.written(path),
      ]),
    });
  expect(told(plain.value, plain.places)).toBe(told(whole.value, whole.places));
  return true;
}

describe("readPlainYaml()", () => {
  test.each([
    "a: 1\n",
    "a: 1",
    "# first\n\na: b c  # more\n\n# last\nb:\n  - 1\n  - x: 2\n    y: [a, b, {c: d}]\n  -\n    z: 'it''s'\n",
    'type: object\nproperties:\n  text: { type: string, minLength: 1, description: "a \\"b\\"\\n" }\nrequired: [text]\n',
    "list:\n- a\n- b\nlast: {}\n",
    "text: |\n\n  one\n\n    two\n  # no comment\nnext: >-\n  folded\n  twice\n",
    "a: - b\n".replace("- b", "-b"),
    "- a\n- b: c\n",
    "$ref: '#/$defs/a'\nurl: http://a.b/c#d\ntime: 12:30\nv: 1.10.0\nn: -0.50\nt: True\nu: ~\n",
    "smile: 😀 and more\n",
  ])("reads %j as the library does", (text) => {
    expect(agrees(text)).toBe(true);
  });

  test.each([
    "",
    "a\n",
    "a: 1\na: 2\n",
    "a: 1\n b: 2\n",
    "a:\n",
    "a: b\n  c\n",
    "a: b: c\n",
    "a: &x 1\nb: *x\n",
    "a: !x 1\n",
    "a: [1,\n  2]\n",
    "a: {b, c}\n",
    "a: {b:1}\n",
    "a: {b: 1,}\n",
    "a: \t1\n",
    "a: 1\r\n",
    "--- \na: 1\n",
    "a: 1\n...\n",
    "1: a\n",
    "null: a\n",
    "<<: {a: 1}\n",
    "a: 007\n",
    "a: 0x1f\n",
    "a: 1e3\n",
    "a: .inf\n",
    "a: 1.2345678901234567890\n",
    'a: "\\x41"\n',
    'a: "two\n  lines"\n',
    "a: 'x' y\n",
    "a: | x\n  y\n",
    "a: |2\n  y\n",
    "a: |+\n  y\n",
    "a: |\n  y",
    "a: >\n  x\n\n  y\n",
    "? a\n: b\n",
    "a: @x\n",
    "a: %x\n",
    "__proto__: 1\n",
  ])("leaves %j to the library", (text) => {
    expect(readPlainYaml(text)).toBeNull();
  });

  test("reads every program and input of the examples", async () => {
    for await (const name of new Glob("examples/**/*.{rllm,yaml}").scan(root)) {
      const text = await Bun.file(join(root, name)).text();
      const front = /^---\n(.*?\n)---\n/s.exec(text)?.[1] ?? text;
      agrees(front);
    }
  });

  test("reads the frontmatter and the input of an example itself", async () => {
    const program = await Bun.file(join(root, "examples/summary.rllm")).text();
    expect(agrees(/^---\n(.*?\n)---\n/s.exec(program)?.[1] ?? "")).toBe(true);
    expect(agrees(await Bun.file(join(root, "examples/summary.yaml")).text())).toBe(true);
  });

  test("agrees with the library on documents as people write them, and on damaged ones", () => {
    let plain = 0;
    fc.assert(
      fc.property(document, fc.array(damage, { maxLength: 2 }), (text, damages) => {
        if (agrees(text)) plain++;
        agrees(damages.reduce((damaged, change) => change(damaged), text));
      }),
      { numRuns: RUNS },
    );
    expect(plain).toBeGreaterThan(RUNS / 4);
  }, 600_000);

  test("agrees with the library on lines of marks", () => {
    const piece = fc.constantFrom(
      ..."a b : - , [ ] { } # & * ! | > ' \" % @ ` ? 1 . ~ \\ <".split(" "),
      " ",
      "\n",
      "\n  ",
      ": ",
      "- ",
      "a: ",
      "é",
      "\u00a0",
      "true",
      "0",
      "|-\n",
      "''",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        agrees(`a: ${pieces.join("")}\n`);
        agrees(pieces.join(""));
      }),
      { numRuns: RUNS * 3 },
    );
  }, 600_000);
});

const usual = fc.constantFrom(
  ..."title type text null true no 1 -1 12 1.5 1.0.0 $ref a.b a/b x:y it's yes string".split(" "),
  "two words",
  "a, b",
  "What it is about, in ten words",
);
const odd = fc.constantFrom(
  ..."1e3 0x1 .5 007 ~ x-y -0.50 # ' -a a: @a 😀 NULL False {{x}} [a]".split(" "),
  "a: b",
  "a #b",
  "a# b",
  "- a",
  "",
  " ",
  "é ü",
  '"q"',
);
const word = fc.oneof({ arbitrary: usual, weight: 30 }, { arbitrary: odd, weight: 1 });
const name = fc.oneof(
  {
    arbitrary: fc.constantFrom(..."a b c key name title type items x-y $ref a.b".split(" ")),
    weight: 40,
  },
  { arbitrary: odd, weight: 1 },
);
const style = fc.nat({ max: 9 });

/** A value with how each of its parts is written. */
type Written =
  | { kind: "text"; text: string; style: number }
  | { kind: "list"; items: Written[]; style: number }
  | { kind: "map"; pairs: [string, Written][]; style: number };

const { tree } = fc.letrec<{ tree: Written; text: Written; list: Written; map: Written }>(
  (tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, tie("text"), tie("list"), tie("map")),
    text: fc.record({ kind: fc.constant("text" as const), text: word, style }),
    list: fc.record({
      kind: fc.constant("list" as const),
      items: fc.array(tie("tree"), { maxLength: 3 }),
      style,
    }),
    map: fc.record({
      kind: fc.constant("map" as const),
      pairs: entries(tie("tree"), 0),
      style,
    }),
  }),
);

function entries(value: fc.Arbitrary<Written>, minLength: number) {
  const selector = ([own]: [string, Written]): string => own;
  return fc.uniqueArray(fc.tuple(name, value), { minLength, maxLength: 4, selector });
}

const document = fc
  .record({
    kind: fc.constant("map" as const),
    pairs: entries(tree, 1),
    style: fc.constant(0),
  })
  .map((written) => block(written, 0));

function block(written: Written, indent: number): string {
  const margin = " ".repeat(indent);
  if (written.kind === "text") return ` ${textOf(written, indent)}\n`;
  const empty = written.kind === "list" ? written.items.length === 0 : written.pairs.length === 0;
  if (empty || written.style > 6) return ` ${flow(written)}\n`;
  const comment = written.style === 6 ? `${margin}# a comment\n\n` : "";
  if (written.kind === "map")
    return `${comment}${written.pairs
      .map(([key, value]) => `${margin}${keyOf(key)}:${start(value)}${block(value, indent + 2)}`)
      .join("")}`;
  return written.items
    .map((item) => {
      const text = block(item, indent + 2);
      const compact =
        item.kind === "map" && item.style < 4 && text.startsWith(" ".repeat(indent + 2));
      return `${margin}-${compact ? text.slice(indent + 1) : `${start(item)}${text}`}`;
    })
    .join("");
}

/** A collection that is a block begins on the next line. */
function start(value: Written): string {
  const isBlock = !block(value, 2).startsWith(" ") || /^ {2}/.test(block(value, 2));
  return value.kind === "text" || !isBlock || value.style > 6 ? "" : "\n";
}

function flow(written: Written): string {
  if (written.kind === "text") return textOf({ ...written, style: written.style % 4 }, 0);
  if (written.kind === "list") return `[${written.items.map(flow).join(", ")}]`;
  return `{ ${written.pairs.map(([key, value]) => `${keyOf(key)}: ${flow(value)}`).join(", ")} }`;
}

function keyOf(key: string): string {
  return /^[\w$-]/.test(key) ? key : JSON.stringify(key);
}

function textOf({ text, style: how }: { text: string; style: number }, indent: number): string {
  const margin = " ".repeat(indent + 1);
  if (how === 1) return JSON.stringify(text);
  if (how === 2) return `'${text.replaceAll("'", "''")}'`;
  if (how === 3) return `${text} # said`;
  if (how === 4) return `|\n${margin}${text}\n\n${margin}  more`;
  if (how === 5) return `>-\n${margin}${text}\n${margin}more`;
  return text;
}

const mark = fc.constantFrom(..." \n:-,[]{}#'\"|>&*!%@?\\\t~a0", "  ", ": ", "- ", "\n ", "...");
/** A mark put in, or a few characters left out. */
const damage = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), mark, fc.nat({ max: 3 }))
  .map(([where, text, gone]) => (whole: string): string => {
    const at = Math.floor(where * whole.length);
    return whole.slice(0, at) + (gone === 0 ? text : "") + whole.slice(at + gone);
  });
