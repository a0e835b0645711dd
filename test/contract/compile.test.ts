import { describe, expect, test } from "bun:test";
import { compileContract } from "../../src/contract/compile.ts";
import type { Contract, Issue, JsonSchema } from "../../src/contract/contract.ts";
import { patience } from "../patience.ts";

function contractOf(schema: JsonSchema): Contract {
  const compiled = compileContract(schema, { atOnce: true });
  if (!compiled.ok)
    throw new Error(
      compiled.faults
        .map(({ schemaPath, reason }) => `${schemaPath.join("/")} ${reason}`)
        .join("\n"),
    );
  return compiled.contract;
}

function issuesOf(schema: JsonSchema, value: unknown): readonly Issue[] {
  const result = contractOf(schema).check(value);
  return result.ok ? [] : result.issues;
}

/** Path, schema path and reason of the first issue, in one line. */
function first(schema: JsonSchema, value: unknown): string {
  const [issue] = issuesOf(schema, value);
  return issue === undefined
    ? "fine"
    : `/${issue.path.join("/")} | ${issue.keyword} /${issue.schemaPath.join("/")} | ${issue.reason}`;
}

function faultsOf(schema: JsonSchema): string[] {
  const compiled = compileContract(schema, { atOnce: true });
  return compiled.ok
    ? []
    : compiled.faults.map(({ schemaPath, reason }) => `/${schemaPath.join("/")} ${reason}`);
}

const DRAFT4 = "http://json-schema.org/draft-04/schema#";
const DRAFT7 = "http://json-schema.org/draft-07/schema#";

describe("check()", () => {
  test("gives the value back when it fits, and leaves it as it is", () => {
    const value = Object.freeze({ text: "a" });
    const schema = Object.freeze({ properties: { text: { type: "string" } } });
    const contract = contractOf(schema);
    expect(contract.schema).toBe(schema);
    expect(contract.check(value)).toEqual({ ok: true, value });
  });

  test("names keyword, path, schema path and reason", () => {
    expect(issuesOf({ properties: { text: { type: "string" } } }, { text: 5 })).toEqual([
      {
        keyword: "type",
        path: ["text"],
        schemaPath: ["properties", "text", "type"],
        reason: "is the number 5, but a string is wanted",
      },
    ]);
  });

  test("names the missing property and what may be meant to be it", () => {
    const schema = {
      properties: { key_points: {} },
      required: ["key_points"],
      additionalProperties: false,
    };
    expect(first(schema, {})).toBe(
      '/ | required /required | lacks the required property "key_points"',
    );
    expect(issuesOf(schema, { key_point: 1 }).map(({ reason }) => reason)).toEqual([
      'lacks the required property "key_points"; "key_point" may be meant to be it',
      'has the property "key_point", which the schema does not allow. Did you mean "key_points"?',
    ]);
  });

  test("puts the deepest issue first", () => {
    const schema = {
      required: ["title"],
      properties: { items: { items: { properties: { n: { type: "integer" } } } } },
    };
    expect(issuesOf(schema, { items: [{ n: 1.5 }] }).map(({ path }) => path)).toEqual([
      ["items", 0, "n"],
      [],
    ]);
  });

  test("reports twenty issues at most", () => {
    expect(issuesOf({ items: { type: "string" } }, Array(500).fill(1))).toHaveLength(20);
  });

  test.each<[JsonSchema, unknown, string]>([
    [{ type: ["string", "null"] }, {}, "is an empty object, but a string or null is wanted"],
    [{ type: "integer" }, 1.5, "is the number 1.5, but an integer is wanted"],
    [
      { type: "string" },
      { a: 1, b: 2, c: 3, d: 4 },
      'is an object with the properties "a", "b", "c" and 1 more, but',
    ],
    [
      { enum: ["red", "green"] },
      "gren",
      'is "gren", but "red" or "green" is wanted. Did you mean "green"?',
    ],
    [{ const: { a: 1 } }, [1], 'is an array of 1 item, but {"a":1} is wanted'],
    [{ minimum: 3 }, 2, "is 2, but 3 or more is wanted"],
    [{ exclusiveMaximum: 3 }, 3, "is 3, but a number less than 3 is wanted"],
    [{ multipleOf: 0.01 }, 1.001, "is 1.001, but a multiple of 0.01 is wanted"],
    [{ minLength: 2 }, "😀", "has 1 character, but at least 2 are wanted"],
    [{ pattern: "^a" }, "b", 'is "b", but text that matches the pattern ^a is wanted'],
    [{ format: "date" }, "2024-02-30", 'is "2024-02-30", but a date such as 2024-05-31 is wanted'],
    [{ maxItems: 1 }, [1, 2], "has 2 items, but at most 1 is wanted"],
    [
      { uniqueItems: true },
      [1, "1", 1],
      "holds 1 twice, at 0 and at 2, but every item must be different",
    ],
    [
      { contains: { type: "string" } },
      [1],
      "but at least 1 is wanted: the first is the number 1, but a string is wanted",
    ],
    [{ minProperties: 1 }, {}, "has 0 properties, but at least 1 is wanted"],
    [
      { propertyNames: { maxLength: 2 } },
      { long: 1 },
      'has the property name "long", which has 4 characters',
    ],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, 'has the property "a" and so must have "b"'],
    [{ not: { type: "string" } }, "a", "is what the schema under `not` describes, and must not be"],
    [{ prefixItems: [{}], items: false }, [1, 2], "has 2 items, but at most 1 is wanted"],
    [
      { oneOf: [{ minimum: 1 }, { maximum: 5 }] },
      3,
      "meets the alternatives 0 and 1, but exactly one of 2 is wanted",
    ],
    [{ properties: { a: false } }, { a: 1 }, "is not allowed here"],
  ])("explains %j", (schema, value, reason) => {
    expect(issuesOf(schema, value)[0]?.reason).toContain(reason);
  });

  test("shortens long values", () => {
    const reason = first({ enum: ["a", "b"] }, "😀".repeat(10_000));
    expect(reason.length).toBeLessThan(250);
    expect(reason).toContain("(10000 characters)");
    expect(first({ const: 1 }, { a: "x".repeat(1e6) }).length).toBeLessThan(250);
  });
});

