import { describe, expect, test } from "bun:test";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";

const command: Command = {
  name: "x",
  summary: "",
  positionals: [{ name: "FILE", description: "", required: true, many: true }],
  options: {
    model: { type: "string", description: "", alias: "m" },
    level: { type: "enum", options: ["low", "high"], description: "", default: "low" },
    quiet: { type: "boolean", description: "" },
    "no-cache": { type: "boolean", description: "" },
  },
  rest: "fields",
  examples: [],
  run: async () => 0,
};

describe("parseArguments() reads", () => {
  test.each([
    [["f"], { model: null, level: "low", quiet: false, cache: false }],
    [["f", "--model", "a/b", "--level=high"], { model: "a/b", level: "high" }],
    [["--model=a", "f", "--model", "b=c"], { model: "b=c" }],
    [["-m", "a", "f"], { model: "a" }],
    [["--model", "-", "f"], { model: "-" }],
    [["--model", "--quiet", "f"], { model: "--quiet", quiet: false }],
    [["--model=", "f"], { model: "" }],
    [["--quiet", "f"], { quiet: true }],
    [["--quiet=true", "f"], { quiet: true }],
    [["--quiet=false", "f"], { quiet: false }],
    [["--no-quiet", "f", "--quiet"], { quiet: false }],
    [["--no-cache", "f"], { cache: true }],
    [["--no-cache=false", "f"], { cache: false }],
  ])("%j", (args, expected) => {
    const { options, positionals } = parseArguments(command, args);
    const read = {
      model: options.text("model"),
      level: options.text("level"),
      quiet: options.flag("quiet"),
      cache: options.flag("no-cache"),
    };
    expect(read).toMatchObject(expected);
    expect(positionals).toEqual(["f"]);
  });

  test("every value of an option that is repeated, and words that only look like options", () => {
    const { options, positionals, rest } = parseArguments(
      command,
      "--model a -5 - --model=b f -- --quiet x=1".split(" "),
    );
    expect(options.texts("model")).toEqual(["a", "b"]);
    expect(positionals).toEqual(["-5", "-", "f"]);
    expect(rest).toEqual(["--quiet", "x=1"]);
  });
});

test.each([
  [["f", "--modle", "a"], "unknown option --modle; did you mean --model?"],
  [["f", "--no-model"], "unknown option --no-model"],
  [["f", "--model"], "option --model needs a value"],
  [["f", "--quiet=yes"], "option --quiet takes no value"],
  [["f", "--level", "middle"], 'option --level is "middle", but one of low, high is wanted'],
  [[], "FILE is missing"],
])("parseArguments() refuses %j", (args, message) => {
  expect(() => parseArguments(command, args)).toThrow(message);
});
