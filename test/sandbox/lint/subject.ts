import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { programOf } from "../../../src/program/parse.ts";
import type { Program } from "../../../src/program/program.ts";

/** A program around one or more blocks, each with its opening line. */
export function programWith(blocks: string): Program {
  return programOf(HEAD + blocks + "\nSay {{input.text}}\n", { path: "blocks.rllm" });
}

export function blockText(
  code: string,
  { when = "pre", language = "python", options = "" } = {},
): string {
  return `\`\`\`rllm-${language} ${when}${options}\n${code}${code.endsWith("\n") ? "" : "\n"}\`\`\`\n`;
}

/** Pythons that blocks may run on: those of pyenv, else the one on PATH; `null` is the latter. */
export function pythonsHere(): readonly {
  readonly version: string;
  readonly path: string | null;
}[] {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  if (!existsSync(versions)) return [{ version: "on PATH", path: null }];
  const names = readdirSync(versions).filter((name) => /^3\.(?:9|1[0-4])\./.test(name));
  return names.map((name) => ({ version: name, path: join(versions, name, "bin", "python") }));
}

/**
 * Whether a version is at least (`since`) and at most (`until`) another; of a version that isn't
 * known it is taken to be.
 */
export function isWithin(
  version: string,
  { since, until }: { since?: string; until?: string },
): boolean {
  const minor = minorOf(version);
  return (
    minor === null ||
    ((since === undefined || minor >= (minorOf(since) ?? 0)) &&
      (until === undefined || minor <= (minorOf(until) ?? 99)))
  );
}

function minorOf(version: string): number | null {
  const minor = /^3\.(\d+)/.exec(version)?.[1];
  return minor === undefined ? null : Number(minor);
}

const HEAD = readFileSync(join(import.meta.dir, "head.txt"), "utf8");
