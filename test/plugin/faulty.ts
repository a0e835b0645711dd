import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChatParams, ChatPart, ChatResult } from "../../plugins/sdk/protocol.ts";
import type { ModullmError } from "../../src/core/error.ts";
import {
  createPluginHost,
  type PluginHost,
  type PluginHostOptions,
  type RequestOptions,
} from "../../src/plugin/host.ts";
import { errorOf } from "../model/calls.ts";

const PLUGIN = join(import.meta.dir, "faulty-plugin.ts");

export interface Faulty {
  readonly host: PluginHost;
  /** Where the plugin keeps that it has misbehaved. */
  readonly marker: string;
  /** What came from its log. */
  readonly log: readonly string[];
}

/**
 * A host of the plugin that misbehaves once in this way. Short deadlines: what hangs, hangs for
 * good.
 */
export function startFaulty(fault: string, options: Partial<PluginHostOptions> = {}): Faulty {
  const folder = mkdtempSync(join(tmpdir(), "faulty-"));
  const marker = join(folder, "marker");
  const log: string[] = [];
  const host = createPluginHost({
    command: process.execPath,
    args: ["run", PLUGIN, fault, marker],
    env: { PATH: process.env["PATH"] ?? "", BUN_BE_BUN: "1", FAULTY_API_KEY: "sesame-open-9f3a" },
    cwd: folder,
    name: "faulty",
    settings: {},
    dataFolder: folder,
    log: (line) => log.push(line),
    ...options,
    deadlines: { start: 10_000, cancel: 500, shutdown: 500, term: 300, ...options.deadlines },
  });
  return { host, marker, log };
}

export const CHAT: ChatParams = {
  model: "m",
  messages: [{ role: "user", content: "Say hi" }],
  params: {},
  schema: null,
  stream: false,
};

export async function chat(
  host: PluginHost,
  options: RequestOptions = {},
): Promise<{ text: string; result: ChatResult }> {
  let text = "";
  const onPart = (part: ChatPart): void => {
    if (part.type === "text") text += part.text;
  };
  const result = await host.request("chat", CHAT, { onPart, ...options });
  return { text, result };
}

export async function chatError(
  host: PluginHost,
  options: RequestOptions = {},
): Promise<ModullmError> {
  return await errorOf(() => chat(host, options));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** Whether it has ended, and only its parent hasn't looked yet. */
function isZombie(pid: number): boolean {
  const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]);
  const state = stdout.toString().trim();
  return state === "" || state.startsWith("Z");
}

/** Waits until `holds` is true, two seconds at most. */
export async function until(holds: () => boolean, milliseconds = 2000): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await Bun.sleep(20))
    if (holds()) return true;
  return holds();
}
