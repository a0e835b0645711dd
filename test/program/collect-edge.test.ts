import { describe, expect, test } from "bun:test";
import { assert, property } from "fast-check";
import type { JsonSchema } from "../../src/contract/contract.ts";
import type { ModullmError } from "../../src/core/error.ts";
import { filledFor } from "../../src/program/child-input.ts";
import { collectEdge, collectText } from "../../src/program/collect-edge.ts";
import type { ProgramTree } from "../../src/program/edge-values.ts";
import { createEdgeChecker, type EdgeVerdict, refuseMisfits } from "../../src/program/edges.ts";
import { programOf } from "../../src/program/parse.ts";
import type { Program } from "../../src/program/program.ts";
import { compileFill } from "../../src/program/uses.ts";
import {
  contradicted,
  drawn,
  pick,
  relaxed,
  type Roll,
  schemaAround,
  someValue,
  type Written,
} from "../contract/fits-schemas.ts";

const RUNS = Number(process.env["FC_RUNS"] ?? 200);
const TEXT = { type: "string" };
const OPEN = { type: "object" };

function object(properties: Written, required = Object.keys(properties)): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

interface Setting {
  readonly input?: JsonSchema;
  readonly gives: unknown;
  readonly wanted: JsonSchema;
  /** A used program called `other`, with what its entry has besides. */
  readonly other?: { readonly output: JsonSchema; readonly entry?: Written };
  /** How a pre block opens, behind its `pre`. */
  readonly pre?: string;
}

function frontOf(name: string, input: JsonSchema, output: JsonSchema): Written {
  const about = { name, description: "d", version: "1.0.0", author: "a" };
  return { ...about, input_schema: input, output_schema: output };
}

function treeOf({ input = OPEN, gives, wanted, other, pre }: Setting): ProgramTree {
  const uses = other ? [{ name: "other", path: "./other.rllm", ...other.entry }] : [];
  const front = { ...frontOf("parent", input, wanted), output: gives, uses };
  const block = pre === undefined ? "" : `\`\`\`rllm-js pre${pre}\nresult = {};\n\`\`\`\n`;
  const program = parsed(front, block);
  const [entry] = program.uses;
  if (!other || !entry) return { program, path: "/parent.rllm", uses: [], tools: [] };
  const asked = { max_context_window: 100, llm: { model: "a/m" }, llm_params: {} };
  const used = parsed({ ...frontOf("other", OPEN, other.output), ...asked }, "Hi");
  return {
    program,
    path: "/parent.rllm",
    tools: [],
    uses: [{ entry, child: { program: used, path: "/other.rllm", uses: [], tools: [] } }],
  };
}

function parsed(front: Written, body: string): Program {
  return programOf(`---\n${JSON.stringify(front)}\n---\n${body}`, { path: "/parent.rllm" });
}

function verdictOf(setting: Setting): EdgeVerdict {
  const edge = collectEdge(treeOf(setting));
  if (edge === null) throw new Error("a model is asked");
  return createEdgeChecker().check(edge);
}

const COUNT = object({ n: { type: "integer" } });

