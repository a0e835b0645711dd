import { createMachine, type MachineOptions, type WorkspaceOptions } from "./machine.ts";
import type { App } from "./workspace.ts";

export interface AppOptions extends WorkspaceOptions, MachineOptions {}

/**
 * A machine with one workspace, for whoever needs no more; closing it closes both. The map of the
 * house: `machine.ts` builds the real things of a process, `workspace.ts` joins those of a folder
 * or tenant.
 * @throws {ModullmError} RLLM_018 for configuration that can't be read
 */
export async function createApp(options: AppOptions): Promise<App> {
  const machine = createMachine(options);
  const app = await machine.workspace(options);
  return { ...app, close: () => machine.close() };
}
