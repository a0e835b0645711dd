import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DiagnosticSeverity } from "vscode-languageserver/node";
import { makeFolder, programText } from "../../cli/command-line.ts";
import { Editor, type EditorSetting, positionOf } from "./editor.ts";

const GOOD = programText();
let editor: Editor | null = null;

async function start(
  files: Record<string, string> = {},
  setting: EditorSetting = {},
): Promise<Editor> {
  editor = await Editor.start(makeFolder(files), setting);
  return editor;
}

afterEach(async () => {
  await editor?.quit().catch(() => null);
  editor = null;
});

describe("modullm lsp", () => {
  test("says what it can do", async () => {
    const { initialized } = await start();
    expect(initialized).toMatchObject({
      serverInfo: { name: "modullm" },
      capabilities: { hoverProvider: true, renameProvider: { prepareProvider: true } },
    });
  });

  test("ends with 0 after a goodbye, with 1 without one", async () => {
    expect(await (await start()).quit()).toBe(0);
    const other = await Editor.start(makeFolder());
    await other.connection.sendNotification("exit");
    expect(await other.exited).toBe(1);
    const third = await Editor.start(makeFolder());
    third.hangUp();
    expect(await third.exited).toBe(1);
  });
});

test("a goodbye in the middle of a check is one as well", async () => {
  for (let at = 0; at < 3; at++) {
    const now = await Editor.start(makeFolder());
    await now.open("a.rllm", `${GOOD}\n\`\`\`rllm-python pre\nresult = {}\n\`\`\`\n`);
    expect(await now.quit()).toBe(0);
  }
});

describe("diagnostics", () => {
  test("have the code, the place and the words of validate", async () => {
    const now = await start();
    const text = GOOD.replace("llm: {model: local/test}", "llm: {model: nothing}").replace(
      "llm_params: {}",
      "llm_params: {heat: 1}",
    );
    await now.open("a.rllm", text);
    expect(await now.diagnostics("a.rllm")).toMatchObject([
      {
        code: "RLLM_002",
        severity: DiagnosticSeverity.Error,
        range: { start: positionOf(text, "nothing}") },
      },
      { code: "RLLM_003", range: { start: positionOf(text, "heat") } },
    ]);
  });

  test("count columns in UTF-16 units, after a mark and in lines that end in CR", async () => {
    const now = await start();
    const text = `\uFEFF${GOOD.replace("Say {{input.text}}", "😀é {{input.no}} {{input.text}}")}`;
    for (const written of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r")]) {
      const open = now.told("a.rllm").length === 0 ? now.open("a.rllm", written) : null;
      await (open ?? now.change("a.rllm", { text: written }));
      const { line } = positionOf(text, "😀");
      const range = { start: { line, character: 4 }, end: { line, character: 16 } };
      expect(await now.diagnostics("a.rllm")).toMatchObject([{ range }]);
    }
    await now.change("a.rllm", { text: "\uFEFFname: x" });
    expect(await now.diagnostics("a.rllm")).toMatchObject([
      { code: "RLLM_001", range: { start: { line: 0, character: 1 } } },
    ]);
  });

  test("of a program that uses one whose text is not saved are those of that text", async () => {
    const uses = '[{name: one, path: ./child.rllm, with: {text: "{{input.text}}"}}]';
    const parent = programText({ uses }, "{{input.text}} {{uses.one.out}}");
    const now = await start({
      "child.rllm": GOOD,
      "parent.rllm": parent,
      "far.rllm": parent.replace("child", "parent"),
    });
    await now.open("child.rllm", GOOD);
    await now.diagnostics("child.rllm");
    await now.change("child.rllm", { text: GOOD.replaceAll(/\bout\b/g, "gone") });
    // It is not open.
    await now.until(() => now.told("parent.rllm").length > 0);
    expect(now.told("parent.rllm")).toMatchObject([
      {
        severity: DiagnosticSeverity.Warning,
        range: { start: positionOf(parent, "{{uses.one.out") },
      },
    ]);
    await now.change("child.rllm", { text: "---\nno" });
    await now.until(() => now.told("parent.rllm")[0]?.code === "RLLM_001");
    expect(now.told("parent.rllm")).toMatchObject([
      {
        range: { start: positionOf(parent, "./child.rllm") },
        relatedInformation: [{ location: { uri: now.uri("child.rllm") } }],
      },
    ]);
    await now.until(() => now.told("far.rllm")[0]?.code === "RLLM_001");
    await now.change("child.rllm", { text: GOOD });
    await now.until(() => now.told("parent.rllm").length + now.told("far.rllm").length === 0);
  });

  test("go when a document is closed", async () => {
    const now = await start();
    await now.open("a.rllm", "---\n");
    expect(await now.diagnostics("a.rllm")).toHaveLength(1);
    await now.close("a.rllm");
    await now.until(() => now.told("a.rllm").length === 0);
  });

  test.each([true, false])("follow the disk, where the editor watches it: %p", async (watches) => {
    const uses = '[{name: one, path: ./child.rllm, with: {text: "{{input.text}}"}}]';
    const now = await start({ "child.rllm": GOOD }, { watches });
    await now.open("parent.rllm", programText({ uses }, "{{uses.one.out}}"));
    expect(await now.diagnostics("parent.rllm")).toEqual([]);
    rmSync(join(now.folder, "child.rllm"));
    if (watches) await now.touch("child.rllm", 3);
    await now.until(() => now.told("parent.rllm")[0]?.code === "RLLM_001");
    writeFileSync(join(now.folder, "child.rllm"), GOOD);
    if (watches) await now.touch("child.rllm", 1);
    await now.until(() => now.told("parent.rllm").length === 0);
  });

  test("are given of a document that is no file yet", async () => {
    const now = await start({ "child.rllm": GOOD });
    const uses =
      '[{name: one, path: ./no.rllm}, {name: two, path: ./child.rllm, with: {text: "a"}}]';
    await now.open("untitled:Untitled-1", programText({ uses }, "{{uses.two.out}}"));
    expect(await now.diagnostics("untitled:Untitled-1")).toMatchObject([{ code: "RLLM_001" }]);
  });
});

