import type { Manifest } from "../../plugins/sdk/protocol.ts";
import { compileContract } from "../contract/compile.ts";
import { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";

/** What a manifest without `settings` says: there are none. */
const NONE: JsonObject = { type: "object", properties: {}, additionalProperties: false };

/**
 * Checks `plugins.NAME` of config.yaml against the manifest's schema.
 * @throws {ModullmError} RLLM_018
 */
export function checkSettings(
  { name, settings: schema = NONE }: Pick<Manifest, "name" | "settings">,
  settings: JsonObject,
): void {
  const compiled = compileContract(schema);
  // A manifest with such a schema is refused when it is read.
  if (!compiled.ok) return;
  const checked = compiled.contract.check(settings);
  if (checked.ok) return;
  const [{ path, reason }] = checked.issues;
  const field = ["plugins", name, ...path].join(".");
  throw new ModullmError(
    "RLLM_018",
    `Cannot use plugin "${name}": ${field} in config.yaml: ${reason}`,
    {
      details: { field, reason },
      hint: `\`modullm plugins info ${name}\` shows the settings that it takes.`,
    },
  );
}
