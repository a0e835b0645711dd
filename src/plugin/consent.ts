import { type Action, LOCAL_USER } from "../core/principal.ts";
import { describeSource } from "../packages/source.ts";
import { trustPackage } from "../packages/trust.ts";
import {
  type Ask,
  createPolicy,
  type Decision,
  denied,
  requireAllowed,
  type Resource,
} from "../policy/policy.ts";
import { describePlugin } from "./about.ts";
import type { FoundPlugin } from "./find.ts";
import type { LoadedPlugin, PluginsOptions } from "./loaded-plugin.ts";
import { digestOf } from "./own-copy.ts";
import { notTrusted, refusal } from "./refusal.ts";
import { PLUGINS } from "./shelf.ts";

/**
 * Asks the user where nobody has said yes to a plugin's files. @throws {ModullmError} RLLM_021
 */
export async function requireConsent(plugin: LoadedPlugin, options: PluginsOptions): Promise<void> {
  const { name } = plugin;
  const decision = decide(name, plugin.examination.trust === "trusted", options);
  if (decision.allow) return;
  // Consent is the one thing that can still be had; what else says no would say it then, too.
  const withConsent = decide(name, true, options);
  if (!withConsent.allow) throw denied(askOf(name, true, options), withConsent.rule);
  await askForTrust(plugin, options);
}

function decide(name: string, consent: boolean, options: PluginsOptions): Decision {
  const { policy = createPolicy(options.config.sandbox) } = options;
  return policy.decide(askOf(name, consent, options));
}

/** @throws {ModullmError} RLLM_021 where the policy says no */
export function permit(
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

/** @throws {ModullmError} RLLM_021 */
async function askForTrust(plugin: LoadedPlugin, options: PluginsOptions): Promise<void> {
  const { ask, config } = options;
  const { name, folder, loaded, examination } = plugin;
  const { trust, reason, tree } = examination;
  const hint =
    `\`modullm plugins info ${name}\` shows what it is; \`modullm plugins trust ${name}\` says ` +
    "yes.";
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
function originOf({ place, folder, locked }: FoundPlugin): string {
  if (locked !== null) return describeSource(locked.source);
  const where = {
    project: "this project",
    folder: "your plugins",
    package: "this project's packages",
    installed: "",
  }[place];
  return `${where}, ${folder}`;
}
