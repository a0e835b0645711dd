import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArguments, splitGlobals, takesValue } from "../../../src/cli/arguments.ts";
import type { Actions } from "../../../src/cli/command.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { fillMarks, marksIn } from "../../../src/cli/topics/fill.ts";
import { MARKS } from "../../../src/cli/topics/marks.ts";
import { TOPICS } from "../../../src/cli/topics/topics.ts";
import { CODES } from "../../../src/core/codes.ts";
import { parseConfigFile } from "../../../src/config/file.ts";
import { loadEncoding } from "../../../src/model/tokens/encoding.ts";
import { environmentName, providerNames, PROVIDERS } from "../../../src/model/providers.ts";
import { makeFolder, modullm } from "../command-line.ts";
import { missingPieces } from "../../docs/console.ts";
import { isComplete, readTopics, type Topic, wordsOf } from "./topic.ts";

const SOURCE = join(import.meta.dir, "../../../src");
const topics = await readTopics();
const each = topics.map((topic) => [topic.name, topic] as const);

describe("the marks of topics", () => {
  const files = readdirSync(join(SOURCE, "cli/topics")).filter((file) => file.endsWith(".md"));
  const written = files.map((file) => readFileSync(join(SOURCE, "cli/topics", file), "utf8"));

  test("every file of a topic is one", () => {
    expect(files.map((file) => file.slice(0, -3)).toSorted()).toEqual(
      Object.keys(TOPICS).toSorted(),
    );
  });

  test("no mark is unused, and none stands for nothing", () => {
    expect([...new Set(written.flatMap(marksIn))].toSorted()).toEqual(
      Object.keys(MARKS).toSorted(),
    );
  });

  test.each(each)("none is left in %s", (_, { text }) => {
    expect(text).not.toContain("@@");
    expect(text).toMatch(/^# \S.*\n\n/);
  });

  test("fillMarks() refuses a mark that stands for nothing", async () => {
    expect(fillMarks("a @@nothing_such@@ b")).rejects.toThrow(
      "@@nothing_such@@ stands for nothing",
    );
    expect(await fillMarks("{{input.a}} @@ @@A@@ @@drafts@@")).toBe(
      "{{input.a}} @@ @@A@@ 4, 6, 7, 2019-09, 2020-12",
    );
  });
});

describe("what topics show", () => {
  test.each(each)(
    "every command of %s is one, with its options and arguments",
    async (_, topic) => {
      const commands = [...topic.commands, ...topic.shown.map(({ command }) => command)];
      expect(commands).toHaveLength(topic.mentions);
      const wrong = await Promise.all(
        commands.map(async (command) => ({ command, fault: await faultOf(command) })),
      );
      expect(wrong.filter(({ fault }) => fault !== null)).toEqual([]);
    },
  );

  test.each(each)("every program of %s passes validate --strict", async (_, { programs }) => {
    const names = Object.keys(programs);
    const folder = makeFolder(programs);
    for (const name of names) {
      const { exit, stdout } = await modullm(["validate", "--strict", name], { folder });
      expect({ name, exit, stdout }).toMatchObject({ name, exit: 0 });
    }
  });

  test.each(each)("what can be typed of %s runs on builtin/baseline", async (_, topic) => {
    for (const { command, exit, stdout, stderr } of await typeAll(topic))
      expect({ command, exit, stdout, stderr }).toMatchObject({ command, exit: 0 });
  });

  test.each(each)("every config.yaml of %s is one", async (_, { configurations }) => {
    for (const text of configurations)
      expect((await parseConfigFile(text, "config.yaml")).warnings).toEqual([]);
  });

  test.each(each)("every code and every variable that %s names exists", (_, { text }) => {
    const codes = text.match(/RLLM_\d+/g) ?? [];
    expect(codes.filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
    const variables = text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
    expect(variables.filter((name) => !isVariable(name))).toEqual([]);
  });
});

describe("help agents", () => {
  const find = (): Topic => topics.find(({ name }) => name === "agents") ?? fail();

  test("runs all its programs, each with an input shown beside it, and checks them before", async () => {
    const { programs } = find();
    const typed = (await typeAll(find())).map(({ command }) => command);
    for (const name of Object.keys(programs)) {
      expect(typed).toContain(`modullm validate --strict ${name}`);
      expect(typed.filter((command) => command.startsWith(`modullm run ${name} `))).not.toEqual([]);
    }
    expect(Object.keys(programs)).toHaveLength(2);
  });

  test("shows what its commands print", async () => {
    const { programs, shown } = find();
    expect(shown).toHaveLength(1);
    for (const one of shown) {
      const { stdout } = await modullm(wordsOf(one.command).slice(1), {
        folder: makeFolder(programs),
      });
      expect(missingPieces(one, stdout)).toEqual([]);
    }
  });

  test("is short enough to be read before work begins", async () => {
    const encoding = await loadEncoding("o200k_base");
    for (const format of ["json", "text"]) {
      const { stdout } = await modullm(["help", "agents", "--format", format]);
      expect(await encoding.count(stdout)).toBeLessThan(MOST_TOKENS);
    }
  });
});

const MOST_TOKENS = 2500;

function fail(): never {
  throw new Error("there is no such topic");
}

/**
 * Types every command that is about a program of the topic, or about what one before it wrote, in
 * the folder of its programs.
 */
async function typeAll({ programs, commands }: Topic) {
  const folder = makeFolder(programs);
  const typed = [];
  for (const command of commands) {
    const words = wordsOf(command).slice(1);
    const isHere = words.some(
      (word) => Object.hasOwn(programs, word) || existsSync(join(folder, word)),
    );
    if (!isHere || !isComplete(command) || command.includes("<") || words.includes("--model"))
      continue;
    typed.push({ command, ...(await modullm(words, { folder })) });
  }
  return typed;
}

/** Why a command can't be typed: what the command line says of its words. Null where it can. */
async function faultOf(shown: string): Promise<string | null> {
  const [, name = "", ...rest] = wordsOf(shown);
  const command = await COMMANDS[name]?.();
  if (command === undefined) return `there is no command ${name}`;
  try {
    const { args } = splitGlobals([name, ...rest], takesValue(command));
    const { positionals } = parseArguments(command, args);
    if (name === "help") return await faultOfTopic(positionals[0]);
    if (command.actions !== undefined && positionals.length > 0)
      return await faultOfAction(command.actions, positionals);
    const [first] = command.positionals;
    const words = Array.isArray(first?.suggest) ? first.suggest : [positionals[0]];
    const isWord = words.includes(positionals[0]);
    return isWord ? null : `${positionals[0]} is not one of ${words.join(", ")}`;
  } catch (thrown) {
    return String(thrown);
  }
}

async function faultOfTopic(topic = "TOPIC"): Promise<string | null> {
  if (topic === "TOPIC") return null;
  const { exit, stderr } = await modullm(["help", topic]);
  return exit === 0 ? null : stderr;
}

async function faultOfAction(
  actions: Actions,
  [action = "", ...words]: readonly string[],
): Promise<string | null> {
  const listed = await actions[action]?.load();
  if (listed === undefined) return `${action} is no action`;
  return words.length < listed.least || words.length > listed.most
    ? `${action} needs ${listed.wants}`
    : null;
}

/** Names that stand for the reader's own, in variables such as `NAME_API_KEY`. */
const PLACEHOLDERS = ["NAME", "GPU", "MINE"];
const code = [...new Glob("**/*.ts").scanSync(SOURCE)]
  .map((file) => readFileSync(join(SOURCE, file), "utf8"))
  .join("\n");

/** A setting of a provider or of a placeholder, or a name that the code reads. */
function isVariable(name: string): boolean {
  if (name.startsWith("RLLM_")) return true;
  const [, front] = /^(.+?)_(?:API_KEY|API_BASE|BASE_URL|TOKEN)$/.exec(name) ?? [];
  const fronts = [...providerNames().map(environmentName), ...PLACEHOLDERS];
  const isKey = PROVIDERS.some(({ keys }) => keys.includes(name));
  return (
    isKey ||
    (front !== undefined && fronts.includes(front)) ||
    new RegExp(`\\b${name}\\b`).test(code)
  );
}
