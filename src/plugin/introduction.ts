import type { Ability, InitializeResult, Manifest } from "../../plugins/sdk/protocol.ts";
import { unlessAborted } from "../core/waiting.ts";
import { cancellation } from "./failures.ts";
import { pluginError } from "./fault.ts";
import type { PluginHost } from "./host.ts";

/**
 * Starts the plugin, and asks once of each process that it is what its manifest says, which is what
 * people agreed to.
 * @param needs what it is started for; null: anything
 * @returns what gives null where that is done
 */
export function introduction(
  host: PluginHost,
  manifest: Manifest,
  needs: Ability | null,
): (signal: AbortSignal) => Promise<void> | null {
  let met: InitializeResult | null = null;
  async function meet(signal: AbortSignal): Promise<void> {
    const result = await unlessAborted(host.start(), signal, cancellation);
    const reason = liesOf(result, manifest, needs);
    if (reason !== null) throw pluginError(manifest.name, { reason });
    met = result;
  }
  return (signal) => (met !== null && host.initialized === met ? null : meet(signal));
}

function liesOf(
  result: InitializeResult,
  { name, version, provides }: Manifest,
  needs: Ability | null,
): string | null {
  if (result.name !== name)
    return `it says that its name is "${result.name}", its manifest that it is "${name}"`;
  if (result.version !== version)
    return `it says that it is version "${result.version}", its manifest that it is "${version}"`;
  const missing = provides.filter((ability) => !result.provides.includes(ability));
  if (missing.length > 0)
    return `its manifest says that it provides ${missing.join(", ")}, and it says that it doesn't`;
  return needs === null || provides.includes(needs) ? null : `it does not provide "${needs}"`;
}
