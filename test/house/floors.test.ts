import { expect, test } from "bun:test";
import { Glob } from "bun";
import { dirname, join, normalize } from "node:path";

const SOURCE = join(import.meta.dir, "../../src");

/**
 * What stands on which floor; a value import goes down only. A folder that is not here is a
 * decision still to be made.
 */
const FLOORS: Record<string, number> = {
  core: 0,
  redaction: 0.1,
  config: 0.2,
  contract: 1,
  program: 1,
  answer: 1,
  policy: 1,
  process: 1.5,
  packages: 1.6,
  media: 2,
  mcp: 2.1,
  openapi: 2.1,
  model: 2,
  plugin: 2,
  sandbox: 2,
  store: 2,
  library: 2,
  engine: 3,
  insight: 4,
  rows: 4.2,
  testing: 4.3,
  authoring: 4.4,
  chat: 4.5,
  doctor: 5,
  server: 5.1,
  cli: 6,
};
/** Files of `src/` itself. */
const ROOT_FILES: Record<string, number> = {
  "tool-sources.ts": 3.7,
  "recording.ts": 3.8,
  "vectors.ts": 3.9,
  "programs.ts": 4.1,
  "workspace.ts": 4.2,
  "shared.ts": 4,
  "machine.ts": 4.3,
  "app.ts": 4.4,
  "index.ts": 7,
  "register.ts": 7,
  "main.ts": 7,
};
/**
 * The one thing outside of `src/` that its code may import: what the host and the kit for plugins
 * share.
 */
const PROTOCOL = "../plugins/sdk/protocol.ts";
/** What `plugins new` writes, taken in as text. */
const TEMPLATES = /^\.\.\/plugins\/(?:echo|counter)\//;
/** Neighbours that may look at each other. */
const ALLOWED = new Set(["program>contract", "answer>contract"]);
/** Modules that reach the world; floor 1 has none of them. */
const IMPURE = /^(?:node:(?!path)|bun:|openai|ollama)/;

function importsOf(file: string): string[] {
  const code = require("node:fs").readFileSync(join(SOURCE, file), "utf8").replace(/^#!.*/, "");
  return new Bun.Transpiler({ loader: "ts" }).scanImports(code).map((found) => found.path);
}

function roomOf(file: string): { name: string; floor: number | undefined } {
  const [first = ""] = file.split("/");
  if (file === PROTOCOL || TEMPLATES.test(file)) return { name: file, floor: 0 };
  if (!file.includes("/")) return { name: first, floor: ROOT_FILES[first] };
  return { name: first, floor: FLOORS[first] };
}

const files = [...new Glob("**/*.ts").scanSync(SOURCE)].filter((file) => !file.endsWith(".d.ts"));

test("every folder of src stands on a floor", () => {
  expect(files.filter((file) => roomOf(file).floor === undefined)).toEqual([]);
});

test("value imports go down only, and neighbours don't look at each other", () => {
  const wrong: string[] = [];
  for (const file of files) {
    const from = roomOf(file);
    for (const path of importsOf(file)) {
      if (from.floor === 1 && IMPURE.test(path)) wrong.push(`${file} reaches the world: ${path}`);
      if (!path.startsWith(".") || !path.endsWith(".ts")) continue;
      const to = roomOf(normalize(join(dirname(file), path)));
      if (to.name === from.name || ALLOWED.has(`${from.name}>${to.name}`)) continue;
      if ((to.floor ?? 99) >= (from.floor ?? 0))
        wrong.push(`${file} (${from.floor}) imports ${path} (${to.floor})`);
    }
  }
  expect(wrong).toEqual([]);
});
