import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { command, type Engine, NO_SERVICE } from "./engine.ts";

const PREFIX = "modullm";
/**
 * Milliseconds, beside what the engine takes itself, until a container that can't be removed is
 * told of.
 */
const REMOVAL_MS = 5000;
const RETRY_MS = 100;

/**
 * A name that tells whose container it is: `modullm-MACHINE-PID-START-RANDOM`. An engine may serve
 * several machines, and process numbers are used again.
 */
export function containerName(): string {
  const { pid } = process;
  return `${machinePrefix()}-${pid}-${startOf(pid) ?? 0}-${randomBytes(6).toString("hex")}`;
}

/**
 * Removes what programs of this machine have left that ended without being able to, and gives the
 * names.
 */
export async function sweepLeftovers(engine: Engine): Promise<readonly string[]> {
  const filter = `name=^/?${machinePrefix()}-`;
  const { output } = await command(engine, [
    "ps",
    "--all",
    "--filter",
    filter,
    "--format",
    "{{.Names}}",
  ]);
  const left = output.split("\n").filter((name) => name !== "" && isOrphan(name));
  if (left.length > 0) await removeContainers(engine, left);
  return left;
}

/**
 * Ends containers and removes them; those that are gone already are no failure. @throws what the
 * engine complains of to the last
 */
export async function removeContainers(engine: Engine, names: readonly string[]): Promise<void> {
  const how =
    engine.name === "podman"
      ? ["rm", "--force", "--ignore", "--time", "0"]
      : ["rm", "--force", "--volumes"];
  for (let waited = 0; ; waited += RETRY_MS) {
    const { status, complaint } = await command(engine, [...how, ...names]);
    if (status === 0 || /no such container/i.test(complaint)) return;
    // The engine removes them by itself at the same time, and the two may hinder each other.
    if (waited >= REMOVAL_MS || NO_SERVICE.test(complaint))
      throw new Error(`Cannot remove the containers ${names.join(", ")}: ${complaint.trim()}`);
    await sleep(RETRY_MS);
  }
}

/** Whether the program is gone that the name tells of. */
function isOrphan(name: string): boolean {
  const [, pid, start] = /-(\d+)-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "ESRCH";
  }
  const now = startOf(Number(pid));
  return now !== null && now !== start;
}

/** When a process started, in ticks since the machine did; null where the system doesn't tell. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command stands in parentheses and may hold any character; the fields after it are
    // numbered from 3.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function machinePrefix(): string {
  return `${PREFIX}-${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}`;
}
