import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagram, diagramOf, mermaid } from "../../../src/cli/render/diagram.ts";
import { layOut } from "../../../src/cli/render/diagram-layout.ts";
import { typeInWords } from "../../../src/cli/render/diagram-type.ts";
import { svg } from "../../../src/cli/render/svg.ts";
import { inspectTree } from "../../../src/library/tree.ts";
import { makeFolder, programText } from "../command-line.ts";
import { patience } from "../../patience.ts";

describe("typeInWords()", () => {
  test.each<[text: string, schema: Record<string, unknown>]>([
    [
      "{a: string, b?: number[]}",
      {
        properties: { a: { type: "string" }, b: { type: "array", items: { type: "number" } } },
        required: ["a"],
      },
    ],
    [
      "{o?: {…}, l?: {…}[]}",
      {
        type: "object",
        properties: {
          o: { properties: { x: {} } },
          l: { type: "array", items: { properties: { x: {} } } },
        },
      },
    ],
    ["object", { type: "object" }],
    ["any", {}],
    ['"a" | 1 | null', { enum: ["a", 1, null] }],
    ['"a" | "b" | "c" | …', { enum: ["a", "b", "c", "d", "e"] }],
    ["true", { const: true }],
    ["string | null", { type: ["string", "null"] }],
    [
      "(string | integer)[]",
      { type: "array", items: { anyOf: [{ type: "string" }, { type: "integer" }] } },
    ],
    ["any[]", { type: "array" }],
    [
      "string[]",
      { type: "array", items: { $ref: "#/$defs/a~1b" }, $defs: { "a/b": { type: "string" } } },
    ],
    ["any", { $ref: "#" }],
    ["any", { $ref: "other.json" }],
  ])("gives %p", (text, schema) => {
    expect(typeInWords(schema)).toBe(text);
  });

  test("counts the properties that there is no room for", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`property_${index}`, { type: "string" }]),
    );
    expect(typeInWords({ type: "object", properties })).toBe(
      "{property_0?: string, property_1?: string, +28}",
    );
  });
});

async function drawn(files: Record<string, string>): Promise<Diagram> {
  const folder = makeFolder(files);
  return diagramOf(
    await inspectTree(join(folder, "main.rllm"), { library: [join(folder, "library")] }),
  );
}

const FILES = {
  "main.rllm": programText({
    name: "main",
    uses: `[{name: a, path: a.rllm, with: {text: "{{input.text}}"}}, {name: b, path: b, each: "{{input.list}}", on_error: "null", with: {}},
      {name: c, path: gone.rllm, when: "{{input.text}}"}, {name: d, path: a.rllm, when: "{{input.text}}"}, {name: e, path: lost}]`,
  }),
  "a.rllm": programText({
    name: "'\"A\" <&#> `x`'",
    uses: "[{name: b, path: b}, {name: m, path: main.rllm}]",
  }),
  "library/b.rllm": programText({ name: "b" }),
};

test("mermaid() draws the whole tree with types, each file once", async () => {
  expect(mermaid(await drawn(FILES))).toMatchInlineSnapshot(`
    "flowchart TD
      p0["main 0.1.0<br/>local/test"]
      p1["#34;A#34; #60;#38;#35;#62; #96;x#96; 0.1.0<br/>local/test"]
      p2["b 0.1.0<br/>local/test"]
      p3["gone.rllm<br/>missing: there is no such file"]:::missing
      p4["lost<br/>missing from the library"]:::missing
      p0 -->|"a(text)<br/>→ {out: string}"| p1
      p0 -->|"each b()<br/>→ ({out: string} | null)[]"| p2
      p0 -.->|"c()"| p3
      p0 -.->|"d()<br/>→ {out: string} | null"| p1
      p0 -->|"e()"| p4
      p1 -->|"b()<br/>→ {out: string}"| p2
      p1 -->|"m()<br/>→ {out: string}"| p0
      classDef missing stroke:#d1242f,stroke-dasharray:5 4"
  `);
});