describe("check() of alternatives", () => {
  const kinds = {
    oneOf: [
      {
        type: "object",
        properties: { kind: { const: "text" }, text: { type: "string" } },
        required: ["kind", "text"],
      },
      {
        type: "object",
        properties: { kind: { const: "image" }, url: { type: "string" } },
        required: ["kind", "url"],
      },
      { type: "null" },
    ],
  };

  test("speaks of the one whose constant fits", () => {
    expect(first(kinds, { kind: "image", url: 5 })).toBe(
      "/url | type /oneOf/1/properties/url/type | is the number 5, but a string is wanted",
    );
    expect(first(kinds, { kind: "image" })).toBe(
      '/ | required /oneOf/1/required | lacks the required property "url"',
    );
  });

  test("lists the constants when none fits", () => {
    expect(first(kinds, { kind: "imago" })).toBe(
      '/kind | oneOf /oneOf | is "imago", but "text" or "image" is wanted. Did you mean "image"?',
    );
  });

  test("lists the types when none fits", () => {
    expect(first(kinds, 5)).toBe(
      "/ | oneOf /oneOf | is the number 5, but an object or null is wanted",
    );
    expect(first({ anyOf: [{ type: "string" }, { type: ["integer", "null"] }] }, [])).toEndWith(
      "a string, an integer or null is wanted",
    );
  });

  test("speaks of the one whose type fits", () => {
    const schema = { anyOf: [{ type: "null" }, { type: "array", items: { type: "string" } }] };
    expect(first(schema, ["a", 1])).toBe(
      "/1 | type /anyOf/1/items/type | is the number 1, but a string is wanted",
    );
  });

  test("stays quick where alternatives are recursive", () => {
    const schema = {
      $ref: "#/$defs/e",
      $defs: { e: { anyOf: [{ type: "number" }, ...["+", "-", "*", "/"].map(operation)] } },
    };
    let value: unknown = "wrong";
    for (let depth = 0; depth < 14; depth++) value = { op: "/", left: value, right: 1 };
    const start = performance.now();
    expect(issuesOf(schema, value)[0]?.path).toHaveLength(14);
    expect(performance.now() - start).toBeLessThan(patience(500));
  });
});

function operation(op: string): JsonSchema {
  const operand = { $ref: "#/$defs/e" };
  return {
    type: "object",
    properties: { left: operand, right: operand, op: { const: op } },
    required: ["op", "left", "right"],
  };
}

function deep(levels: number, end: unknown): unknown {
  let value = end;
  for (let level = 0; level < levels; level++) value = { n: value };
  return value;
}

