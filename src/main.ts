#!/usr/bin/env bun
import { GUEST_ARGUMENT } from "./sandbox/js/command.ts";

/** Milliseconds of processor time after which a command's code is worth compiling. */
const STAYS = 300;

/** A busy machine makes short commands long, so the time of the clock says nothing. */
function compileWhatStays(): void {
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1000 < STAYS) return;
    Bun.unsafe.setJITPolicy(1);
    clearInterval(timer);
  }, STAYS / 3);
  timer.unref();
}

async function main(): Promise<number> {
  compileWhatStays();
  const [{ runCommandLine }, { processTerminal }] = await Promise.all([
    import("./cli/index.ts"),
    import("./cli/terminal.ts"),
  ]);
  const terminal = processTerminal();
  try {
    return await runCommandLine(process.argv.slice(2), terminal);
  } catch (thrown) {
    // What can't be written (a full disk) can't be told on the same way either.
    terminal.stderr(
      "modullm: cannot write the result: " +
        `${thrown instanceof Error ? thrown.message : String(thrown)}\n`,
    );
    return 1;
  }
}

/**
 * The other thing this program is: the process that JavaScript blocks run in. It starts in no time,
 * so it loads nothing of the rest.
 */
async function beGuest(): Promise<void> {
  Bun.unsafe.setJITPolicy(1);
  const { runBinaryGuest } = await import("./sandbox/js/binary-guest.ts");
  await runBinaryGuest();
}

if (process.argv[2] === GUEST_ARGUMENT) void beGuest();
else {
  // Should everything that could go on have ended before the command did, that is no success.
  process.exitCode = 1;
  void main().then((status) => process.exit(status));
}
