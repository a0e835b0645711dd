#!/usr/bin/env bun
import { runCommandLine } from "./cli/index.ts";
import { processTerminal } from "./cli/terminal.ts";

async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  process.exit(await runCommandLine(process.argv.slice(2), processTerminal(), interrupt.signal));
}

void main();
