import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, asyncProperty } from "fast-check";
import { compileContract } from "../../src/contract/compile.ts";
import { ModullmError } from "../../src/core/error.ts";
import { isObject } from "../../src/core/json.ts";
import { inspectProgram } from "../../src/library/inspect.ts";
import { loadProgram, loadText } from "../../src/library/load.ts";
import { createProofs } from "../../src/library/proofs.ts";
import { readProgram } from "../../src/library/read.ts";
import { validateProgram } from "../../src/library/validate.ts";
import { programOf } from "../../src/program/parse.ts";
import { makeFolder } from "../cli/command-line.ts";
import {
  drawn,
  pick,
  type Roll,
  schemaAround,
  someValue,
  type Written,
} from "../contract/fits-schemas.ts";

const RUNS = Number(process.env["FC_RUNS"] ?? 150);

function text(output: string, rest = "output: {}"): string {
  const about = "name: p\ndescription: d\nversion: 1.0.0\nauthor: a\ninput_schema: {type: object}";
  return `---\n${about}\noutput_schema: ${output}\n${rest}\n---\n`;
}

async function outputOf(output: string, files: Record<string, string>): Promise<unknown> {
  const folder = makeFolder({ "p.rllm": text(output), ...files });
  return (await readProgram(join(folder, "p.rllm"))).output.schema;
}

async function failure(running: Promise<unknown>): Promise<ModullmError> {
  const thrown: unknown = await running.then(() => null).catch((error: unknown) => error);
  if (thrown instanceof ModullmError) return thrown;
  throw new Error("it did not fail");
}

const ORDER =
  '{"Order": {"type": "object", "properties": {"n": {"$ref": "#/Count"}}}, "Count": {"type": "integer"}}';

