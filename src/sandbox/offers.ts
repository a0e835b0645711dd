import type { Level } from "./levels.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Language, SandboxesOptions } from "./sandboxes.ts";

/** What a language may run at here, best choice first; `reason` says why there is nothing (better). */
export interface Offers {
  readonly levels: readonly Level[];
  readonly reason: string;
}

export async function levelsHere(language: Language, options: SandboxesOptions): Promise<Offers> {
  void options;
  return await Promise.resolve({ levels: [], reason: `no sandbox for ${language} is built in yet` });
}

export function makeSandboxHere(language: Language, level: Level, options: SandboxesOptions): Promise<Sandbox> {
  void options;
  return Promise.reject(new Error(`no sandbox for ${language} at ${level}`));
}
