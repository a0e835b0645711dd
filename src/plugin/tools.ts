import type { ToolCallResult, ToolInfo } from "../../plugins/sdk/protocol.ts";
import { compileContract } from "../contract/compile.ts";
import type { Contract } from "../contract/contract.ts";
import { sha256 } from "../core/digest.ts";
import { ModullmError } from "../core/error.ts";
import { type JsonObject, writeJson } from "../core/json.ts";
import { didYouMean, nearest } from "../core/nearest.ts";
import type { ForeignTool, ToolResult, ToolSource } from "../model/tool.ts";
import type { ToolEntry } from "../program/program.ts";
import { type Policy, requireAllowed } from "../policy/policy.ts";
import { parseRange } from "../program/versions.ts";
import { pluginError } from "./fault.ts";
import { introduction } from "./introduction.ts";
import type { OpenPlugin } from "./open-plugin.ts";
import type { Plugins } from "./plugins.ts";
import { refusal } from "./refusal.ts";
import { sameTool } from "./tool-changes.ts";

/** Where the tools of plugins come from. A plugin is opened once, and let go by `close`. */
export interface PluginTools extends ToolSource {
  close(): Promise<void>;
}

export interface PluginToolsOptions {
  readonly plugins: Plugins;
  /** Asked each time that somebody wants a plugin's tools; opening it asks for consent, too. */
  readonly policy: Policy;
}

export function createPluginTools({ plugins, policy }: PluginToolsOptions): PluginTools {
  const open = new Map<string, Promise<ToolPlugin>>();

  function openOnce(name: string): Promise<ToolPlugin> {
    const known = open.get(name) ?? openPlugin(name, plugins);
    open.set(name, known);
    // Another try may find what was missing.
    known.catch(() => open.delete(name));
    return known;
  }

  return {
    async open(entry, { principal, signal }) {
      const name = entry.from.name.toLowerCase();
      const resource = { name, facts: { kind: "plugin", consent: true } };
      requireAllowed(policy, { action: "call-tool", principal, resource, labels: [] });
      const plugin = await openOnce(name);
      const wanted = choose(plugin.opened, entry);
      const listed = await plugin.list(signal);
      return wanted.map((tool) =>
        foreignTool(plugin.opened, listedTool(listed, tool, name), entry),
      );
    },
    known(entry) {
      const { name } = entry.from;
      const unknown = `The tools of the plugin "${name}" are not known here`;
      return Promise.resolve({ tools: null, unknown, reaches: [`plugin ${name}`] });
    },
    async close() {
      const all = await Promise.allSettled(open.values());
      open.clear();
      for (const each of all) if (each.status === "fulfilled") await each.value.opened.release();
    },
  };
}

interface ToolPlugin {
  readonly opened: OpenPlugin;
  /** The tools that can be called with its settings; starts it. */
  list(signal: AbortSignal): Promise<readonly ToolInfo[]>;
}

async function openPlugin(name: string, plugins: Plugins): Promise<ToolPlugin> {
  const opened = await plugins.open(name);
  if (opened === null) {
    const names = (await plugins.list()).map((each) => each.name);
    const near = nearest(name, names);
    throw refusal("open", name, {
      reason: "there is no such plugin here",
      hint: near === null ? "`modullm plugins search` looks for one." : `Did you mean "${near}"?`,
    });
  }
  const { host, manifest } = opened;
  const introduce = introduction(host, manifest, "tools/call");
  let listed: { readonly of: unknown; readonly tools: readonly ToolInfo[] } | null = null;
  return {
    opened,
    async list(signal) {
      await introduce(signal);
      if (listed !== null && listed.of === host.initialized) return listed.tools;
      const of = host.initialized;
      const { tools } = await host.request("tools/list", {}, { signal });
      listed = { of, tools };
      return tools;
    },
  };
}