describe("a $ref to another file", () => {
  test("is the same as what stands there, with all that it names", async () => {
    expect(await outputOf("{ $ref: ./types.json#/Order }", { "types.json": ORDER })).toEqual({
      $ref: "#/$defs/Order",
      $defs: {
        Order: { type: "object", properties: { n: { $ref: "#/$defs/Count" } } },
        Count: { type: "integer" },
      },
    });
  });

  test.each<[string, string, Record<string, string>, unknown]>([
    [
      "a whole file",
      "{ $ref: count.json }",
      { "count.json": '{"type": "integer"}' },
      { count: { type: "integer" } },
    ],
    [
      "YAML",
      "{ $ref: ./t.yaml#/N }",
      { "t.yaml": "N: { type: integer }" },
      { N: { type: "integer" } },
    ],
    [
      "a deeper folder",
      "{ $ref: ./a/b/t.yml#/N }",
      { "a/b/t.yml": "N: { $ref: ../t.yml#/M }", "a/t.yml": "M: { type: integer }" },
      { N: { $ref: "#/$defs/M" }, M: { type: "integer" } },
    ],
    [
      "a program's output",
      "{ $ref: ./other.rllm#output }",
      {
        "other.rllm": text(
          "{ type: object, $defs: { N: { type: integer } }, properties: { n: { $ref: '#/$defs/N' } } }",
        ),
      },
      {
        other_output: { type: "object", properties: { n: { $ref: "#/$defs/N" } } },
        N: { type: "integer" },
      },
    ],
    [
      "a program's input",
      "{ $ref: other.rllm#input }",
      { "other.rllm": text("{}") },
      { other_input: { type: "object" } },
    ],
    [
      "a part of a program's output",
      "{ $ref: other.rllm#output/properties/n }",
      { "other.rllm": text("{ properties: { n: { type: integer } } }") },
      { n: { type: "integer" } },
    ],
    ["its own input", "{ $ref: ./p.rllm#input }", {}, { p_input: { type: "object" } }],
    [
      "what comes back to it a step into the value",
      "{ $ref: ./t.json#/Tree }",
      { "t.json": '{"Tree": {"properties": {"kids": {"items": {"$ref": "./t.json#/Tree"}}}}}' },
      { Tree: { properties: { kids: { items: { $ref: "#/$defs/Tree" } } } } },
    ],
    [
      "a name with blanks and marks",
      '{ $ref: "./my types@1.json#/A~1B" }',
      { "my types@1.json": '{"A/B": {"type": "integer"}}' },
      { A_B: { type: "integer" } },
    ],
    [
      "what has an id and a draft of its own",
      "{ $ref: ./t.json }",
      {
        "t.json":
          '{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://x.org/t", "type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}, "$defs": {"N": {"type": "integer"}}}',
      },
      { t: { type: "object", properties: { n: { $ref: "#/$defs/N" } } }, N: { type: "integer" } },
    ],
  ])("takes in %s", async (_, output, files, defs) => {
    const schema = await outputOf(output, files);
    expect(isObject(schema) ? schema["$defs"] : null).toEqual(defs);
  });

  test("leaves names alone that the schema has itself, and files that it names by $id", async () => {
    const output =
      "{ properties: { a: { $ref: ./t.json#/N }, b: { $ref: '#/$defs/N' }, c: { $ref: item.json } }, $defs: { N: { const: 1 }, I: { $id: item.json, const: 2 } } }";
    expect(await outputOf(output, { "t.json": '{"N": {"type": "integer"}}' })).toEqual({
      properties: {
        a: { $ref: "#/$defs/N_2" },
        b: { $ref: "#/$defs/N" },
        c: { $ref: "item.json" },
      },
      $defs: { N: { const: 1 }, I: { $id: "item.json", const: 2 }, N_2: { type: "integer" } },
    });
  });

  test("may lead back into the schema that it stands in", async () => {
    const output = "{ properties: { a: { $ref: ./t.json#/N } }, $defs: { M: { const: 1 } } }";
    const files = { "t.json": '{"N": {"items": {"$ref": "./p.rllm#output/$defs/M"}}}' };
    expect(await outputOf(output, files)).toMatchObject({
      $defs: { N: { items: { $ref: "#/$defs/M" } } },
    });
  });

  test("reaches the folder of its project", async () => {
    const files = { "sub/p.rllm": text("{ $ref: ../t.json#/N }"), "t.json": '{"N": {}}' };
    const alone = makeFolder(files);
    expect((await failure(readProgram(join(alone, "sub/p.rllm")))).message).toContain(
      "it is outside",
    );
    const project = makeFolder({ ...files, ".modullm/config.yaml": "{}" });
    expect((await readProgram(join(project, "sub/p.rllm"))).output.schema["$ref"]).toBe(
      "#/$defs/N",
    );
  });

  test("counts in programs made from text, from their folder", async () => {
    const folder = makeFolder({ "t.json": '{"N": {"const": 1}}' });
    const loaded = await loadText(text("{ $ref: ./t.json#/N }", 'output: "1"'), folder);
    expect(loaded.program.output.check(1).ok).toBe(true);
    expect(() => programOf(text("{ $ref: ./t.json#/N }"))).toThrow("other files are never loaded");
  });
});

