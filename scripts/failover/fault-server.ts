import { join } from "node:path";
import type { Seen } from "./server.ts";

export interface FaultServer {
  readonly url: string;
  /** Requests since the server began, in order. */
  seen(): Promise<readonly Seen[]>;
  reset(): Promise<void>;
  isWell(): Promise<boolean>;
  close(): void;
}

/** Starts the server of server.ts in a process of its own. @param scale shrinks all its times */
export async function startFaultServer(scale: number): Promise<FaultServer> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "server.ts"), String(scale)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const { port } = JSON.parse(new TextDecoder().decode(value)) as { port: number };
  reader.releaseLock();
  const url = `http://127.0.0.1:${port}`;
  const control = async (command: string): Promise<Response> =>
    await fetch(`${url}/control/${command}`);
  return {
    url,
    seen: async () => (await (await control("log")).json()) as readonly Seen[],
    reset: async () => void (await control("reset")),
    isWell: async () => (await control("health")).ok,
    close: () => child.kill(),
  };
}
