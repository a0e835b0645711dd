#!/usr/bin/env bun
import { runCommandLine } from "./cli/index.ts";
import { processTerminal } from "./cli/terminal.ts";

/** Milliseconds after which a command counts as one that stays, and its code is worth compiling. */
const STAYS = 100;

async function main(): Promise<number> {
  setTimeout(() => Bun.unsafe.setJITPolicy(1), STAYS).unref();
  const terminal = processTerminal();
  try {
    return await runCommandLine(process.argv.slice(2), terminal);
  } catch (thrown) {
    // What can't be written (a full disk) can't be told on the same way either.
    terminal.stderr(`modullm: cannot write the result: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return 1;
  }
}

void main().then((status) => process.exit(status));
