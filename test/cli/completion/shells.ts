import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { makeFolder, modullm, programText, worldOf } from "../command-line.ts";

/** Words that a user typed, the last one not finished, and what is offered for it. */
export type Case = readonly [typed: readonly string[], offered: readonly string[]];

/** What every shell offers alike, in a folder as `makePlace` makes it. */
export const CASES: readonly Case[] = [
  [["ru"], ["run", "runs"]],
  [["--color", "never", "sta"], ["stats"]],
  [["--color", "ne"], ["never"]],
  [
    ["run", ""],
    ["a.rllm", "my prog.rllm", "sub"],
  ],
  [["run", "--model", "builtin/baseline", "a"], ["a.rllm"]],
  [["run", "a.rllm", "extra"], []],
  [["run", "sub/"], ["sub/b.rllm"]],
  [["validate", "a.rllm", "s"], ["sub"]],
  [["run", "a.rllm", "--mod"], ["--model"]],
  [
    ["run", "a.rllm", "--model", "two/"],
    ["two/small:3b", "two/small:1b"],
  ],
  [["run", "a.rllm", "--model", "two/small:3"], ["two/small:3b"]],
  [["run", "a.rllm", "--model", "recom"], ["recommended"]],
  [["run", "a.rllm", "--model", "builtin"], ["builtin/baseline"]],
  [["run", "a.rllm", "--model", "min"], ["mine/"]],
  [["run", "a.rllm", "--model=two/small:3"], ["two/small:3b"]],
  [["run", "a.rllm", "--color", "n"], ["never"]],
  [["run", "a.rllm", "--color=n"], ["never"]],
  [["run", "a.rllm", "--text", ""], []],
  [["run", "a.rllm", "--trace", "no"], ["notes.txt"]],
  [["run", "a.rllm", "--allow-path", ""], ["sub"]],
  [["run", "a.rllm", "--", "text=no"], ["notes.txt"]],
  [["run", "a.rllm", "--", ""], ["text="]],
  [["run", "--model", "builtin/baseline", "a.rllm", "--", "te"], ["text="]],
  [["run", "my\\ prog.rllm", "--", "text=x", "te"], ["text="]],
  [["run", "notes.txt", "--", ""], []],
  [["trust", ""], ["sub"]],
  [["trace", ""], ["show"]],
  [["trace", "show", "n"], ["notes.txt"]],
  [
    ["cache", ""],
    ["stats", "clear"],
  ],
  [
    ["sandbox", ""],
    ["status", "check"],
  ],
  [["sandbox", "check", "--l"], ["--language"]],
  [
    ["sandbox", "check", "--language", ""],
    ["python", "js"],
  ],
  [
    ["plugins", "in"],
    ["info", "install"],
  ],
  [["plugins", "install", "no"], ["notes.txt"]],
  [["chats", "show", "wh"], ["what-is-wrong"]],
  [["chat", "--resume", "wh"], ["what-is-wrong"]],
  [["help", "ag"], ["agents"]],
  [["help", "RLLM_99"], ["RLLM_999"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish", "powershell", "models", "chats"],
  ],
];

export interface Place {
  readonly folder: string;
  readonly env: Record<string, string>;
  /** The script of a shell, in a file. */
  script(shell: string): Promise<string>;
}

/**
 * A folder with programs and other files, a configuration with models, a chat on record, and
 * `modullm` and `runllm` on the PATH.
 */
export async function makePlace(): Promise<Place> {
  const home = makeFolder({
    "config/modullm/config.yaml": [
      "providers:",
      '  mine: { base_url: "http://127.0.0.1:1/v1" }',
      '  two: { base_url: "http://127.0.0.1:1/v1", models: ["small:3b", "small:1b", "$(touch pwned)", "a b"] }',
    ].join("\n"),
    "work/a.rllm": programText(),
    "work/my prog.rllm": programText(),
    "work/sub/b.rllm": programText(),
    "work/notes.txt": "",
  });
  await modullm(["chat", "--model", "builtin/baseline", "what is wrong?"], { folder: home });
  mkdirSync(join(home, "bin"));
  for (const name of ["modullm", "runllm"]) {
    const main = join(import.meta.dir, "../../../src/main.ts");
    writeFileSync(
      join(home, "bin", name),
      `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`,
    );
    chmodSync(join(home, "bin", name), 0o755);
  }
  const world = worldOf(home);
  return {
    folder: join(home, "work"),
    env: { ...world, LANG: "C.UTF-8", TERM: "dumb", PATH: `${join(home, "bin")}:${world["PATH"]}` },
    async script(shell) {
      const { stdout } = await modullm(["completion", shell]);
      const path = join(home, `completion.${shell}`);
      writeFileSync(path, stdout);
      return path;
    },
  };
}

/** Whether a shell is on this machine. */
export function hasShell(name: string): boolean {
  return Bun.which(name) !== null;
}

/** Runs a script of a shell in the place, with lines on its stdin; what it prints. */
export function runShell(
  command: readonly string[],
  { folder, env }: Place,
  lines: readonly string[] = [],
): string {
  const [program = "", ...args] = command;
  const input = lines.map((line) => `${line}\n`).join("");
  const { stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env,
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error !== undefined) throw new Error(`${program}: ${error.message}\n${stdout}\n${stderr}`);
  return stdout;
}

/** `modullm run a.rllm --m`, as it is typed. */
export function lineOf(typed: readonly string[], program = "modullm"): string {
  return [program, ...typed].join(" ");
}

/**
 * What is offered, the same for all shells: without what stands before `=`, escapes, and the slash
 * behind a folder.
 */
export function plain(offered: readonly string[]): string[] {
  return offered
    .map((word) => word.replace(/^[^=]*=/, "").replaceAll("\\", ""))
    .map((word) => (/^(?:sub|sub dir)\/$/.test(word) ? word.slice(0, -1) : word))
    .toSorted();
}