describe("what output gives is proved", () => {
  test.each<[string, Setting, readonly string[]]>([
    ["a literal", { gives: { n: 5 }, wanted: COUNT }, []],
    [
      "typed values at any depth",
      {
        input: object({ t: TEXT, n: { type: "integer" } }),
        gives: { rows: [{ t: "{{input.t}}" }], n: "{{input.n}}" },
        wanted: object({
          rows: { type: "array", items: object({ t: TEXT }) },
          n: { type: "integer" },
        }),
      },
      [],
    ],
    [
      "a list of outputs",
      {
        input: object({ l: { type: "array" } }),
        gives: { rows: "{{uses.other}}" },
        wanted: object({ rows: { type: "array", items: COUNT } }),
        other: { output: COUNT, entry: { each: "{{input.l}}" } },
      },
      [],
    ],
    [
      "one template as the whole",
      { gives: "{{uses.other}}", wanted: COUNT, other: { output: COUNT } },
      [],
    ],
    [
      "a list as the whole",
      {
        gives: "{{uses.other.l}}",
        wanted: { type: "array", items: TEXT },
        other: { output: object({ l: { type: "array", items: TEXT } }) },
      },
      [],
    ],
    [
      "text as the whole",
      { input: COUNT, gives: "{{input.n}} in all", wanted: { type: "string", minLength: 8 } },
      [],
    ],
    ["a number as text", { input: COUNT, gives: "{{input.n}}", wanted: TEXT }, [""]],
    [
      "what a block says that it gives",
      {
        gives: { n: "{{count}}", t: "{{count}}" },
        wanted: object({ n: { type: "integer" }, t: TEXT }),
        pre: " out=count:integer",
      },
      ["t"],
    ],
    [
      "the input beside a block that can't change it",
      { input: COUNT, gives: { n: "{{input.n}}" }, wanted: COUNT, pre: " in=input.n out=m:any" },
      [],
    ],
  ])("%s", (_, setting, asText) => {
    expect(verdictOf(setting)).toEqual({ verdict: "fits", asText });
  });
});

describe("what output gives is shown by an example", () => {
  test.each<[string, Setting, unknown, unknown]>([
    [
      "a skipped entry",
      {
        input: object({ b: { type: "boolean" } }),
        gives: { n: "{{uses.other.n}}" },
        wanted: COUNT,
        other: { output: COUNT, entry: { when: "{{input.b}}" } },
      },
      { input: { b: false }, uses: { other: null } },
      { n: null },
    ],
    [
      "the null of a failure that is forgiven",
      {
        gives: "{{uses.other}}",
        wanted: COUNT,
        other: { output: COUNT, entry: { on_error: "null" } },
      },
      { uses: { other: null } },
      null,
    ],
  ])("%s", (_, setting, example, given) => {
    const verdict = verdictOf(setting);
    expect(verdict).toMatchObject({ verdict: "may-not-fit", example: example as object });
    if (verdict.verdict !== "may-not-fit") return;
    expect(verdict.example.given).toEqual(given);
    expect(collectText(verdict)).toStartWith(
      '"output" may give what output_schema does not take: with the input ',
    );
  });
});

describe("what output gives is refused", () => {
  test.each<[string, Setting, string]>([
    [
      "a literal",
      { gives: { n: "5" }, wanted: COUNT },
      '"n" is the string "5", but an integer is wanted',
    ],
    [
      "a key that is missing",
      { gives: {}, wanted: COUNT },
      'the output lacks the required property "n"',
    ],
    ["text for an object", { gives: "of {{input}}", wanted: COUNT }, "the output is the string"],
    [
      "an object for a list",
      { gives: "{{uses.other}}", wanted: { type: "array" }, other: { output: COUNT } },
      "but an array is wanted",
    ],
    [
      "what a block says that it gives",
      { gives: { n: "{{word}}" }, wanted: COUNT, pre: " out=word:boolean" },
      "but an integer is wanted",
    ],
  ])("%s", (_, setting, reason) => {
    const verdict = verdictOf(setting);
    expect(verdict.verdict).toBe("cannot-fit");
    expect("reason" in verdict ? verdict.reason : "").toContain(reason);
  });
});

describe("what output gives stays open", () => {
  test.each<[string, string]>([
    ["behind a block that says nothing of what it gives", ""],
    ["behind a block that may change the input in place", " out=m:integer"],
    ["behind a block that gives another input", " in=input.n out=input:object"],
  ])("%s", (_, pre) => {
    const setting = { input: COUNT, gives: { n: "{{input.n}}" }, wanted: COUNT, pre };
    expect(verdictOf(setting).verdict).toBe("unknown");
  });
});

