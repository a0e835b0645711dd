import { spawnSync } from "node:child_process";
import { openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { createSocket } from "node:dgram";
import { prepareConfinement } from "../../src/sandbox/js/confine.ts";

/**
 * What code would try that has broken out of the engine into its process; it says what came of each
 * on standard output.
 */
const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  "read a file": () => readFileSync("/etc/hostname", "utf8"),
  "open itself": () => openSync("/proc/self/mem", "r"),
  "look at a file": () => statSync("/etc/hostname").size,
  "write a file": () => writeFileSync("/tmp/modullm-pwn-guest", "x"),
  "start a process": () => spawned(),
  "signal the host": () => process.kill(process.ppid, 0),
  "open a socket": () => bound(),
};

function spawned(): number {
  const { status, error } = spawnSync("/bin/true");
  if (error) throw error;
  return status ?? -1;
}

async function bound(): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", resolve);
  });
}

const confine = await prepareConfinement();
if (confine === null) throw new Error("there is no confinement here");
confine({ cpuMs: 5000 });
const came: Record<string, string> = {};
for (const [name, attempt] of Object.entries(ATTEMPTS)) {
  try {
    await attempt();
    came[name] = "done";
  } catch (thrown) {
    came[name] = String((thrown as { code?: unknown }).code ?? thrown);
  }
}
// As the guest writes: streams use more of the system.
writeSync(1, JSON.stringify({ came, user: process.getuid?.() }));
