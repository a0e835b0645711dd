import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { type Action, LOCAL_USER, type Principal } from "../core/principal.ts";
import {
  type Ask,
  createPolicy,
  type Decision,
  denied,
  type Policy,
  requireAllowed,
  type Resource,
} from "../policy/policy.ts";
import type { Config } from "../config/config.ts";
import type { PluginHosts } from "./hosts.ts";
import { sha256 } from "../core/digest.ts";
import { writeJson } from "../core/json.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { ModelProvider } from "../model/provider.ts";
import { describePlugin } from "./about.ts";
import { examine, type Examination } from "./examine.ts";
import { findPlugin, findPlugins, type FoundPlugin } from "./find.ts";
import { type LoadedManifest, readManifest, startCommand } from "./manifest.ts";
import { digestOf, onDisk, ownCopy } from "./own-copy.ts";
import { notTrusted, refusal } from "./refusal.ts";
import { checkSettings } from "./settings.ts";
import { describeSource } from "../packages/source.ts";
import type { Tree } from "../packages/tree.ts";
import { trustPackage } from "../packages/trust.ts";
import { readVariables } from "./variables.ts";
import { installedDataFolder, PLUGINS } from "./shelf.ts";

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

/** The plugins that a folder's programs may name. Nothing is read before it is asked for. */
export interface Plugins {
  /** Every plugin in every place, those that can't be used too. */
  list(): Promise<readonly LoadedPlugin[]>;
  /** The one that a name stands for; null where there is none. */
  find(name: string): Promise<LoadedPlugin | null>;
  /**
   * The models of a plugin, which is started when the first of them is asked for something. Its
   * files are checked now; where nobody has said yes to them, the user is asked.
   * @returns null where there is no such plugin
   * @throws {ModullmError} RLLM_019 when it can't be used, RLLM_021 without a yes, RLLM_018 for its
   * settings
   */
  provider(name: string): Promise<ModelProvider | null>;
}

export function createPlugins(options: PluginsOptions): Plugins {
  const { config, cwd } = options;
  const places = { paths: config.paths, cwd };
  const loaded = async (found: FoundPlugin): Promise<LoadedPlugin> => {
    return { ...found, examination: await examine(found, config.paths) };
  };
  async function find(name: string): Promise<LoadedPlugin | null> {
    const found = await findPlugin(name.toLowerCase(), places);
    return found === null ? null : await loaded(found);
  }
  return {
    find,
    async list() {
      const all: LoadedPlugin[] = [];
      for await (const found of findPlugins(places)) all.push(await loaded(found));
      return all;
    },
    async provider(name) {
      const plugin = await find(name);
      return plugin === null ? null : await openProvider(plugin, name, options);
    },
  };
}

async function openProvider(
  plugin: LoadedPlugin,
  written: string,
  options: PluginsOptions,
): Promise<ModelProvider> {
  const { config, env, executable = process.execPath } = options;
  const { name } = plugin;
  const { manifest, tree } = usable(plugin, "start");
  const settings = config.plugins[name] ?? {};
  checkSettings(manifest, settings);
  const variables = readVariables(manifest, { config, env });
  const mayStart = (consent: boolean): Decision => decide(name, consent, options);
  const decision = mayStart(plugin.examination.trust === "trusted");
  if (!decision.allow) {
    // Consent is the one thing that can still be had; what else says no would say it then, too.
    const withConsent = mayStart(true);
    if (!withConsent.allow) throw denied(askOf(name, true, options), withConsent.rule);
    await askForTrust(plugin, options);
  }
  const permitWrite = (path: string): void => permit("write", path, { plugin: name }, options);
  const place =
    plugin.locked === null
      ? await ownCopy(plugin, tree, { cache: config.paths.cache, permit: permitWrite })
      : await readManifest(plugin.folder);
  const dataFolder = dataFolderOf(plugin, config);
  permitWrite(dataFolder);
  await onDisk(name, async () => await mkdir(dataFolder, { recursive: true, mode: 0o700 }));
  const hosts = options.hosts ?? (await import("./hosts.ts")).createPluginHosts();
  const { createPluginProvider } = await import("./provider.ts");
  const { log, redactor, autoPull = false } = options;
  const command = startCommand(place, { executable, env: variables });
  const { tenant } = options.principal ?? LOCAL_USER;
  const key = [tenant, name, command, settings, dataFolder, tree.sha256, config.secrets()];
  const { host, release } = hosts.lease(sha256(writeJson(key)), {
    ...command,
    name,
    settings,
    dataFolder,
    variables: manifest.env ?? [],
    ...(redactor === undefined ? {} : { redactor }),
    ...(log === undefined ? {} : { log: (line: string) => log(name, line) }),
  });
  const provider = createPluginProvider(host, manifest, {
    written,
    autoPull,
    permitPull: (id) => permit("network", id, { kind: "pull" }, options),
    identity: { sha256: tree.sha256, settings },
  });
  return { ...provider, close: release };
}