describe("check() never throws on data", () => {
  const nested = {
    $ref: "#/$defs/n",
    $defs: { n: { type: "object", properties: { n: { $ref: "#/$defs/n" } } } },
  };
  test("and follows a recursive schema a thousand levels down", () => {
    expect(contractOf(nested).check(deep(1000, {})).ok).toBe(true);
    expect(issuesOf(nested, deep(500, 1))[0]?.path).toHaveLength(500);
  });

  test("and refuses what is nested too deeply, with a reason", () => {
    expect(issuesOf(nested, deep(100_000, {}))[0]?.reason).toBe(
      "is nested too deeply to be checked",
    );
    const loop: Record<string, unknown> = {};
    loop["n"] = loop;
    expect(contractOf(nested).check(loop).ok).toBe(false);
  });

  test("and does not mind depth where the schema does not go", () => {
    expect(contractOf({ type: "object" }).check(deep(100_000, 1)).ok).toBe(true);
    expect(first({ enum: [1] }, deep(100_000, 1))).toContain(
      'is an object with the property "n", but 1 is wanted',
    );
    expect(issuesOf({ uniqueItems: true }, [deep(50_000, 1), deep(50_000, 1)])).toHaveLength(1);
  });

  test("and looks at own properties only", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    expect(issuesOf({ required: names }, {})).toHaveLength(4);
    const closed = { properties: { toString: { type: "string" } }, additionalProperties: false };
    expect(contractOf(closed).check({}).ok).toBe(true);
    expect(first(closed, { valueOf: 1 })).toContain('has the property "valueOf"');
    const written = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}');
    expect(first(written, JSON.parse('{"__proto__":5}'))).toContain(
      "/__proto__ | type /properties/__proto__/type",
    );
    expect(contractOf(written).check({}).ok).toBe(true);
  });

  test("and refuses what JSON can't hold", () => {
    for (const value of [Number.NaN, Infinity, undefined, Symbol("a"), () => 1]) {
      expect(contractOf({ type: ["number", "object", "string"] }).check(value).ok).toBe(false);
      expect(typeof first({ enum: ["a"] }, value)).toBe("string");
    }
  });

  test("and counts code points, lone surrogates too", () => {
    expect(contractOf({ minLength: 2, maxLength: 2 }).check("😀😀").ok).toBe(true);
    expect(contractOf({ maxLength: 2 }).check("\uD83D\uD83D").ok).toBe(true);
    expect(contractOf({ minLength: 2 ** 31 }).check("short").ok).toBe(false);
  });

  test("and takes a million items in its stride", () => {
    const items = Array.from({ length: 1_000_000 }, (_, index) =>
      index === 999_999 ? "x" : index,
    );
    expect(first({ items: { type: "number" } }, items)).toStartWith("/999999 | type /items/type");
  });

  test("and is exact with decimals", () => {
    for (const [divisor, value, fits] of [
      [0.1, 0.3, true],
      [0.01, 19.99, true],
      [0.0001, 0.0075, true],
      [0.01, 0.0751, false],
      [0.5, 1e308, true],
      [0.123456789, 1e308, false],
      [1e-20, 1e-19, true],
      [3, 2 ** 53, false],
    ] as const) {
      expect([divisor, value, contractOf({ multipleOf: divisor }).check(value).ok]).toEqual([
        divisor,
        value,
        fits,
      ]);
    }
  });
});

