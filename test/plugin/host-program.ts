/**
 * A program that uses two plugins, to be killed: one is well-behaved, the other ignores the end of
 * its input, SIGTERM and `shutdown`, and each has started a process of its own. Prints their
 * numbers, then waits.
 */
import { startFaulty, CHAT } from "./faulty.ts";

const hosts = ["none", "ignores-shutdown"].map((fault) => startFaulty(fault).host);
const pids: (number | null)[] = [];
for (const host of hosts) {
  let child = "";
  await host.request(
    "chat",
    { ...CHAT, model: "starts-a-process" },
    { onPart: (part) => (child += part.type === "text" ? part.text : "") },
  );
  pids.push(host.pid, Number(child));
}
process.stdout.write(`${JSON.stringify(pids)}\n`);
setInterval(() => undefined, 1000);
