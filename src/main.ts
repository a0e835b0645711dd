#!/usr/bin/env bun
import { runCommandLine } from "./cli/index.ts";
import { processTerminal } from "./cli/terminal.ts";

/** Milliseconds after which a command counts as one that stays, and its code is worth compiling. */
const STAYS = 100;

async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  setTimeout(() => Bun.unsafe.setJITPolicy(1), STAYS).unref();
  process.exit(await runCommandLine(process.argv.slice(2), processTerminal(), interrupt.signal));
}

void main();
