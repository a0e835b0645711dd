import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  commandName,
  GLOBAL_OPTIONS,
  parseArguments,
  splitGlobals,
  takesValue,
} from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { readPages, ROOT } from "./page.ts";
import { modullmCommands } from "./shell.ts";

const PAGES = readPages();
const SHELL = PAGES.flatMap((page) =>
  page.blocks
    .filter(({ language }) => language === "sh" || language === "bash")
    .flatMap(({ text, line }) =>
      modullmCommands(text).map((words) => [`${page.path}:${line}`, words] as const),
    ),
);
/** What stands between backticks in a sentence: `modullm run FILE --trace PATH`. */
const INLINE = [
  ...PAGES.map(({ path }) => path),
  ...new Glob("src/cli/topics/*.md").scanSync(ROOT),
].flatMap((path) =>
  [
    ...readFileSync(join(ROOT, path), "utf8").matchAll(/(?<!`)`((?:modullm|runllm) [^`\n]+)`/g),
  ].flatMap(([, text = ""]) => modullmCommands(text).map((words) => [path, words] as const)),
);

describe("modullmCommands()", () => {
  test.each([
    ["modullm trust   # this folder", [["trust"]]],
    ["cat a.txt | modullm run a.rllm --input - > out.json", [["run", "a.rllm", "--input", "-"]]],
    ["X=1 dist/modullm run a.rllm && runllm stats", [["run", "a.rllm"], ["stats"]]],
    ["modullm run a.rllm \\\n  -- note='a | b # c'", [["run", "a.rllm", "--", "note=a | b # c"]]],
    [
      "modullm plugins install git+https://a.example/b.git#main",
      [["plugins", "install", "git+https://a.example/b.git#main"]],
    ],
    ["BUN_BE_BUN=1 modullm test; npm run modullm", []],
  ])("takes %j apart", (text, words) => {
    expect(modullmCommands(text)).toEqual(words);
  });
});

describe("commands in the pages", () => {
  test("are found", () => {
    expect(SHELL.length).toBeGreaterThan(25);
    expect(INLINE.length).toBeGreaterThan(50);
  });

  test.each(SHELL)("%s %j is taken by the command line", async (_, words) => {
    const name = commandName(words);
    const command = name === null ? null : await commandOf(name);
    const globals = splitGlobals(words, command === null ? () => false : takesValue(command));
    if (command === null || globals.help || globals.version) return;
    parseArguments(command, globals.args);
  });

  test.each(INLINE)("%s %j names a command and options that there are", async (_, words) => {
    const [name = "", ...rest] = words;
    if (/^[-…]/.test(name)) return;
    const { options } = await commandOf(name);
    const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
    const given = own
      .filter((word) => word.startsWith("--"))
      .map((word) => word.slice(2).split("=")[0] ?? "");
    expect(given.filter((option) => !(option in options) && !(option in GLOBAL_OPTIONS))).toEqual(
      [],
    );
  });
});

async function commandOf(name: string): Promise<Command> {
  const load = COMMANDS[name];
  if (load === undefined) throw new Error(`there is no command "${name}"`);
  return await load();
}
