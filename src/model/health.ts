import { toModullmError } from "../core/error.ts";
import { credentialFault } from "./endpoint.ts";
import { reasonOf } from "./failure.ts";
import { callJson, type JsonCall } from "./json-call.ts";
import { calleeOf } from "./openai/address.ts";
import type { NativeOptions, NativeProtocol } from "./protocol.ts";
import type { Health } from "./provider.ts";

/** Milliseconds in which a server that is well answers. */
const HEALTH_TIME = 10_000;

export interface HealthQuestion extends Pick<JsonCall, "url" | "signal"> {
  /** What the server says of itself in its reply. @default that it answers */
  readonly said?: (reply: Readonly<Record<string, unknown>>) => string;
}

/**
 * Asks a server something that costs nothing; what it can't answer is how it is.
 * @throws {ModullmError} RLLM_014 without credentials, RLLM_022
 */
export async function askHealth(
  options: NativeOptions,
  protocol: Pick<NativeProtocol, "headers" | "authorize">,
  { url, signal, said = () => `answers at ${url.host}` }: HealthQuestion,
): Promise<Health> {
  const { endpoint, config } = options;
  const fault = credentialFault(endpoint, endpoint.written, config);
  if (fault !== null) throw fault;
  const callee = calleeOf(endpoint, "*", {});
  const deadlines = { total: HEALTH_TIME, first: null, stall: null };
  try {
    const reply = await callJson(options, protocol, { callee, url, deadlines, signal });
    return { ok: true, message: said(reply) };
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code !== "RLLM_017") throw error;
    return { ok: false, message: reasonOf(error) };
  }
}