/** The tools that an entry is about, as the manifest has them: nothing needs to run for that. */
function choose({ manifest }: OpenPlugin, { only, version }: ToolEntry): readonly ToolInfo[] {
  const { name, tools = [] } = manifest;
  const names = tools.map((tool) => tool.name);
  if (tools.length === 0) throw missing(name, null, "it provides no tools");
  const absent = only?.find((each) => !names.includes(each));
  if (absent !== undefined)
    throw missing(name, absent, `it has ${names.join(", ")}.${didYouMean(absent, names)}`);
  const chosen = tools.filter((tool) => only === null || only.includes(tool.name));
  if (version === null) return chosen;
  const range = parseRange(version);
  for (const tool of chosen) {
    const own = tool.version ?? manifest.version;
    if (range?.holds(own)) continue;
    throw refusal("use", name, {
      reason: `its tool "${tool.name}" has version ${own}, and "${version}" is wanted`,
      hint:
        `\`modullm plugins update ${name}\` looks for another one; or change "version" in the ` +
        "program.",
    });
  }
  return chosen;
}

/** @throws {ModullmError} RLLM_019 for a tool that is not what the manifest says, RLLM_008 */
function listedTool(listed: readonly ToolInfo[], wanted: ToolInfo, plugin: string): ToolInfo {
  const found = listed.find(({ name }) => name === wanted.name);
  if (found === undefined)
    throw missing(plugin, wanted.name, "it does not offer it with these settings");
  if (sameTool(found, wanted)) return found;
  const reason = `what it says of its tool "${wanted.name}" is not what its manifest says`;
  throw pluginError(plugin, { reason });
}

function foreignTool(
  { host, manifest, identity }: OpenPlugin,
  { name, description, input, output }: ToolInfo,
  { as }: ToolEntry,
): ForeignTool {
  const contract = output === undefined ? null : contractOf(output);
  return {
    name: as ?? name,
    description,
    input,
    origin: `plugin:${manifest.name}/${name}`,
    identity: sha256(writeJson(identity)),
    ...(output === undefined ? {} : { output }),
    async call(given, { signal }) {
      return resultOf(await host.request("tools/call", { name, input: given }, { signal }), {
        name,
        contract,
      });
    },
  };
}

/** A value that the tool did not promise is a failed call. */
function resultOf(
  { content, value, attachments = [], failed = false }: ToolCallResult,
  { name, contract }: { readonly name: string; readonly contract: Contract | null },
): ToolResult {
  if (contract !== null && !failed) {
    const checked = contract.check(value);
    if (value === undefined) return broken(name, "there is none");
    if (!checked.ok) {
      const [{ path, reason }] = checked.issues;
      return broken(name, path.length === 0 ? `it ${reason}` : `"${path.join(".")}" ${reason}`);
    }
  }
  return {
    content: content ?? writeJson(value ?? null),
    failed,
    ...(value === undefined ? {} : { value }),
    ...(attachments.length === 0
      ? {}
      : {
          attachments: attachments.map(({ media_type: mediaType, data, name: file }) => ({
            mediaType,
            data,
            name: file,
          })),
        }),
  };
}

function broken(name: string, reason: string): ToolResult {
  const content = `The value that "${name}" gave is not what it promises: ${reason}`;
  return { content, failed: true };
}

/** A manifest with a schema that can't be compiled is refused when it is read. */
function contractOf(schema: JsonObject): Contract | null {
  const compiled = compileContract(schema);
  return compiled.ok ? compiled.contract : null;
}

/** RLLM_008: the program names what the plugin has not. */
function missing(plugin: string, tool: string | null, reason: string): ModullmError {
  const what = tool === null ? "the tools" : `the tool "${tool}"`;
  return new ModullmError("RLLM_008", `Cannot find ${what} of plugin "${plugin}": ${reason}`, {
    details: { entry: tool ?? plugin, reason },
    hint: `\`modullm plugins info ${plugin}\` shows its tools.`,
  });
}
