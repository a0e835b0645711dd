import { describe, expect, test } from "bun:test";
import { assert, property } from "fast-check";
import { stringify } from "yaml";
import { setInYaml, unsetInYaml } from "../../src/config/edit-yaml.ts";
import { isObject } from "../../src/core/json.ts";
import { parseYaml } from "../../src/core/yaml.ts";
import { drawn, pick, type Roll } from "../contract/fits-schemas.ts";

const RUNS = Number(process.env["FC_RUNS"] ?? 500);

const TEXT = `# mine
runtime:
  default_model: a/b   # the usual one
  deadlines: { first: 15,   gap: 15 }

# servers
providers:
    acme:   # ours
        base_url: "http://x.y/v1"
library: [~/p, './q']
`;

describe("setInYaml() changes one place and leaves the rest as it stands", () => {
  test.each<[string, readonly string[], unknown, string, string]>([
    [
      "a value",
      ["runtime", "default_model"],
      "c/d",
      "default_model: a/b   # the usual one",
      "default_model: c/d # the usual one",
    ],
    [
      "a value in braces",
      ["runtime", "deadlines", "first"],
      20,
      "{ first: 15,   gap: 15 }",
      "{ first: 20, gap: 15 }",
    ],
    [
      "a new key",
      ["runtime", "default_max_retries"],
      1,
      "gap: 15 }\n",
      "gap: 15 }\n  default_max_retries: 1\n",
    ],
    ["a list", ["library"], ["~/r"], "[~/p, './q']", "[~/r]"],
    [
      "a new mapping at the end",
      ["sandbox", "require"],
      "kernel",
      "'./q']\n",
      "'./q']\nsandbox:\n  require: kernel\n",
    ],
    [
      "a word that YAML 1.1 reads otherwise",
      ["runtime", "default_model"],
      "yes",
      "default_model: a/b   # the usual one",
      "default_model: yes # the usual one",
    ],
    [
      "a text that looks like a number",
      ["runtime", "default_model"],
      "15",
      "default_model: a/b   # the usual one",
      'default_model: "15" # the usual one',
    ],
  ])("%s", (_, path, value, old, by) => {
    expect(TEXT).toContain(old);
    expect(setInYaml(TEXT, path, value)).toBe(TEXT.replace(old, () => by));
    const lines = (text: string): string => text.replaceAll("\n", "\r\n");
    expect(setInYaml(lines(TEXT), path, value)).toBe(lines(TEXT.replace(old, () => by)));
  });

  test("begins a file, and a mapping of a key without a value", () => {
    expect(setInYaml("", ["a", "b"], 1)).toBe("a:\n  b: 1\n");
    expect(setInYaml("# mine\n", ["a"], 1)).toBe("# mine\na: 1\n");
    expect(setInYaml("a:   # here\nc: 1", ["a", "b"], 1)).toContain("# here");
    expect(setInYaml("c: 1", ["a"], 1)).toBe("c: 1\na: 1\n");
  });

  test("is not done in a text that is broken, or behind an alias", () => {
    expect(setInYaml("a: [", ["a"], 1)).toBeNull();
    expect(setInYaml("x: &x { b: 1 }\na: *x\n", ["a", "b"], 2)).toBeNull();
  });
});

describe("unsetInYaml() takes one place out", () => {
  test.each<[string, readonly string[], string]>([
    ["a value", ["runtime", "default_model"], "  default_model: a/b   # the usual one\n"],
    ["a list", ["library"], "library: [~/p, './q']\n"],
    [
      "the last value of a mapping, and the mapping",
      ["providers", "acme", "base_url"],
      'providers:\n    acme:   # ours\n        base_url: "http://x.y/v1"\n',
    ],
    ["what is not there", ["media", "allow"], ""],
  ])("%s", (_, path, gone) => {
    expect(unsetInYaml(TEXT, path)).toBe(TEXT.replace(gone, ""));
  });
});

function randomTree(roll: Roll, depth: number): unknown {
  const kind = roll(depth === 0 ? 3 : 5);
  if (kind === 0) return pick(roll, [1, true, 0.5]);
  if (kind < 3) return pick(roll, ["x", "yes", "15", "a: b", "# no", "two words", "é", "[ ]"]);
  if (kind === 3) return Array.from({ length: 1 + roll(2) }, () => randomTree(roll, 0));
  return Object.fromEntries(
    pick(roll, [["a"], ["b", "a"], ["a", "c/d"]]).map((key) => [key, randomTree(roll, depth - 1)]),
  );
}

test("an edit does what it says, or nothing, in any file; and loses no comment of other keys", () => {
  let done = 0;
  assert(
    property(
      drawn((roll) => {
        const root = { a: randomTree(roll, 3), b: randomTree(roll, 3), "c/d": randomTree(roll, 2) };
        const indent = 2 + roll(3);
        const text = stringify(root, {
          indent,
          lineWidth: 0,
          ...(roll(3) === 0 ? { collectionStyle: "flow" as const } : {}),
        });
        const lines = text
          .split("\n")
          .map((line) => (/^\S+:/.test(line) ? `# over ${line.split(":")[0]}\n${line}` : line));
        const path = ["a", "b", "c/d", "e"].slice(roll(3)).slice(0, 1 + roll(3));
        return { text: lines.join("\n"), path, value: randomTree(roll, 1), root };
      }),
      ({ text, path, value }) => {
        const comments = text.match(/^# over .*$/gm) ?? [];
        const set = setInYaml(text, path, value);
        if (set !== null) {
          done++;
          const after = parseYaml(set);
          const found = path.reduce<unknown>(
            (from, key) => (isObject(from) ? from[key] : undefined),
            after.ok ? after.value : null,
          );
          expect(found).toEqual(value);
          expect(set.match(/^# over .*$/gm) ?? []).toEqual(comments);
        }
        const unset = unsetInYaml(text, path);
        const after = unset === null ? null : parseYaml(unset);
        if (after?.ok) {
          const left = path.reduce<unknown>(
            (from, key) => (isObject(from) ? from[key] : undefined),
            after.value,
          );
          expect(left).toBeUndefined();
        }
      },
    ),
    { numRuns: RUNS },
  );
  expect(done).toBeGreaterThan(RUNS / 4);
}, 300_000);
