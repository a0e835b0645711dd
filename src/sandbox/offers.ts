import type { Level } from "./levels.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Language, SandboxesOptions } from "./sandboxes.ts";

/** What a language may run at here, best choice first; `reason` says why there is nothing (better). */
export interface Offers {
  readonly levels: readonly Level[];
  readonly engine: string | null;
  readonly reason: string | null;
}

export async function levelsHere(language: Language, options: SandboxesOptions): Promise<Offers> {
  void options;
  return await Promise.resolve({ levels: [], engine: null, reason: `no sandbox for ${language} is built in yet` });
}

export function makeSandboxHere(language: Language, level: Level, options: SandboxesOptions): Promise<Sandbox> {
  void options;
  return Promise.reject(new Error(`no sandbox for ${language} at ${level}`));
}
