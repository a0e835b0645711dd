import { ModullmError } from "../core/error.ts";

/**
 * RLLM_019: `Cannot start plugin "x": the file "main.ts" was changed`.
 * @param action what can't be done, without the plugin's name: `start`, `install`
 */
export function refusal(
  action: string,
  plugin: string,
  facts: {
    readonly reason: string;
    readonly hint?: string;
    readonly retryable?: boolean;
    readonly cause?: unknown;
  },
): ModullmError {
  const { reason, hint, retryable = false, cause } = facts;
  return new ModullmError("RLLM_019", `Cannot ${action} plugin "${plugin}": ${reason}`, {
    details: { plugin, reason },
    retryable,
    cause,
    hint: hint ?? nextSteps(plugin),
  });
}

/** What helps with most of RLLM_019. */
export function nextSteps(plugin: string): string {
  return (
    `Run \`modullm plugins test ${plugin}\`; \`modullm plugins info ${plugin}\` shows what it ` +
    "is."
  );
}

/** RLLM_021: nobody has said yes to it. */
export function notTrusted(
  action: string,
  plugin: string,
  facts: { readonly reason: string; readonly hint: string },
): ModullmError {
  return new ModullmError("RLLM_021", `Cannot ${action} plugin "${plugin}": ${facts.reason}`, {
    details: { action: `plugin.${action}`, resource: plugin, rule: "trusted-plugins-only" },
    hint: facts.hint,
  });
}
