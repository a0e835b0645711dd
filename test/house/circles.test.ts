import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const SOURCE = join(import.meta.dir, "../../src");

/** What each file imports, types and what is loaded later as well. */
function importsOf(): Map<string, readonly string[]> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" });
  return new Map(
    files
      .filter((file) => file.endsWith(".ts"))
      .map((file) => {
        const text = readFileSync(join(SOURCE, file), "utf8");
        const found = text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*"(\.[^"]+\.ts)"/g);
        return [file, [...found].map(([, path = ""]) => normalize(join(dirname(file), path)))];
      }),
  );
}

/** The first circle there is, from a file back to itself; null where there is none. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  function visit(file: string, path: readonly string[]): readonly string[] | null {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  }
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return null;
}

test("no file imports itself by way of others, not even for a type", () => {
  const imports = importsOf();
  expect(imports.size).toBeGreaterThan(300);
  expect(circleIn(imports)).toBeNull();
});

test("a circle would be found", () => {
  const imports = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", []],
    ["d", ["b"]],
  ]);
  expect(circleIn(imports)).toEqual(["b", "d", "b"]);
});
