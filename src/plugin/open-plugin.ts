import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { Config } from "../config/config.ts";
import { sha256 } from "../core/digest.ts";
import { type JsonObject, writeJson } from "../core/json.ts";
import { LOCAL_USER } from "../core/principal.ts";
import { permit, requireConsent } from "./consent.ts";
import type { PluginHost } from "./host.ts";
import { type LoadedPlugin, type PluginsOptions, usable } from "./loaded-plugin.ts";
import { readManifest, startCommand } from "./manifest.ts";
import { onDisk, ownCopy } from "./own-copy.ts";
import { checkSettings } from "./settings.ts";
import { installedDataFolder } from "./shelf.ts";
import { readVariables } from "./variables.ts";

/** A plugin that may run. Nothing of it has been started. */
export interface OpenPlugin {
  readonly manifest: Manifest;
  readonly host: PluginHost;
  /** What its answers depend on: its files and settings. */
  readonly identity: JsonObject;
  /** The last one who lets go ends it. */
  release(): Promise<void>;
}

/**
 * Checks the files of a plugin, asks the user where nobody has said yes to them, and leases its
 * process.
 * @throws {ModullmError} RLLM_019 when it can't be used, RLLM_021 without a yes, RLLM_018 for its
 * settings
 */
export async function openPlugin(
  plugin: LoadedPlugin,
  options: PluginsOptions,
): Promise<OpenPlugin> {
  const { config, env, executable = process.execPath } = options;
  const { name } = plugin;
  const { manifest, tree } = usable(plugin, "start");
  const settings = config.plugins[name] ?? {};
  checkSettings(manifest, settings);
  const variables = readVariables(manifest, { config, env });
  await requireConsent(plugin, options);
  const permitWrite = (path: string): void => permit("write", path, { plugin: name }, options);
  const place =
    plugin.locked === null
      ? await ownCopy(plugin, tree, { cache: config.paths.cache, permit: permitWrite })
      : await readManifest(plugin.folder);
  const dataFolder = dataFolderOf(plugin, config);
  permitWrite(dataFolder);
  await onDisk(name, async () => await mkdir(dataFolder, { recursive: true, mode: 0o700 }));
  const hosts = options.hosts ?? (await import("./hosts.ts")).createPluginHosts();
  const { log, redactor } = options;
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
  return { manifest, host, identity: { sha256: tree.sha256, settings }, release };
}

/** Two plugins of one name, in two projects, have nothing to do with each other. */
function dataFolderOf({ name, folder, locked }: LoadedPlugin, { paths }: Config): string {
  const digest = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return installedDataFolder(paths, locked === null ? `${name}@${digest}` : name);
}
