"use strict";

const { execFile } = require("node:child_process");
const { existsSync } = require("node:fs");

/** What lenses of the language server ask for, and what the palette offers. */
const COMMANDS = { run: "modullm.run", test: "modullm.test", restart: "modullm.restart" };

/**
 * Everything the extension does. VS Code and the client of the protocol are handed in, so that a
 * test can be both.
 */
exports.createSession = function createSession({ vscode, languageClient }) {
  const status = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Right, 50);
  let client = null;

  function binary() {
    return vscode.workspace.getConfiguration("modullm").get("path") || "modullm";
  }

  async function start() {
    const command = binary();
    const fault = await whyNot(command);
    if (fault !== null) return tellMissing(command, fault);
    status.hide();
    client = new languageClient.LanguageClient(
      "modullm",
      "ModuLLM",
      { command, args: ["lsp"], transport: languageClient.TransportKind.stdio },
      {
        documentSelector: [
          { scheme: "file", language: "rllm" },
          { scheme: "untitled", language: "rllm" },
          { scheme: "file", pattern: "**/*.test.{yaml,yml}" },
        ],
      },
    );
    await client.start();
  }

  async function stop() {
    const running = client;
    client = null;
    await running?.stop();
  }

  async function restart() {
    await stop();
    await start();
  }

  function tellMissing(command, fault) {
    status.text = "$(warning) modullm";
    status.tooltip = `"${command}" can't be started: ${fault}. Install modullm, or name it in modullm.path.`;
    status.command = {
      title: "Open settings",
      command: "workbench.action.openSettings",
      arguments: ["modullm.path"],
    };
    status.show();
  }

  /** Without a shell, so that a path is one argument whatever is in it. */
  async function execute(name, args) {
    if (!vscode.workspace.isTrusted) return;
    const task = new vscode.Task(
      { type: "modullm" },
      vscode.TaskScope.Workspace,
      name,
      "modullm",
      new vscode.ProcessExecution(binary(), args),
    );
    await vscode.tasks.executeTask(task);
  }

  function pathOr(path) {
    return path ?? vscode.window.activeTextEditor?.document.uri.fsPath;
  }

  async function run(given) {
    const path = pathOr(given);
    if (path === undefined) return;
    const beside = inputBeside(path);
    if (beside !== null) return await execute("run", ["run", path, "--input-file", beside]);
    const input = await vscode.window.showInputBox({ prompt: "Input: JSON, or text for the one field" });
    if (input !== undefined) await execute("run", ["run", path, `--input=${input}`]);
  }

  /** @param only the name of one test */
  async function test(given, only) {
    const path = pathOr(given);
    if (path === undefined) return;
    await execute("test", ["test", path, ...(only === undefined ? [] : [`--only=${only}`])]);
  }

  const disposables = [
    status,
    vscode.commands.registerCommand(COMMANDS.run, run),
    vscode.commands.registerCommand(COMMANDS.test, test),
    vscode.commands.registerCommand(COMMANDS.restart, restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("modullm.path")) void restart();
    }),
  ];
  return { disposables, start, stop };
};

/** Why a binary can't be started; null where it can. */
function whyNot(command) {
  return new Promise((resolve) => {
    execFile(command, ["--version"], (error) => {
      if (error === null) resolve(null);
      else resolve(error.code === "ENOENT" ? "there is no such file" : error.message);
    });
  });
}

/** `summary.yaml` beside `summary.rllm`. */
function inputBeside(path) {
  const files = [".yaml", ".json"].map((ending) => path.replace(/\.rllm$/, ending));
  return files.find((file) => file !== path && existsSync(file)) ?? null;
}
