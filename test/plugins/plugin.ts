import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolCallResult } from "../../plugins/sdk/protocol.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { createPluginHost, type PluginHost } from "../../src/plugin/host.ts";
import { readManifest, startCommand } from "../../src/plugin/manifest.ts";
import type { Report } from "../../src/plugin/conformance/report.ts";
import { testPlugin } from "../../src/plugin/conformance/suite.ts";

const ROOT = join(import.meta.dir, "../../plugins");
const ENV = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };

export interface StartedPlugin {
  readonly host: PluginHost;
  call(name: string, input: JsonObject, signal?: AbortSignal): Promise<ToolCallResult>;
}

/** A plugin of ours as it is run. */
export async function startPlugin(name: string, settings: JsonObject): Promise<StartedPlugin> {
  const loaded = await readManifest(join(ROOT, name));
  const host = createPluginHost({
    ...startCommand(loaded, { executable: process.execPath, env: ENV }),
    name,
    settings,
    dataFolder: mkdtempSync(join(tmpdir(), `${name}-`)),
  });
  return {
    host,
    async call(tool, input, signal) {
      const options = signal === undefined ? {} : { signal };
      return await host.request("tools/call", { name: tool, input }, options);
    },
  };
}

export async function conformance(name: string, settings: JsonObject): Promise<Report> {
  const loaded = await readManifest(join(ROOT, name));
  const command = startCommand(loaded, { executable: process.execPath, env: ENV });
  return await testPlugin(command, { manifest: loaded.manifest, settings });
}