describe("a $ref that leads nowhere is RLLM_002, at its place", () => {
  const THERE = { "types.json": ORDER, "bad.json": "{", "list.json": "[]", "bad.yaml": "a: [" };
  test.each<[string, string, string]>([
    ["a file that is missing", "./none.json#/Order", "there is no such file"],
    ["a part that is missing", "./types.json#/Ordr", "nothing is there"],
    ["a folder", "./folder.json", "it is a folder"],
    ["another server", "https://example.org/t.json#/Order", "nothing is ever fetched over https"],
    ["another server in plain", "http://127.0.0.1:1/t.json", "nothing is ever fetched over http"],
    ["a file by its URL", "file:///etc/hostname.json", "nothing is ever fetched over file"],
    ["a folder above", "../above.json", "it is outside"],
    ["a folder above, by detours", "./x/../../above.json#/A", "it is outside"],
    ["a path from the top", "/etc/x.json", "it is outside"],
    ["a link that leads outside", "./link.json", "it is outside"],
    ["a text that is no schema", "./notes.txt", "schemas are read from .json"],
    ["broken JSON", "./bad.json", "it is not JSON"],
    ["broken YAML", "./bad.yaml", "it is not YAML"],
    ["a list", "./list.json", "it holds no mapping"],
    ["a program as a whole", "./p.rllm", 'write "#input" or "#output"'],
    ["a program that can't be read", "./broken.rllm#output", "the first line is not ---"],
    ["itself", "./p.rllm#output/properties/x", "leads back to itself"],
  ])("%s", async (_, reference, reason) => {
    const output = `\n  type: object\n  properties:\n    x: { $ref: "${reference}" }`;
    const files = {
      "in/p.rllm": text(output),
      "above.json": ORDER,
      "in/notes.txt": "x",
      "in/broken.rllm": "Hi",
    };
    const inside = Object.entries(THERE).map(([name, value]) => [`in/${name}`, value]);
    const folder = makeFolder({ ...files, ...Object.fromEntries(inside) });
    mkdirSync(join(folder, "in/folder.json"));
    symlinkSync(join(folder, "above.json"), join(folder, "in/link.json"));
    const error = await failure(validateProgram(join(folder, "in/p.rllm")));
    expect(error).toMatchObject({
      code: "RLLM_002",
      details: { field: "output_schema", schema_path: ["properties", "x", "$ref"] },
      place: { line: 10, column: 16 },
    });
    expect(error.message).toContain(reason);
  });

  test.each<[string, string, string]>([
    [
      "a part that is missing there",
      '{"Order": {"items": {"$ref": "#/None"}}}',
      'leads to "types.json", whose /Order/items/$ref points at "#/None", but nothing is there',
    ],
    [
      "a file that is missing there",
      '{"Order": {"$ref": "./none.json"}}',
      'leads to "types.json", whose /Order/$ref points at "./none.json": there is no such file',
    ],
    [
      "a keyword that is wrong there",
      '{"Order": {"items": {"type": "strin"}}}',
      'leads to "types.json", where /Order/items/type is "strin"',
    ],
    [
      "files that lead to each other",
      '{"Order": {"$ref": "./more.json"}}',
      "leads back to itself without a step into the value",
    ],
    [
      "another draft",
      '{"$schema": "http://json-schema.org/draft-07/schema#", "Order": {}}',
      "which is of draft 7, not 2020-12",
    ],
    [
      "a reference that depends on the way",
      '{"Order": {"$dynamicRef": "#x", "$dynamicAnchor": "x"}}',
      "depends on the way there",
    ],
  ])("%s", async (_, types, reason) => {
    const more = '{"$ref": "./types.json#/Order"}';
    const error = await failure(
      outputOf("{ items: { $ref: ./types.json#/Order } }", {
        "types.json": types,
        "more.json": more,
      }),
    );
    expect(error).toMatchObject({ code: "RLLM_002", place: { line: 7 } });
    expect(error.details["schema_path"]).toEqual(["items", "$ref"]);
    expect(error.message).toContain(reason);
  });

  test("all of them are told at once", async () => {
    const output = "{ properties: { a: { $ref: ./a.json }, b: { $ref: ./b.json } } }";
    const { details } = await failure(outputOf(output, {}));
    expect(details["faults"]).toMatchObject([{ column: 43 }, { column: 66 }]);
  });

  test("more files than anybody writes are not read", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 250 }, (_, at) => [
        `f${at}.json`,
        `{"items": {"$ref": "./f${at + 1}.json"}}`,
      ]),
    );
    const error = await failure(outputOf("{ items: { $ref: ./f0.json } }", files));
    expect(error.message).toContain("its schemas name more than 200 files");
  });
});