describe("svg()", () => {
  test("is deterministic, well formed, and quotes what has a meaning in XML", async () => {
    const picture = svg(await drawn(FILES));
    expect(svg(await drawn(FILES))).toBe(picture);
    expect(picture).toContain("&#34;A&#34; &#60;&#38;#&#62; `x` 0.1.0");
    const tags = [...picture.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/gi)];
    const open: string[] = [];
    for (const [, closes, name = "", empty] of tags) {
      if (closes) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
    }
    expect(open).toEqual([]);
    expect(picture.replaceAll(/&#\d+;/g, "")).not.toContain("&");
  });

  test("marks what is missing, what may be skipped, and what leads back", async () => {
    const picture = svg(await drawn(FILES));
    expect(picture.match(/class="box missing"/g)).toHaveLength(2);
    expect(picture.match(/class="arrow optional"/g)).toHaveLength(2);
    expect(picture.match(/↩ m\(\)/g)).toHaveLength(1);
    expect(picture).toContain("there is no such file");
    expect(picture).toContain("prefers-color-scheme: dark");
  });
});

/** Programs that use some of those behind them, by a small generator of numbers. */
function random(count: number, seed: number): Diagram {
  let state = seed;
  const next = (below: number) => (state = (state * 48271) % 2147483647) % below;
  const boxes = Array.from({ length: count }, (_, index) => ({
    title: `p${index}`,
    note: "",
    missing: false,
  }));
  const arrows = boxes.slice(1).flatMap((_, index) => {
    const to = index + 1;
    const sources = new Set([
      next(to),
      ...(next(3) === 0 ? [next(to)] : []),
      ...(next(6) === 0 ? [next(count)] : []),
    ]);
    return [...sources].map((from) => ({ from, to, call: `e${to}`, gives: "", optional: false }));
  });
  return { boxes, arrows };
}

describe("layOut()", () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
    "keeps boxes and level lines apart (%d)",
    (seed) => {
      const diagram = random(4 + seed, seed);
      const width = 90;
      const layout = layOut(diagram, {
        boxes: diagram.boxes.map(() => ({ width, height: 50 })),
        labels: diagram.arrows.map(() => 70),
      });
      for (const [index, box] of layout.boxes.entries()) {
        expect(
          box.x >= 0 &&
            box.y >= 0 &&
            box.x + box.width <= layout.width &&
            box.y + box.height <= layout.height,
        ).toBe(true);
        for (const other of layout.boxes.slice(index + 1)) {
          const apart =
            box.x !== other.x || box.y + box.height <= other.y || other.y + other.height <= box.y;
          expect(apart).toBe(true);
        }
        const crossing = layout.arrows
          .flatMap(({ levels }) => levels)
          .filter(({ from, to, y }) => {
            return from < box.x + box.width && to > box.x && y > box.y && y < box.y + box.height;
          });
        expect(crossing).toEqual([]);
      }
      for (const { levels, back } of layout.arrows)
        expect(levels.length).toBeGreaterThanOrEqual(back ? 1 : 2);
    },
  );

  test("takes a thousand programs in a second", () => {
    const diagram = random(1000, 7);
    const start = performance.now();
    layOut(diagram, {
      boxes: diagram.boxes.map(() => ({ width: 90, height: 50 })),
      labels: diagram.arrows.map(() => 70),
    });
    expect(performance.now() - start).toBeLessThan(patience(1000));
  });
});

test("the diagrams of docs/composition.md are those of the examples", async () => {
  const root = join(import.meta.dir, "../../..");
  const page = readFileSync(join(root, "docs/composition.md"), "utf8");
  const shown = [...page.matchAll(/^```mermaid\n([^]*?)\n```$/gm)].map((match) => match[1] ?? "");
  expect(shown.length).toBeGreaterThan(0);
  for (const diagram of shown) {
    const [name = ""] = /(?<=p0\[")\w+/.exec(diagram) ?? [];
    expect(diagram).toBe(
      mermaid(diagramOf(await inspectTree(join(root, `examples/${name}.rllm`)))),
    );
  }
});
