import type { Config } from "../config/config.ts";
import type { Principal } from "../core/principal.ts";
import type { Tree } from "../packages/tree.ts";
import type { Policy } from "../policy/policy.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Examination } from "./examine.ts";
import type { FoundPlugin } from "./find.ts";
import type { PluginHosts } from "./hosts.ts";
import type { LoadedManifest } from "./manifest.ts";
import { refusal } from "./refusal.ts";

export interface PluginsOptions {
  readonly config: Config;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What runs TypeScript and JavaScript plugins. @default this program's own file */
  readonly executable?: string;
  /** Asks the user for a yes; null where nobody can be asked. @default null */
  readonly ask?: ((question: string) => Promise<boolean>) | null;
  /**
   * Takes secrets out of what plugins log and what they fail with. @default one that knows none by
   * value
   */
  readonly redactor?: Redactor;
  /** Gets each line of a plugin's log, redacted. @default nobody reads it */
  readonly log?: (plugin: string, line: string) => void;
  /** Whether a model that a plugin can pull is pulled when it is missing. @default false */
  readonly autoPull?: boolean;
  /** The plugins that run already. @default each is started for this alone */
  readonly hosts?: PluginHosts;
  /** Says whether a plugin may be started. @default one that wants the user's consent */
  readonly policy?: Policy;
  /** For whom. @default the user of this machine */
  readonly principal?: Principal;
}

/** A plugin with what its files say now. */
export interface LoadedPlugin extends FoundPlugin {
  readonly examination: Examination;
}

/**
 * What can be said yes to, and started.
 * @param action what is to be done with it: `start`, `test`, `trust`
 * @throws {ModullmError} RLLM_019 where no yes would help
 */
export function usable(
  { name, loaded, fault, examination, locked }: LoadedPlugin,
  action: string,
): { manifest: LoadedManifest["manifest"]; tree: Tree; loaded: LoadedManifest } {
  const { trust, reason, tree } = examination;
  if (trust !== "broken" && loaded !== null && tree !== null) {
    if (loaded.manifest.name === name) return { manifest: loaded.manifest, tree, loaded };
    throw refusal(action, name, { reason: `its manifest has the name "${loaded.manifest.name}"` });
  }
  if (locked === null && fault !== null) throw fault;
  const hint =
    `Install it again (\`modullm plugins update ${name}\`) if you know who did this, or remove ` +
    "it.";
  throw refusal(action, name, {
    reason: reason ?? "its files can't be read",
    ...(locked === null ? {} : { hint }),
  });
}