describe("a stranger's folder", () => {
  const MARK = "ran";
  let shared: Editor;

  beforeAll(async () => {
    shared = await Editor.start(makeFolder());
  });
  afterAll(async () => expect(await shared.quit()).toBe(0));

  test("runs nothing: no block, no plugin, whatever is asked", async () => {
    const written = {
      "a.rllm": `${programText(
        { tools: "[{plugin: evil}]", recommended_models: "[evil/model]" },
        "{{input.text}}",
      )}\n\`\`\`rllm-python pre\nopen("${MARK}", "w")\nresult = {}\n\`\`\`\n`,
      ".modullm/config.yaml": "sandbox: { python: ./evil.sh }\nlibrary: [./library]\n",
      "evil.sh": `#!/bin/sh\ntouch "$(dirname "$0")/${MARK}"\n`,
      ".modullm/plugins/evil/evil.ts": `await Bun.write(import.meta.dir + "/${MARK}", "");`,
      ".modullm/plugins/evil/modullm-plugin.json": JSON.stringify({
        name: "evil",
        version: "1.0.0",
        description: "d",
        interface_version: 2,
        language: "typescript",
        command: { default: ["evil.ts"] },
        files: ["evil.ts"],
        provides: ["tools/list", "tools/call"],
        tools: [{ name: "look", description: "d", input: { type: "object" } }],
      }),
    };
    const now = await start(written);
    chmodSync(join(now.folder, "evil.sh"), 0o755);
    const text = written["a.rllm"];
    await now.open("a.rllm", text);
    await now.diagnostics("a.rllm");
    expect(
      JSON.stringify(
        await now.ask("textDocument/completion", "a.rllm", {
          position: positionOf(text, "plugin: |evil"),
        }),
      ),
    ).toContain('"label":"evil"');
    const at = { position: positionOf(text, "plugin: ev|il") };
    for (const method of ["completion", "hover", "definition", "references", "prepareRename"])
      await now
        .ask(`textDocument/${method}`, "a.rllm", { ...at, context: { includeDeclaration: true } })
        .catch(() => null);
    await now.quit();
    editor = null;
    const files = readdirSync(now.folder, { recursive: true }).map(String);
    expect(files.filter((file) => basename(file) === MARK)).toEqual([]);
    expect(files.filter((file) => basename(file) === "evil.ts")).toHaveLength(1);
  });

  test.each([
    ["nothing", ""],
    ["a NUL", "---\n\0\n---\n"],
    ["half a pair of surrogates", `${GOOD}\uD83D`],
    ["brackets without end", `---\na: ${"[".repeat(5000)}\n---\n`],
    [
      "levels without end",
      `---\n${Array.from({ length: 500 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")}\n---\n`,
    ],
    [
      "aliases that grow",
      `---\na: &a [x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? "a" : `b${at - 1}`}, *${at === 0 ? "a" : `b${at - 1}`}]`).join("\n")}\n---\n`,
    ],
    [
      "a schema that names itself",
      programText(
        { input_schema: '{$ref: "#"}', output_schema: '{allOf: [{$ref: "#"}]}' },
        "{{input.a.b.c}}",
      ),
    ],
    [
      "a program that uses itself",
      programText({ uses: "[{name: a, path: ./odd.rllm, each: '{{uses.a}}'}]" }, "{{uses.a.0.b}}"),
    ],
    ["a reference to a device", programText({ input_schema: "{$ref: '/dev/zero.json'}" })],
    [
      "odd bytes in a path",
      programText({ uses: '[{name: a, path: "\\0"}, {name: b, path: "%00.rllm"}]' }),
    ],
    [
      "a pattern that takes for ever",
      programText({
        input_schema: `{type: object, properties: {text: {type: string, pattern: "(a+)+$"}}}`,
      }),
    ],
  ])("a document of %s ends nothing", async (_, text) => {
    const now = shared;
    await now.open("odd.rllm", text);
    await now.diagnostics("odd.rllm");
    const last = text.split("\n").length - 1;
    for (const line of [0, Math.min(2, last), Math.min(9, last), last, last + 10])
      for (const method of ["completion", "hover", "definition", "documentSymbol", "codeLens"])
        await now.ask(`textDocument/${method}`, "odd.rllm", { position: { line, character: 40 } });
    await now.change("odd.rllm", { text: GOOD });
    expect(await now.diagnostics("odd.rllm")).toEqual([]);
    await now.close("odd.rllm");
  });

  test("a document that is too large is said to be", async () => {
    const now = await start();
    await now.open("large.rllm", `${GOOD}${"x".repeat(2 * 1024 * 1024)}`);
    expect(await now.diagnostics("large.rllm")).toMatchObject([
      { severity: DiagnosticSeverity.Information, message: expect.stringContaining("too large") },
    ]);
    const position = { line: 1, character: 1 };
    expect(await now.ask<null>("textDocument/hover", "large.rllm", { position })).toBeNull();
    await now.change("large.rllm", { text: GOOD });
    expect(await now.diagnostics("large.rllm")).toEqual([]);
  });

  test("broken configuration is told, and the rest works", async () => {
    const now = await start({ ".modullm/config.yaml": "runtime: [" });
    await now.open("a.rllm", GOOD.replace("author: a", ""));
    expect(await now.diagnostics("a.rllm")).toMatchObject([{ code: "RLLM_002" }]);
  });
});