describe("refuseMisfits()", () => {
  test("says where in the file output gives what is never taken, and the way there", () => {
    const child = treeOf({ gives: { n: "five" }, wanted: COUNT });
    const parent = treeOf({ gives: { n: 1 }, wanted: COUNT, other: { output: COUNT } });
    const [link] = parent.uses;
    if (!link) throw new Error("the entry is not there");
    const root = { ...parent, uses: [{ ...link, child: { ...child, path: "/child.rllm" } }] };
    let error: ModullmError | null = null;
    try {
      refuseMisfits(root);
    } catch (thrown) {
      error = thrown as ModullmError;
    }
    expect(error).toMatchObject({
      code: "RLLM_008",
      details: {
        field: "output",
        path: "/child.rllm",
        schema_path: ["properties", "n", "type"],
        chain: [{ name: "other", path: "/child.rllm" }],
      },
      place: { line: 2 },
    });
    const line = error?.place?.text ?? "";
    expect(line.slice((error?.place?.column ?? 0) - 1)).toStartWith('"five"');
  });

  test("warns of what may not be taken", () => {
    const tree = treeOf({
      gives: { n: "{{uses.other.n}}" },
      wanted: COUNT,
      other: { output: COUNT, entry: { on_error: "null" } },
    });
    const [doubt, ...others] = refuseMisfits(tree);
    expect(doubt).toStartWith('In "parent" "output" may give what output_schema does not take');
    expect(others).toEqual([]);
  });
});

interface Random {
  readonly setting: Setting;
  /** What a run may hold when the output is made. */
  readonly runs: readonly Values[];
}

type Values = Readonly<Record<string, unknown>>;

const KEYS = ["a", "b", "kind"];
const ENTRIES: readonly Written[] = [
  {},
  { on_error: "null" },
  { when: "{{input.a}}" },
  { each: "{{input.a}}" },
  { each: "{{input.a}}", on_error: "null" },
  { each: "{{input.a}}", on_error: "skip" },
];
/** What blocks are said to give, and a value of it. */
const GIVEN: readonly (readonly [string, (roll: Roll) => unknown])[] = [
  ["string", (roll) => pick(roll, ["", "x", "12"])],
  ["integer", (roll) => roll(5) - 2],
  ["boolean", (roll) => roll(2) === 0],
  ["array", (roll) => Array.from({ length: roll(3) }, () => someValue(roll, 1))],
  ["object", (roll) => ({ a: someValue(roll, 1) })],
  ["any", (roll) => someValue(roll, 2)],
];

function someFields(roll: Roll): Values {
  return Object.fromEntries(KEYS.slice(0, 1 + roll(3)).map((key) => [key, someValue(roll, 2)]));
}

