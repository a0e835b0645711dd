import { spawnSync } from "node:child_process";

/** Null where npm's registry answers; otherwise a reason to skip. */
export async function reachable(): Promise<string | null> {
  const asked = spawnSync("npm", ["config", "get", "registry"], { encoding: "utf8" });
  const address = asked.stdout.trim();
  if (asked.status !== 0 || address === "") return " (skipped: there is no npm)";
  try {
    const answer = await fetch(`${address.replace(/\/$/, "")}/bun/latest`, {
      signal: AbortSignal.timeout(5000),
    });
    return answer.ok ? null : ` (skipped: ${address} answers ${answer.status})`;
  } catch {
    return ` (skipped: ${address} can't be reached)`;
  }
}

/** npm's cache, for installations with another home. */
export function npmCache(): string {
  return spawnSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).stdout.trim();
}
