import { beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Manifest, ToolInfo } from "../../plugins/sdk/protocol.ts";
import { breaksSince, isMajor, sameTool, toolBreaks } from "../../src/plugin/tool-changes.ts";
import { makeFolder, modullm } from "../cli/command-line.ts";

const TOOL: ToolInfo = {
  name: "find",
  description: "Finds.",
  input: {
    type: "object",
    properties: { id: { type: "integer", minimum: 0 }, deep: { type: "boolean" } },
    required: ["id"],
    additionalProperties: false,
  },
  output: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
};

function manifest(version: string, ...tools: readonly ToolInfo[]): Manifest {
  return {
    name: "finder",
    version,
    description: "Finds.",
    language: "bash",
    interface_version: 2,
    command: { default: ["bash", "main.sh"] },
    provides: ["tools/call", "tools/list"],
    tools,
  };
}

function withInput(input: object): ToolInfo {
  return { ...TOOL, input: { ...TOOL.input, ...input } };
}

describe("toolBreaks() finds", () => {
  test.each<[string, ToolInfo[], string | null]>([
    ["nothing where nothing changed", [TOOL], null],
    ["nothing in other words", [{ ...TOOL, description: "Looks up." }], null],
    ["nothing in another tool", [TOOL, { ...TOOL, name: "list" }], null],
    [
      "nothing where more is taken",
      [withInput({ properties: { id: { type: "integer" }, deep: {}, more: {} } })],
      null,
    ],
    ["nothing where less is required", [withInput({ required: [] })], null],
    [
      "nothing where more is promised",
      [
        {
          ...TOOL,
          output: {
            ...TOOL.output,
            required: ["name", "id"],
            properties: { name: { type: "string" }, id: {} },
          },
        },
      ],
      null,
    ],
    ["that a tool is gone", [], "is gone"],
    ["that a tool has another name", [{ ...TOOL, name: "lookup" }], "is gone"],
    [
      "an input that is refused now",
      [withInput({ properties: { id: { type: "integer", minimum: 1 }, deep: {} } })],
      "no longer takes what it took",
    ],
    ["what is required now", [withInput({ required: ["id", "deep"] })], "no longer takes"],
    [
      "a property that is refused now",
      [withInput({ properties: { id: { type: "integer" } } })],
      "no longer takes",
    ],
    [
      "a value that could not come before",
      [{ ...TOOL, output: { type: "object" } }],
      "may give what it did not give",
    ],
    [
      "that nothing is promised any more",
      [{ name: TOOL.name, description: "", input: TOOL.input }],
      "may give what it did not give",
    ],
  ])("%s", (_, tools, reason) => {
    const breaks = toolBreaks(manifest("1.2.0", TOOL), manifest("1.3.0", ...tools));
    if (reason === null) expect(breaks).toEqual([]);
    else expect(breaks).toEqual([{ tool: "find", reason: expect.stringContaining(reason) }]);
    expect(toolBreaks(manifest("1.2.0", TOOL), manifest("2.0.0", ...tools))).toEqual([]);
  });
  test("nothing where the tool's own version says so", () => {
    const [old, now] = [
      { ...TOOL, version: "1.0.0" },
      { ...withInput({ required: ["id", "deep"] }), version: "2.0.0" },
    ];
    expect(toolBreaks(manifest("1.2.0", old), manifest("1.3.0", now))).toEqual([]);
  });
});

test("sameTool() looks at what a tool promises, in whatever order it is written", () => {
  const turned = Object.fromEntries(Object.entries(TOOL.input).toReversed());
  expect(sameTool(TOOL, { ...TOOL, input: turned, description: "Another." })).toBe(true);
  expect(sameTool(TOOL, { ...TOOL, version: "1.0.0" })).toBe(false);
});

test("breaksSince() counts every change where the manifest of before is lost", () => {
  const tools = { find: "0".repeat(64) };
  const lost = "has changed, and what it was is lost";
  expect(breaksSince({ version: "1.2.0", tools }, null, manifest("1.3.0", TOOL))).toEqual([
    { tool: "find", reason: lost },
  ]);
  expect(breaksSince({ version: "1.2.0", tools }, null, manifest("2.0.0", TOOL))).toEqual([]);
  expect(breaksSince({ version: "1.2.0" }, null, manifest("1.3.0", TOOL))).toEqual([]);
});