describe("shared schemas count", () => {
  const uses = 'uses: [{ name: o, path: ./o.rllm }]\noutput: { n: "{{uses.o.n}}" }';
  const N = "{ type: object, properties: { n: { $ref: ./t.json#/N } }, required: [n] }";

  test("in proofs", async () => {
    const folder = makeFolder({
      "p.rllm": text(N, uses),
      "o.rllm": text(N, "output: { n: 1 }"),
      "t.json": '{"N": {"type": "integer"}}',
    });
    const { outputs } = await validateProgram(join(folder, "p.rllm"));
    expect(outputs).toMatchObject([{ verdict: "fits" }, { verdict: "fits" }]);
    writeFileSync(join(folder, "t.json"), '{"N": {"type": "string", "minLength": 5}}');
    expect((await failure(validateProgram(join(folder, "p.rllm")))).code).toBe("RLLM_008");
  });

  test("in what is kept of proofs: another file is another tree", async () => {
    const folder = makeFolder({ "p.rllm": text(N, "output: { n: 1 }"), "t.json": '{"N": {}}' });
    const cache = makeFolder();
    const load = () => loadProgram(join(folder, "p.rllm"));
    createProofs(cache).keep(await load(), ["known"]);
    expect(createProofs(cache).warningsOf(await load())).toEqual(["known"]);
    writeFileSync(join(folder, "t.json"), '{"N": {"type": "integer"}}');
    expect(createProofs(cache).warningsOf(await load())).toBeNull();
  });

  test("in what inspect shows, which needs no other file", async () => {
    const folder = makeFolder({
      "p.rllm": text(N, "output: { n: 1 }"),
      "t.json": '{"N": {"type": "integer"}}',
    });
    const { output_schema: schema } = await inspectProgram(join(folder, "p.rllm"));
    expect(compileContract(schema).ok).toBe(true);
    expect(JSON.stringify(schema)).not.toContain("t.json");
  });
});

/** A schema taken apart: parts of it stand in files, and references lead there. */
function takenApart(roll: Roll, schema: unknown, files: Record<string, Written>): unknown {
  if (Array.isArray(schema)) return schema.map((part) => takenApart(roll, part, files));
  if (!isObject(schema)) return schema;
  const isSchema = "type" in schema || "anyOf" in schema || "properties" in schema;
  const apart = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      KEPT.has(key) ? value : takenApart(roll, value, files),
    ]),
  );
  if (
    !isSchema ||
    "$ref" in schema ||
    "$defs" in schema ||
    JSON.stringify(schema).includes("$ref") ||
    roll(3) > 0
  )
    return apart;
  const file = `f${roll(3)}.json`;
  const named = (files[file] ??= {});
  const name = `${pick(roll, ["A", "b c", "d/e", "~"])}${Object.keys(named).length}`;
  named[name] = apart;
  const pointer = name.replaceAll("~", "~0").replaceAll("/", "~1");
  return { $ref: `./${file}#/${pointer.replaceAll(" ", "%20")}` };
}

const KEPT = new Set(["const", "enum", "default", "examples", "required", "type", "$defs"]);

test(
  "a schema taken apart into files takes what it takes in one piece",
  async () => {
    let apart = 0;
    await assert(
      asyncProperty(
        drawn((roll) => {
          const value = { a: someValue(roll, 2), b: someValue(roll, 2) };
          const schema = { ...schemaAround(roll, value), type: "object" };
          const files: Record<string, Written> = {};
          const output = takenApart(roll, schema, files);
          const values = [value, ...Array.from({ length: 10 }, () => someValue(roll, 3))];
          return { schema, output, files, values };
        }),
        async ({ schema, output, files, values }) => {
          const whole = compileContract(schema);
          if (!whole.ok) throw new Error("it is a schema");
          const written = Object.entries(files).map(([name, file]) => [name, JSON.stringify(file)]);
          if (written.length > 0) apart++;
          const folder = makeFolder({
            ...Object.fromEntries(written),
            "p.rllm": text(JSON.stringify(output)),
          });
          const { output: contract } = await readProgram(join(folder, "p.rllm"));
          for (const one of values)
            expect(contract.check(one).ok).toBe(whole.contract.check(one).ok);
          const again = compileContract(contract.schema);
          expect(again.ok).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    expect(apart).toBeGreaterThan(RUNS / 4);
  },
  120_000 + RUNS * 1000,
);