function decide(name: string, consent: boolean, options: PluginsOptions): Decision {
  const { policy = createPolicy(options.config.sandbox) } = options;
  return policy.decide(askOf(name, consent, options));
}

/** @throws {ModullmError} RLLM_021 */
function permit(
  action: Action,
  name: string,
  facts: Resource["facts"],
  { config, principal = LOCAL_USER, ...given }: PluginsOptions,
): void {
  const { policy = createPolicy(config.sandbox) } = given;
  requireAllowed(policy, { action, principal, resource: { name, facts }, labels: [] });
}

/** A plugin is code with the user's rights: starting it is calling a tool. */
function askOf(name: string, consent: boolean, { principal = LOCAL_USER }: PluginsOptions): Ask {
  const resource = { name, facts: { kind: "plugin", consent } };
  return { action: "call-tool", principal, resource, labels: [] };
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
  const hint = `Install it again (\`modullm plugins update ${name}\`) if you know who did this, or remove it.`;
  throw refusal(action, name, {
    reason: reason ?? "its files can't be read",
    ...(locked === null ? {} : { hint }),
  });
}

/** @throws {ModullmError} RLLM_021 */
async function askForTrust(plugin: LoadedPlugin, options: PluginsOptions): Promise<void> {
  const { ask, config } = options;
  const { name, folder, loaded, examination } = plugin;
  const { trust, reason, tree } = examination;
  const hint = `\`modullm plugins info ${name}\` shows what it is; \`modullm plugins trust ${name}\` says yes.`;
  const changes = reason === null ? "" : ` (${reason})`;
  const why =
    trust === "changed"
      ? `its files have changed since you trusted it${changes}`
      : "you have not trusted it yet";
  if (!ask || loaded === null || tree === null)
    throw notTrusted("start", name, { reason: why, hint });
  permit("manage", "plugins.trust", { plugin: name }, options);
  const about = describePlugin(loaded.manifest, { from: originOf(plugin), tree });
  const news = trust === "changed" ? `\n  ${why}` : "";
  const yes = await ask(`${about}${news}\nTrust it and start it?`);
  if (!yes) throw notTrusted("start", name, { reason: "you said no", hint });
  // The answer may have taken its time.
  if (plugin.locked !== null && (await digestOf(folder)) !== tree.sha256)
    throw refusal("start", name, { reason: "its files changed while you were asked" });
  await trustPackage(PLUGINS, config.paths, { name, folder, sha256: tree.sha256 });
}

/** Where a plugin comes from, for people. */
export function originOf({ place, folder, locked }: FoundPlugin): string {
  if (locked !== null) return describeSource(locked.source);
  const where = {
    project: "this project",
    folder: "your plugins",
    package: "this project's packages",
    installed: "",
  }[place];
  return `${where}, ${folder}`;
}

/** Two plugins of one name, in two projects, have nothing to do with each other. */
function dataFolderOf({ name, folder, locked }: LoadedPlugin, { paths }: Config): string {
  const digest = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return installedDataFolder(paths, locked === null ? `${name}@${digest}` : name);
}