test.each([
  ["1.2.3", "2.0.0", true],
  ["1.2.3", "1.3.0", false],
  ["0.1.0", "0.2.0", true],
  ["0.1.0", "0.1.1", false],
  ["0.0.1", "0.0.2", true],
  ["0.0.0", "0.0.0", false],
  ["2.0.0", "1.9.0", false],
  ["1.2.3-beta.1", "2.0.0-beta.1", true],
])("isMajor() from %s to %s is %p", (before, after, major) => {
  expect(isMajor(before, after)).toBe(major);
});

describe("modullm plugins update", () => {
  const source = join(import.meta.dir, "../../plugins/counter/bash");
  let folder: string;
  beforeEach(() => {
    const files = ["counter.sh", "modullm-plugin.sh", "modullm-plugin.json"];
    const texts = files.map((file) => [
      `counter/${file}`,
      readFileSync(join(source, file), "utf8"),
    ]);
    folder = makeFolder(Object.fromEntries(texts) as Record<string, string>);
  });

  function change(version: string, edit: (text: string) => string): void {
    for (const [file, own] of [
      ["modullm-plugin.json", edit],
      ["counter.sh", (text: string) => text],
    ] as const) {
      const path = join(folder, "counter", file);
      writeFileSync(path, own(readFileSync(path, "utf8")).replaceAll("1.0.0", version));
    }
  }

  async function plugins(...words: readonly string[]) {
    const { json, stderr } = await modullm(["plugins", ...words], { folder });
    return { result: json() as Record<string, unknown>, stderr };
  }

  const requires = (text: string): string =>
    text.replace('"text": { "type": "string" }', '"text": { "type": "string", "minLength": 1 }');

  test("refuses what breaks programs without a new major version, and install takes it", async () => {
    const installed = await plugins("install", "./counter", "--yes");
    expect(installed.result).toMatchObject({ version: "1.0.0", tools: ["count"] });
    const lock = JSON.parse(readFileSync(join(folder, "data/modullm/plugins.lock.json"), "utf8"));
    expect(lock.counter.tools).toEqual({ count: expect.stringMatching(/^[0-9a-f]{64}$/) });
    change("1.1.0", requires);
    const { result } = await plugins("update", "counter", "--yes");
    expect(result).toMatchObject({
      error_code: "RLLM_019",
      details: { reason: expect.stringContaining('its tool "count" no longer takes what it took') },
    });
    expect((await plugins("info", "counter")).result["version"]).toBe("1.0.0");
    const taken = await plugins("install", "./counter", "--yes");
    expect(taken.result).toMatchObject({ version: "1.1.0", breaks: [{ tool: "count" }] });
    expect(taken.stderr).toContain('The tool "count" of "counter" no longer takes what it took');
  });
  test("takes the same with a new major version", async () => {
    await plugins("install", "./counter", "--yes");
    change("2.0.0", requires);
    const { result } = await plugins("update", "counter", "--yes");
    expect(result).toMatchObject({ plugins: [{ version: "2.0.0", previous: "1.0.0" }] });
  });
  test("refuses a change that it can't compare, as the files of before are gone", async () => {
    const { result } = await plugins("install", "./counter", "--yes");
    change("1.1.0", requires);
    rmSync(String(result["folder"]), { recursive: true });
    expect((await plugins("update", "counter", "--yes")).result).toMatchObject({
      error_code: "RLLM_019",
      details: { reason: expect.stringContaining("what it was is lost") },
    });
  });
  test("info and list show tools", async () => {
    await plugins("install", "./counter", "--yes");
    expect((await plugins("info", "counter")).result["tools"]).toMatchObject([
      { name: "count", version: "1.0.0", input: { required: ["text"] } },
    ]);
    expect((await plugins("list")).result).toMatchObject({ plugins: [{ tools: ["count"] }] });
  });
});