/** What an entry may give, by its keys, for an output and an input. */
function givenBy(entry: Written, output: unknown, input: Values, roll: Roll): unknown {
  const failed = entry["on_error"] !== undefined && roll(3) === 0;
  if (entry["each"] === undefined) {
    const isSkipped = entry["when"] !== undefined && isEmpty(input["a"]);
    return isSkipped || failed ? null : output;
  }
  const items = Array.isArray(input["a"]) ? input["a"] : [];
  const outputs = items.map(() => output);
  if (!failed) return outputs;
  return entry["on_error"] === "skip" ? outputs.slice(1) : outputs.map(() => null);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A program whose output has a known value in one run, and contracts made around that. */
function randomOutput(roll: Roll): Random {
  const entry = pick(roll, ENTRIES);
  const fields: Values =
    entry["each"] === undefined ? someFields(roll) : { ...someFields(roll), a: [1, "x"] };
  const made = someFields(roll);
  const [type, draw] = pick(roll, GIVEN);
  const hasBlock = roll(3) === 0;
  const roots = ["input", "uses.other", ...(hasBlock ? ["given"] : [])];
  const paths = roots.flatMap((root) => [
    root,
    `${root}.a`,
    `${root}.0`,
    `${root}.b.0`,
    `${root}.0.a`,
  ]);
  const texts = paths.flatMap((path) => [`{{${path}}}`, `see {{${path}}}`]);
  const leaf = (): unknown => (roll(5) === 0 ? someValue(roll, 1) : pick(roll, texts));
  const whole = pick(roll, texts);
  const members = KEYS.slice(0, 1 + roll(3)).map((key) => [key, roll(6) === 0 ? [leaf()] : leaf()]);
  const gives: unknown = roll(4) === 0 ? whole : Object.fromEntries(members);
  const valuesOf = (input: Values, output: unknown): Values => ({
    input,
    uses: { other: givenBy(entry, output, input, roll) },
    ...(hasBlock ? { given: draw(roll) } : {}),
  });
  const first = valuesOf(fields, made);
  const around = schemaAround(roll, compileFill(gives)(first));
  const wanted = pick(roll, [
    around,
    relaxed(roll, around) as Written,
    contradicted(roll, around, compileFill(gives)(first)),
  ]);
  const input = { ...schemaAround(roll, fields), type: "object" };
  const output = { ...schemaAround(roll, made), type: "object" };
  const others = Array.from({ length: 8 }, () => valuesOf(someFields(roll), someFields(roll)));
  return {
    setting: {
      input,
      gives,
      wanted,
      other: { output, entry },
      ...(hasBlock ? { pre: ` in=input.none out=given:${type}` } : {}),
    },
    runs: [
      first,
      valuesOf(fields, made),
      ...others,
      ...others.map((run) => ({ ...first, uses: run["uses"] })),
    ],
  };
}

/** Whether the contracts of the input and the used program let a run hold these values. */
function isPossible({ program, uses }: ProgramTree, { input, uses: outputs }: Values): boolean {
  const [link] = uses;
  if (!link || !program.input.check(input).ok) return false;
  const { each, when, onError } = link.entry;
  const given = (outputs as Values)["other"];
  const list = (input as Values)["a"];
  const one = (value: unknown): boolean =>
    link.child.program.output.check(value).ok || (value === null && onError !== "fail");
  if (each === null) return when !== null && isEmpty(list) ? given === null : one(given);
  if (!Array.isArray(list) || !Array.isArray(given)) return false;
  return (onError === "skip" || given.length === list.length) && given.every(one);
}

test(
  "no run refutes what is said of an output, and most is decided",
  () => {
    const tally = new Map<string, number>();
    let held = 0;
    assert(
      property(drawn(randomOutput), ({ setting, runs }) => {
        const tree = treeOf(setting);
        const { collects, output, input } = tree.program;
        const edge = collectEdge(tree);
        if (edge === null || collects === null) throw new Error("a model is asked");
        const verdict = createEdgeChecker().check(edge);
        tally.set(verdict.verdict, (tally.get(verdict.verdict) ?? 0) + 1);
        const isTaken = (values: Values): boolean =>
          output.check(filledFor(collects, output, values)).ok;
        for (const values of runs) {
          if (!isPossible(tree, values)) continue;
          held++;
          if (verdict.verdict === "fits") expect(isTaken(values)).toBe(true);
          if (verdict.verdict === "cannot-fit") expect(isTaken(values)).toBe(false);
        }
        if (verdict.verdict !== "may-not-fit") return;
        const { input: shown, uses } = verdict.example;
        expect(input.check(shown).ok).toBe(true);
        expect(isTaken({ input: shown, uses })).toBe(false);
      }),
      { numRuns: RUNS },
    );
    if (process.env["FC_MISSED"])
      process.stderr.write(`${JSON.stringify([...tally])} ${held} runs\n`);
    expect(held).toBeGreaterThan(RUNS / 2);
    for (const verdict of ["fits", "may-not-fit", "cannot-fit"])
      expect(tally.get(verdict) ?? 0).toBeGreaterThan(RUNS / 50);
    expect((tally.get("unknown") ?? 0) / RUNS).toBeLessThan(0.25);
  },
  120_000 + RUNS * 1000,
);
