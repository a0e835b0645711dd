import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Process {
  /** Process id and start time: ids are used again. */
  readonly id: string;
  readonly parent: number;
  readonly pid: number;
  readonly command: string;
}

/** All that a process has started, and what these have; nothing where the system has no `/proc`. */
export function processesBelow(root: number): readonly Process[] {
  const all = allProcesses();
  const found: Process[] = [];
  for (let parents = [root]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

/**
 * Waits until the processes are gone, a zombie too; gives the commands of those that are still
 * there after two seconds.
 */
export async function gone(processes: readonly Process[]): Promise<readonly string[]> {
  for (let waited = 0; ; waited += 20) {
    const now = new Set(allProcesses().map(({ id }) => id));
    const left = processes.filter(({ id }) => now.has(id));
    if (left.length === 0 || waited > 2000)
      return left.map(({ pid, command }) => `${pid} ${command}`);
    await sleep(20);
  }
}

function allProcesses(): readonly Process[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(name) ?? []);
}

function readProcess(name: string): Process | null {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    // The command stands in parentheses and may hold any character; the fields after it are
    // numbered from 3.
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    return {
      id: `${name}@${fields[19]}`,
      parent: Number(fields[1]),
      pid: Number(name),
      command: stat.slice(stat.indexOf("(") + 1, end),
    };
  } catch {
    // It ended while the list was read.
    return null;
  }
}
