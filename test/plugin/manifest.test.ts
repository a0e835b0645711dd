import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest, startCommand } from "../../src/plugin/manifest.ts";
import { makeFolder } from "../cli/command-line.ts";
import { failureOf } from "./failure.ts";

const MANIFEST = {
  name: "sample",
  version: "1.0.0",
  description: "A sample.",
  language: "typescript",
  interface_version: 1,
  command: { default: ["main.ts"] },
  provides: ["chat"],
};

const TOOL = { name: "find", description: "Finds.", input: { type: "object" } };
const TOOLED = {
  ...MANIFEST,
  interface_version: 2,
  provides: ["tools/call", "tools/list"],
  tools: [TOOL],
};

function folderWith(manifest: unknown, files: Record<string, string> = {}): string {
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return makeFolder({ "main.ts": "", "modullm-plugin.json": text, ...files });
}

function start(manifest: object, options: Partial<Parameters<typeof startCommand>[1]> = {}) {
  const loaded = {
    manifest: { ...MANIFEST, ...manifest } as never,
    folder: "/p",
    file: "/p/modullm-plugin.json",
  };
  return startCommand(loaded, {
    executable: "/bin/me",
    env: {},
    node: false,
    platform: "linux",
    ...options,
  });
}

describe("readManifest()", () => {
  test("reads modullm-plugin.json", async () => {
    const folder = folderWith({ ...MANIFEST, env: ["A_KEY", "A_KEY"], $schema: "x" });
    expect(await readManifest(folder)).toEqual({
      manifest: { ...MANIFEST, env: ["A_KEY"] } as never,
      folder,
      file: join(folder, "modullm-plugin.json"),
    });
  });

  test("takes the field of package.json, with the package's version and description", async () => {
    const { version, description, ...field } = MANIFEST;
    const folder = makeFolder({
      "main.ts": "",
      "package.json": JSON.stringify({
        name: "modullm-plugin-sample",
        version,
        description,
        modullm: field,
      }),
    });
    expect((await readManifest(folder)).manifest).toMatchObject({
      name: "sample",
      version,
      description,
    });
  });

  test.each([
    ["no JSON", "{", "is not JSON"],
    ["a list", [], "must be an object, but it is a list"],
    ["no name", { ...MANIFEST, name: undefined }, "name is missing"],
    ["a name with a path", { ...MANIFEST, name: "../x" }, "lower-case letters"],
    ["a name in capitals", { ...MANIFEST, name: "Sample" }, "lower-case letters"],
    ["a blank description", { ...MANIFEST, description: " " }, "description is blank"],
    [
      "a number as version",
      { ...MANIFEST, version: 1 },
      "version must be a string, but it is the number 1",
    ],
    ["half a version", { ...MANIFEST, version: "1.0" }, "a version such as 1.2.0"],
    [
      "a later interface",
      { ...MANIFEST, interface_version: 3 },
      "made for version 3 of the interface",
    ],
    [
      "tools in version 1",
      { ...TOOLED, interface_version: 1 },
      "tools need an interface_version of 2",
    ],
    ["tools that are missing", { ...TOOLED, tools: undefined }, "tools is missing"],
    ["no tool", { ...TOOLED, tools: [] }, "tools has 0 entries"],
    ["a tool twice", { ...TOOLED, tools: [TOOL, TOOL] }, 'tools has "find" twice'],
    [
      "tools that can't be called",
      { ...TOOLED, provides: ["chat", "tools/list"] },
      "provides must have tools/list and tools/call",
    ],
    [
      "a tool with blanks in its name",
      { ...TOOLED, tools: [{ ...TOOL, name: "find it" }] },
      'tools.0.name is "find it"',
    ],
    [
      "a tool without a description",
      { ...TOOLED, tools: [{ ...TOOL, description: undefined }] },
      "tools.0.description is missing",
    ],
    [
      "a tool that takes a list",
      { ...TOOLED, tools: [{ ...TOOL, input: { type: "array" } }] },
      'tools.0.input must have the type "object"',
    ],
    [
      "an output that is no schema",
      { ...TOOLED, tools: [{ ...TOOL, output: { type: "text" } }] },
      "tools.0.output is no JSON Schema: tools.0.output.type",
    ],
    [
      "half a version of a tool",
      { ...TOOLED, tools: [{ ...TOOL, version: "1" }] },
      "tools.0.version is",
    ],
    [
      "an unknown key of a tool",
      { ...TOOLED, tools: [{ ...TOOL, inputs: {} }] },
      'unknown key "tools.0.inputs". Did you mean "input"?',
    ],
    [
      "no interface",
      { ...MANIFEST, interface_version: undefined },
      "interface_version must be a whole number",
    ],
    [
      "an unknown key",
      { ...MANIFEST, provide: ["chat"] },
      'unknown key "provide". Did you mean "provides"?',
    ],
    [
      "an unknown platform",
      { ...MANIFEST, command: { windows: ["main.ts"] } },
      'unknown key "command.windows"',
    ],
    ["no platform", { ...MANIFEST, command: {} }, "command names no platform"],
    ["an empty command", { ...MANIFEST, command: { default: [] } }, "command.default is empty"],
    [
      "arguments for TypeScript",
      { ...MANIFEST, command: { default: ["main.ts", "-x"] } },
      "one file for typescript",
    ],
    [
      "an option as program",
      { ...MANIFEST, command: { default: ["--eval"] } },
      "begins with no program",
    ],
    [
      "a file outside",
      { ...MANIFEST, command: { default: ["../main.ts"] } },
      "inside of the plugin's folder",
    ],
    [
      "an absolute file",
      { ...MANIFEST, command: { default: ["/bin/sh"] } },
      "inside of the plugin's folder",
    ],
    [
      "a hidden way out",
      { ...MANIFEST, command: { default: ["a/../../b.ts"] } },
      "inside of the plugin's folder",
    ],
    [
      "an absolute program",
      { ...MANIFEST, language: "bash", command: { default: ["/bin/sh"] } },
      "inside of the",
    ],
    [
      "a Windows path",
      { ...MANIFEST, command: { default: ["C:main.ts"] } },
      "inside of the plugin's folder",
    ],
    [
      "a file that is missing",
      { ...MANIFEST, command: { default: ["gone.ts"] } },
      "is no file of the plugin",
    ],
    ["nothing provided", { ...MANIFEST, provides: [] }, "provides is empty"],
    ["something unknown", { ...MANIFEST, provides: ["chatt"] }, 'Did you mean "chat"?'],
    ["something twice", { ...MANIFEST, provides: ["chat", "chat"] }, "names something twice"],
    ["no variable's name", { ...MANIFEST, env: ["A KEY"] }, "no name of an environment variable"],
    ["a variable that loads code", { ...MANIFEST, env: ["NODE_OPTIONS"] }, "which no plugin gets"],
    ["the runtime's own variable", { ...MANIFEST, env: ["BUN_BE_BUN"] }, "which no plugin gets"],
    ["the loader's variable", { ...MANIFEST, env: ["LD_PRELOAD"] }, "which no plugin gets"],
    [
      "settings that are no schema",
      { ...MANIFEST, settings: { type: "strin" } },
      "settings is no JSON Schema",
    ],
    [
      "settings as a list",
      { ...MANIFEST, settings: [] },
      "settings must be a JSON Schema, but it is a list",
    ],
  ])("refuses %s", async (_, manifest, reason) => {
    const { code, message } = await failureOf(readManifest(folderWith(manifest)));
    expect(code).toBe("RLLM_019");
    expect(message).toContain(reason);
  });

  test("refuses a program, and a manifest, that is a link", async () => {
    const folder = folderWith({ ...MANIFEST, command: { default: ["link.ts"] } });
    symlinkSync(join(folder, "main.ts"), join(folder, "link.ts"));
    expect((await failureOf(readManifest(folder))).message).toContain("is no file of the plugin");
    const other = makeFolder({ "main.ts": "" });
    symlinkSync(join(folder, "modullm-plugin.json"), join(other, "modullm-plugin.json"));
    expect((await failureOf(readManifest(other))).message).toContain("is not a regular file");
  });

  test("refuses a program in a folder that is a link to elsewhere", async () => {
    const elsewhere = makeFolder({ "main.ts": "" });
    const folder = folderWith({ ...MANIFEST, command: { default: ["code/main.ts"] } });
    symlinkSync(elsewhere, join(folder, "code"));
    expect((await failureOf(readManifest(folder))).message).toContain("is no file of the plugin");
  });

  test("a folder without either file, and one with a package that is no plugin", async () => {
    const folder = makeFolder();
    expect((await failureOf(readManifest(folder))).message).toContain(
      'there is no modullm-plugin.json, and no field "modullm"',
    );
    writeFileSync(join(folder, "package.json"), '{"name": "x"}');
    expect((await failureOf(readManifest(folder))).message).toContain('no field "modullm"');
    mkdirSync(join(folder, "modullm-plugin.json"));
    expect((await failureOf(readManifest(folder))).message).toContain("is not a regular file");
  });
});

