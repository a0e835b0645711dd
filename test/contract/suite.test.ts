import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileContract } from "../../src/contract/compile.ts";
import type { JsonSchema } from "../../src/contract/contract.ts";
import { formatNames } from "../../src/contract/formats.ts";
import { isObject } from "../../src/core/json.ts";

/**
 * The official JSON-Schema-Test-Suite, required tests. No package on the npm registry carries it:
 * `@json-schema-org/tests` loads it from git. So it runs where that works (`npm run test:suite`
 * installs it) or where JSON_SCHEMA_TEST_SUITE names a checkout. keywords.test.ts covers the same
 * ground in our own cases, everywhere.
 */
const SUITE = [
  process.env["JSON_SCHEMA_TEST_SUITE"],
  join(import.meta.dir, "suite/node_modules/json-schema-test-suite"),
].find((path) => path !== undefined && existsSync(join(path, "tests/draft2020-12")));

/** Measured on commit 44401e0c of the suite; the shares are floors for later ones. */
const DRAFTS = [
  { folder: "draft4", uri: "http://json-schema.org/draft-04/schema#", floor: 0.993 },
  { folder: "draft6", uri: "http://json-schema.org/draft-06/schema#", floor: 0.995 },
  { folder: "draft7", uri: "http://json-schema.org/draft-07/schema#", floor: 0.995 },
  { folder: "draft2019-09", uri: "https://json-schema.org/draft/2019-09/schema", floor: 0.996 },
  { folder: "draft2020-12", uri: "https://json-schema.org/draft/2020-12/schema", floor: 0.981 },
];

/**
 * Every miss, by file and group; docs/contracts.md explains them. `format` is asserted here on
 * purpose.
 */
const MISSES: Readonly<Record<string, readonly string[]>> = {
  draft4: [
    "definitions: validate definition against metaschema",
    "ref: remote ref, containing refs itself",
  ],
  draft6: [
    "definitions: validate definition against metaschema",
    "ref: remote ref, containing refs itself",
  ],
  draft7: [
    "definitions: validate definition against metaschema",
    "ref: remote ref, containing refs itself",
  ],
  "draft2019-09": [
    "defs: validate definition against metaschema",
    "ref: remote ref, containing refs itself",
    "vocabulary: schema that uses custom metaschema with with no validation vocabulary",
  ],
  "draft2020-12": [
    "defs: validate definition against metaschema",
    ...formatNames().map((format) => `format: ${format} format`),
    "ref: remote ref, containing refs itself",
    "vocabulary: schema that uses custom metaschema with with no validation vocabulary",
  ],
};

interface Group {
  readonly description: string;
  readonly schema: JsonSchema | boolean;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

const title =
  SUITE === undefined
    ? "JSON-Schema-Test-Suite (skipped: not installed, and JSON_SCHEMA_TEST_SUITE names no checkout)"
    : "JSON-Schema-Test-Suite";

describe.skipIf(SUITE === undefined)(title, () => {
  const root = SUITE ?? "";
  for (const { folder, uri, floor } of DRAFTS) {
    test(`compileContract() meets ${folder}, but for the misses that are explained`, () => {
      const documents = readRemotes(join(root, "remotes"), "http://localhost:1234/");
      let [passed, total] = [0, 0];
      const missed = new Set<string>();
      for (const file of readdirSync(join(root, "tests", folder)).filter((name) =>
        name.endsWith(".json"),
      )) {
        for (const group of readGroups(join(root, "tests", folder, file))) {
          const verdicts = judge(group, uri, documents);
          total += verdicts.length;
          passed += verdicts.filter(Boolean).length;
          if (verdicts.includes(false))
            missed.add(`${file.replace(".json", "")}: ${group.description}`);
        }
      }
      expect([...missed].toSorted()).toEqual([...(MISSES[folder] ?? [])].toSorted());
      expect(total).toBeGreaterThan(600);
      expect(passed / total).toBeGreaterThanOrEqual(floor);
    });
  }

  test("compileContract() asserts formats as the optional tests of 2020-12 want them", () => {
    const folder = join(root, "tests/draft2020-12/optional/format");
    const missed: string[] = [];
    for (const file of readdirSync(folder)) {
      for (const group of readGroups(join(folder, file))) {
        const verdicts = judge(group, "https://json-schema.org/draft/2020-12/schema", {});
        for (const [index, one] of group.tests.entries())
          if (!verdicts[index]) missed.push(`${file}: ${one.description}`);
      }
    }
    expect(missed).toEqual([
      "iri.json: an IPvFuture host with an uppercase version letter is valid",
    ]);
  });
});

function judge(
  group: Group,
  uri: string,
  documents: Readonly<Record<string, JsonSchema>>,
): boolean[] {
  const written = typeof group.schema === "boolean" ? { allOf: [group.schema] } : group.schema;
  const compiled = compileContract({ $schema: uri, ...written }, { documents, atOnce: true });
  return group.tests.map(
    ({ data, valid }) => compiled.ok && compiled.contract.check(data).ok === valid,
  );
}

function readGroups(path: string): readonly Group[] {
  const groups: Group[] = JSON.parse(readFileSync(path, "utf8"));
  return groups;
}

function readRemotes(folder: string, base: string): Record<string, JsonSchema> {
  const found: Record<string, JsonSchema> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) Object.assign(found, readRemotes(path, `${base}${entry.name}/`));
    else {
      const schema: unknown = JSON.parse(readFileSync(path, "utf8"));
      if (isObject(schema)) found[base + entry.name] = schema;
    }
  }
  return found;
}