describe("compileContract() resolves", () => {
  test("references by pointer, anchor and $id, and recursive ones", () => {
    const schema = {
      $id: "https://example.org/root",
      properties: {
        a: { $ref: "#/$defs/na~1me" },
        b: { $ref: "#word" },
        c: { $ref: "item" },
        d: { $ref: "https://example.org/item#/properties/x" },
        children: { items: { $ref: "#" } },
      },
      $defs: {
        "na/me": { type: "string" },
        word: { $anchor: "word", maxLength: 3 },
        item: { $id: "item", properties: { x: { type: "integer" } } },
      },
    };
    expect(first(schema, { a: 1 })).toStartWith("/a | type /$defs/na/me/type");
    expect(first(schema, { b: "long" })).toStartWith("/b | maxLength /$defs/word/maxLength");
    expect(first(schema, { c: { x: "1" } })).toStartWith(
      "/c/x | type /$defs/item/properties/x/type",
    );
    expect(first(schema, { d: "1" })).toStartWith("/d | type /$defs/item/properties/x/type");
    expect(first(schema, { children: [{ children: [{ a: 1 }] }] })).toStartWith(
      "/children/0/children/0/a | type",
    );
  });

  test("references into places that are no keywords", () => {
    const schema = {
      $ref: "#/components/schemas/Name",
      components: { schemas: { Name: { type: "string" } } },
    };
    expect(first(schema, 1)).toBe(
      "/ | type /components/schemas/Name/type | is the number 1, but a string is wanted",
    );
  });

  test("dynamic references by the way there", () => {
    const schema = {
      $id: "https://example.org/strings",
      $ref: "list",
      $defs: {
        content: { $dynamicAnchor: "content", type: "string" },
        list: {
          $id: "list",
          items: { $dynamicRef: "#content" },
          $defs: { any: { $dynamicAnchor: "content" } },
        },
      },
    };
    expect(contractOf(schema).check(["a"]).ok).toBe(true);
    expect(first(schema, [1])).toStartWith("/0 | type /$defs/content/type");
  });

  test("references to documents that it is given", () => {
    const documents = { "https://example.org/word": { type: "string" } };
    const compiled = compileContract(
      { items: { $ref: "https://example.org/word" } },
      { documents },
    );
    expect(compiled.ok && compiled.contract.check(["a", 1]).ok).toBe(false);
    expect(compiled.ok && compiled.contract.check(["a"]).ok).toBe(true);
  });
});

describe("compileContract() reads older drafts in their own words", () => {
  test("draft 4: exclusive limits are flags, and paths are those of the schema as written", () => {
    const schema = { $schema: DRAFT4, minimum: 3, exclusiveMinimum: true };
    expect(first(schema, 3)).toBe(
      "/ | minimum /minimum | is 3, but a number greater than 3 is wanted",
    );
    expect(contractOf(schema).check(4).ok).toBe(true);
  });

  test("draft 4 and 7: items may be a list, with additionalItems", () => {
    for (const $schema of [DRAFT4, DRAFT7]) {
      const schema = {
        $schema,
        items: [{ type: "string" }, {}],
        additionalItems: { type: "integer" },
      };
      expect(first(schema, [1])).toStartWith("/0 | type /items/0/type");
      expect(first(schema, ["a", 1, "b"])).toStartWith("/2 | type /additionalItems/type");
      expect(first({ ...schema, additionalItems: false }, ["a", 1, 2])).toStartWith(
        "/ | additionalItems /additionalItems",
      );
    }
  });

  test("draft 7: dependencies, and a $ref that replaces what stands beside it", () => {
    const schema = { $schema: DRAFT7, dependencies: { a: ["b"], c: { required: ["d"] } } };
    expect(first(schema, { a: 1 })).toStartWith("/ | dependencies /dependencies/a");
    expect(first(schema, { c: 1 })).toStartWith("/ | required /dependencies/c/required");
    const beside = {
      $schema: DRAFT7,
      properties: { x: { $ref: "#/definitions/s", maxLength: 1 } },
      definitions: { s: { type: "string" } },
    };
    expect(contractOf(beside).check({ x: "long" }).ok).toBe(true);
    expect(
      contractOf({ ...beside, $schema: "https://json-schema.org/draft/2020-12/schema" }).check({
        x: "long",
      }).ok,
    ).toBe(false);
  });

  test("draft 4: id names a schema", () => {
    const schema = {
      $schema: DRAFT4,
      id: "http://x.org/a",
      items: { $ref: "b" },
      definitions: { b: { id: "b", type: "string" } },
    };
    expect(first(schema, [1])).toStartWith("/0 | type /definitions/b/type");
  });

  test("draft 2019-09: $recursiveRef", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2019-09/schema",
      $recursiveAnchor: true,
      properties: { n: { $recursiveRef: "#" } },
      additionalProperties: false,
    };
    expect(first(schema, { n: { n: { m: 1 } } })).toStartWith(
      "/n/n | additionalProperties /additionalProperties",
    );
  });
});