describe("startCommand()", () => {
  test("runs TypeScript on the program itself, which fetches nothing and reads no .env", () => {
    expect(start({})).toEqual({
      command: "/bin/me",
      args: ["run", "--no-install", "--no-env-file", "--no-orphans", "/p/main.ts"],
      env: { BUN_BE_BUN: "1", BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" },
      cwd: "/p",
    });
  });

  test("under Node, on Node", () => {
    expect(start({ language: "javascript" }, { node: true })).toMatchObject({
      args: ["/p/main.ts"],
      env: {},
    });
  });

  test("gives the variables that the manifest names, and four more, to no other", () => {
    const env = {
      PATH: "/bin",
      HOME: "/h",
      TMPDIR: "/t",
      LANG: "C",
      A_KEY: "k",
      B_KEY: "no",
      NODE_OPTIONS: "--require=x",
    };
    const started = start(
      { language: "python", command: { default: ["python3", "main.py"] }, env: ["A_KEY"] },
      { env },
    );
    const { B_KEY: _, NODE_OPTIONS: __, ...given } = env;
    expect(started).toEqual({
      command: "python3",
      args: ["main.py"],
      env: { ...given, PYTHONDONTWRITEBYTECODE: "1" },
      cwd: "/p",
    });
  });

  test("takes the command of the platform, and a path from the folder", () => {
    const command = { linux: ["bin/run", "x"], darwin: ["bin/mac"] };
    expect(start({ language: "binary", command })).toMatchObject({
      command: "/p/bin/run",
      args: ["x"],
    });
    expect(() => start({ language: "binary", command }, { platform: "win32" })).toThrow(
      'Cannot start plugin "sample": it has no command for win32, only for linux, darwin',
    );
  });

  test("on Windows case does not count in names, and a process gets what it can't do without", () => {
    const env = { Path: "C:\\bin", SystemRoot: "C:\\Windows", a_key: "k", SECRET: "s" };
    expect(start({ env: ["A_KEY"] }, { platform: "win32", env }).env).toEqual({
      Path: "C:\\bin",
      SystemRoot: "C:\\Windows",
      a_key: "k",
      BUN_BE_BUN: "1",
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
    });
  });
});
