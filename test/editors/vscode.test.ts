import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LENS_COMMANDS } from "../../src/server/lsp/lenses.ts";
import { makeFolder } from "../cli/command-line.ts";

const FOLDER = join(import.meta.dir, "../../editors/vscode");

interface Manifest {
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly contributes: {
    readonly languages: readonly { id: string; extensions: string[]; configuration: string }[];
    readonly grammars: readonly { language: string; scopeName: string; path: string }[];
    readonly commands: readonly { command: string; title: string; enablement?: string }[];
    readonly configuration: { readonly properties: Record<string, { default: unknown }> };
  };
  readonly dependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as Manifest;

describe("the manifest of the VS Code extension", () => {
  const { contributes, main } = manifest;

  test("names files that are there", () => {
    const files = [
      main,
      ...contributes.grammars.map(({ path }) => path),
      ...contributes.languages.map(({ configuration }) => configuration),
    ];
    expect(files.filter((file) => !existsSync(join(FOLDER, file)))).toEqual([]);
  });

  test("gives .rllm files its language, and the language its grammar", () => {
    const [language] = contributes.languages;
    const [grammar] = contributes.grammars;
    expect(language).toMatchObject({ id: "rllm", extensions: [".rllm"] });
    expect(grammar?.language).toBe("rllm");
    const { scopeName } = JSON.parse(readFileSync(join(FOLDER, grammar?.path ?? ""), "utf8"));
    expect(grammar?.scopeName).toBe(scopeName);
  });

  test("offers what lenses ask for, in trusted folders only", () => {
    for (const command of Object.values(LENS_COMMANDS))
      expect(contributes.commands).toContainEqual(
        expect.objectContaining({ command, enablement: "isWorkspaceTrusted" }),
      );
  });

  test("has a setting for the binary", () => {
    expect(contributes.configuration.properties["modullm.path"]?.default).toBe("modullm");
  });
});

describe("the VS Code extension", () => {
  test("starts `modullm lsp`, and stops it", async () => {
    const { session, code } = load({ path: process.execPath });
    await session.start();
    expect(code.clients).toEqual([{ command: process.execPath, args: ["lsp"], state: "started" }]);
    expect(code.status.shown).toBe(false);
    await session.stop();
    expect(code.clients[0]?.state).toBe("stopped");
  });

  test("says in the status bar that there is no binary, and starts nothing", async () => {
    const { session, code } = load({ path: "/nowhere/modullm" });
    await session.start();
    expect(code.clients).toEqual([]);
    expect(code.status).toMatchObject({
      shown: true,
      tooltip:
        `"/nowhere/modullm" can't be started: there is no such file. ` +
        "Install modullm, or name it in modullm.path.",
    });
  });

  test("runs and tests a program without a shell", async () => {
    const folder = makeFolder({ "a b.rllm": "", "a b.yaml": "text: x", "c.rllm": "" });
    const { code } = load({ path: "modullm" });
    const file = join(folder, "a b.rllm");
    await code.commands["modullm.run"]?.(file);
    await code.commands["modullm.run"]?.(join(folder, "c.rllm"));
    await code.commands["modullm.test"]?.(file);
    await code.commands["modullm.test"]?.(file, "a date; rm -rf");
    expect(code.tasks).toEqual([
      ["modullm", "run", file, "--input-file", join(folder, "a b.yaml")],
      ["modullm", "run", join(folder, "c.rllm"), "--input=what was typed"],
      ["modullm", "test", file],
      ["modullm", "test", file, "--only=a date; rm -rf"],
    ]);
  });

  test("runs nothing in a folder that is not trusted", async () => {
    const { code } = load({ path: "modullm", isTrusted: false });
    await code.commands["modullm.test"]?.("/a.rllm");
    expect(code.tasks).toEqual([]);
  });

  test("starts again when its setting changes", async () => {
    const { session, code } = load({ path: "/nowhere/modullm" });
    await session.start();
    const folder = makeFolder();
    const binary = join(folder, "modullm");
    writeFileSync(binary, "#!/bin/sh\necho 0.1.0\n", { mode: 0o755 });
    code.path = binary;
    await code.commands["modullm.restart"]?.();
    expect(code.clients).toMatchObject([{ command: binary, state: "started" }]);
    expect(code.status.shown).toBe(false);
  });
});

interface Session {
  readonly disposables: readonly unknown[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What stands in for VS Code, as far as the extension asks. */
interface Code {
  path: string;
  readonly status: { shown: boolean; text?: string; tooltip?: string };
  readonly clients: { command: string; args: string[]; state: string }[];
  readonly tasks: string[][];
  readonly commands: Record<string, (...given: string[]) => Promise<void>>;
}

function load({ path, isTrusted = true }: { path: string; isTrusted?: boolean }) {
  const status = { shown: false };
  const code: Code = { path, status, clients: [], tasks: [], commands: {} };
  const vscode = {
    StatusBarAlignment: { Right: 2 },
    TaskScope: { Workspace: 2 },
    ProcessExecution: class {
      readonly words: string[];
      constructor(process: string, args: string[]) {
        this.words = [process, ...args];
      }
    },
    Task: class {
      readonly execution: { words: string[] };
      constructor(...given: [object, number, string, string, { words: string[] }]) {
        this.execution = given[4];
      }
    },
    window: {
      createStatusBarItem: () =>
        Object.assign(status, {
          show: () => void (status.shown = true),
          hide: () => void (status.shown = false),
        }),
      showInputBox: () => Promise.resolve("what was typed"),
    },
    workspace: {
      isTrusted,
      getConfiguration: () => ({ get: () => code.path }),
      onDidChangeConfiguration: () => ({}),
    },
    commands: {
      registerCommand: (name: string, run: Code["commands"][string]) => {
        code.commands[name] = run;
        return {};
      },
    },
    tasks: {
      executeTask: (task: { execution: { words: string[] } }) =>
        Promise.resolve(void code.tasks.push(task.execution.words)),
    },
  };
  const languageClient = {
    TransportKind: { stdio: 0 },
    LanguageClient: class {
      readonly about: Code["clients"][number];
      constructor(_id: string, _name: string, server: { command: string; args: string[] }) {
        this.about = { command: server.command, args: server.args, state: "made" };
        code.clients.push(this.about);
      }
      start(): Promise<void> {
        this.about.state = "started";
        return Promise.resolve();
      }
      stop(): Promise<void> {
        this.about.state = "stopped";
        return Promise.resolve();
      }
    },
  };
  const { createSession } = require(join(FOLDER, "session.js")) as {
    createSession(parts: object): Session;
  };
  return { session: createSession({ vscode, languageClient }), code };
}