describe("compileContract() refuses", () => {
  test.each<[JsonSchema, string]>([
    [
      { type: "strng" },
      '/type is "strng", but one of array, boolean, integer, null, number, object, string is wanted. Did you mean "string"?',
    ],
    [{ type: "dict" }, 'Did you mean "object"?'],
    [{ type: [] }, "/type is an empty array, but at least one type name is wanted"],
    [
      { properties: { a: { type: null } } },
      '/properties/a/type is null, but a type name is wanted. Write the type as the string "null"',
    ],
    [{ properties: { a: { required: true } } }, '"required" of the object that holds it'],
    [{ required: ["a", "a"] }, '/required/1 is "a", which the list has already'],
    [{ required: [1] }, "/required/0 is the number 1, but a property name is wanted"],
    [{ minLength: -1 }, "/minLength is the number -1, but an integer of 0 or more is wanted"],
    [{ multipleOf: 0 }, "/multipleOf is the number 0, but a number above 0 is wanted"],
    [{ minimum: Infinity }, "but a number is wanted"],
    [{ pattern: "(" }, '/pattern is "(", which is no regular expression'],
    [{ pattern: "(?P<y>a)" }, "write a named group as (?<name>…)"],
    [
      { patternProperties: { "[": {} } },
      '/patternProperties/[ is "[", which is no regular expression',
    ],
    [{ enum: "a" }, '/enum is the string "a", but a list of values is wanted'],
    [{ properties: ["a"] }, "but a mapping from names to schemas is wanted"],
    [
      { properties: { a: "string" } },
      '/properties/a is the string "string", but a schema (a mapping, true or false) is wanted',
    ],
    [{ items: [{}] }, '"prefixItems" since 2020-12'],
    [{ exclusiveMinimum: true, minimum: 1 }, 'in place of "minimum"'],
    [{ allOf: [] }, "/allOf is an empty array, but at least one schema is wanted"],
    [{ anyOf: [{ type: "x" }] }, "/anyOf/0/type"],
    [{ $ref: "#/$defs/none" }, '/$ref points at "#/$defs/none", but nothing is there'],
    [{ $ref: "#none" }, 'names the anchor "none", which no schema here has'],
    [
      { items: { $ref: "https://example.org/a.json" } },
      '/items/$ref points at "https://example.org/a.json", which is not in this schema; nothing is ever fetched',
    ],
    [{ $ref: "other.json" }, "other files are never loaded"],
    [{ $ref: "#" }, "/$ref leads back to itself without a step into the value"],
    [
      {
        $defs: {
          a: { allOf: [{ $ref: "#/$defs/b" }] },
          b: { anyOf: [{ type: "null" }, { $ref: "#/$defs/a" }] },
        },
      },
      "leads back to itself",
    ],
    [
      { $schema: "http://json-schema.org/draft-03/schema#" },
      "names draft 3, which is not supported",
    ],
  ])("%j", (schema, fault) => {
    expect(faultsOf(schema).join("\n")).toContain(fault);
  });

  test("schemas that are too deep, too large, or hold themselves", () => {
    let nots: JsonSchema = {};
    for (let level = 0; level < 10_000; level++) nots = { not: nots };
    expect(faultsOf(nots)[0]).toEndWith("is nested deeper than 200 levels");
    const loop: Record<string, unknown> = {};
    loop["not"] = loop;
    expect(faultsOf(loop)[0]).toEndWith("is nested deeper than 200 levels");
    let wide: JsonSchema = {};
    for (let level = 0; level < 30; level++) wide = { allOf: [wide, wide] };
    expect(faultsOf(wide)[0]).toEndWith("holds more than 50000 subschemas");
    const chain = Array.from(
      { length: 30_000 },
      (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }] as const,
    );
    expect(
      faultsOf({ $ref: "#/$defs/d0", $defs: { ...Object.fromEntries(chain), d30000: {} } })[0],
    ).toEndWith("leads through more than 1000 schemas without a step into the value");
  });
});

test("compileContract() lets annotations and unknown keywords be", () => {
  const schema = {
    title: 5,
    default: 1,
    examples: "x",
    "x-mine": { type: 7 },
    format: "unheard-of",
    $comment: "c",
    "~refine": [{}],
  };
  expect(contractOf(schema).check("anything").ok).toBe(true);
});

test("compileContract() forgives needless escapes in patterns", () => {
  const contract = contractOf({
    pattern: "^\\d{3}\\-\\d{2}\\@\\_$",
    patternProperties: { "^a\\-": { type: "string" } },
  });
  expect(contract.check("123-45@_").ok).toBe(true);
  expect(contract.check({ "a-b": 1 }).ok).toBe(false);
});
