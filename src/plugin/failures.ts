import { ERRORS } from "../../plugins/sdk/protocol.ts";
import { ModullmError } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import { stopped } from "../core/waiting.ts";
import type { Refusal } from "./connection.ts";
import { pluginError } from "./fault.ts";

/** Who was asked what, for messages. */
export interface Asked {
  readonly plugin: string;
  readonly method: string;
  /** As the plugin names it; null where the request is about none. */
  readonly model: string | null;
  /** Null where the request is about none. */
  readonly tool: string | null;
  /**
   * Variables that the plugin gets, the first one being what a message about credentials asks for.
   */
  readonly variables: readonly string[];
  readonly log: readonly string[];
}

/** JSON-RPC's own. */
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;
/** Characters of a plugin's message that are shown. */
const SHOWN = 500;

/** What an error that a plugin answers with means to whoever asked. */
export function refusalError(refusal: Refusal, asked: Asked): ModullmError {
  const said = textOf(refusal.message);
  const data: Readonly<Record<string, unknown>> = isObject(refusal.data) ? refusal.data : {};
  switch (refusal.code) {
    case ERRORS.model_not_found:
      return modelMissing(asked, said);
    case ERRORS.unauthorized:
      return unauthorized(asked, said);
    case ERRORS.unavailable:
      return providerError(asked, said, { data, retryable: true, cause: refusal });
    case ERRORS.refused:
      return providerError(asked, said, { data, retryable: false, cause: refusal });
    default:
      return pluginError(asked.plugin, { reason: reasonOf(refusal.code, said, asked) }, asked.log);
  }
}

/** RLLM_010: the plugin says so, or its list of models does. */
export function modelMissing(
  { plugin, model }: Pick<Asked, "plugin" | "model">,
  said: string,
  { pulls = false }: { pulls?: boolean } = {},
): ModullmError {
  const id = `${plugin}/${model ?? ""}`;
  return new ModullmError("RLLM_010", `Cannot call model "${id}": ${said}`, {
    details: { model: id, reason: said },
    hint: pulls
      ? "Name one of the plugin's models, or let it pull this one."
      : "Name one of the plugin's models.",
  });
}

/** RLLM_017: the model was given tools and calls none. */
export function withoutTools({ plugin, model }: Pick<Asked, "plugin" | "model">): ModullmError {
  const said = "it does not call tools";
  return new ModullmError("RLLM_017", `Cannot call model "${plugin}/${model}": ${said}`, {
    details: {
      provider: plugin,
      model: `${plugin}/${model}`,
      status: null,
      retryable: false,
      attempts: 0,
      reason: said,
    },
    retryable: false,
    hint: "Name a model that calls tools, or leave `tools` out.",
  });
}

/** RLLM_022 for a caller that does not wait any longer. */
export function cancellation(signal: AbortSignal): ModullmError {
  return stopped(signal, "the request to the plugin");
}

function unauthorized({ plugin, model, variables }: Asked, said: string): ModullmError {
  const [missing = null] = variables;
  return new ModullmError("RLLM_014", `Cannot call "${plugin}/${model ?? ""}": ${said}`, {
    details: {
      provider: plugin,
      missing_env_var: missing,
      model: `${plugin}/${model ?? ""}`,
      checked_sources: [],
    },
    hint:
      missing === null
        ? `Set the plugin's key under plugins.${plugin} in config.yaml.`
        : `Set ${variables.join(" or ")}, or what the plugin wants under plugins.${plugin} in ` +
          "config.yaml.",
  });
}

function providerError(
  { plugin, model, tool, method }: Asked,
  said: string,
  facts: { data: Readonly<Record<string, unknown>>; retryable: boolean; cause: unknown },
): ModullmError {
  const { status, retry_after_ms: wait, provider_code: code } = facts.data;
  const what =
    tool !== null
      ? `call tool "${tool}" of plugin "${plugin}"`
      : model === null
        ? `ask plugin "${plugin}" for "${method}"`
        : `call model "${plugin}/${model}"`;
  return new ModullmError("RLLM_017", `Cannot ${what}: ${said}`, {
    details: {
      provider: plugin,
      model: model === null ? null : `${plugin}/${model}`,
      status: typeof status === "number" && Number.isInteger(status) ? status : null,
      retryable: facts.retryable,
      attempts: 1,
      reason: said,
      ...(typeof code === "string" && code !== "" ? { provider_code: textOf(code) } : {}),
      ...(typeof wait === "number" && wait >= 0 ? { retry_after_ms: wait } : {}),
    },
    retryable: facts.retryable,
    cause: facts.cause,
  });
}

function reasonOf(code: number, said: string, { method, tool }: Asked): string {
  if (code === ERRORS.tool_not_found) return `it has no tool "${tool}": ${said}`;
  if (code === METHOD_NOT_FOUND) return `it has no "${method}": ${said}`;
  if (code === INVALID_PARAMS) return `it does not take these parameters for "${method}": ${said}`;
  if (code === ERRORS.cancelled)
    return `it says that "${method}" was cancelled, but nobody did that`;
  return `it failed at "${method}": ${said} (error ${code})`;
}

function textOf(message: string): string {
  const line = message
    .slice(0, SHOWN * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  if (line === "") return "it does not say why";
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
