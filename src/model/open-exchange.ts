import type { ModullmError } from "../core/error.ts";
import { Exchange } from "./exchange.ts";
import type { Deadlines } from "./exchange.ts";
import { providerFailure } from "./failure.ts";
import type { Callee } from "./failure.ts";
import { textHeaders } from "./openai/request.ts";
import type { NativeOptions, NativeProtocol } from "./protocol.ts";

export interface Opening {
  readonly callee: Callee;
  readonly deadlines: Deadlines;
  readonly extra: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * An exchange with the key and the headers of a provider.
 * @throws {ModullmError} RLLM_017 for a header that can't be sent
 */
export function openExchange(
  options: NativeOptions,
  protocol: Pick<NativeProtocol, "headers">,
  opening: Opening,
): Exchange {
  const { endpoint, fetch } = options;
  const { callee, deadlines, extra, signal } = opening;
  const headers = { ...protocol.headers(endpoint), ...textHeaders(endpoint.headers), ...extra };
  for (const [name, value] of Object.entries(headers))
    if (!HEADER_TEXT.test(value)) throw unsendable(callee, name);
  return new Exchange({ callee, fetch, signal, deadlines, headers });
}

/** What HTTP carries: Latin-1 without control characters. */
const HEADER_TEXT = /^[\t\x20-\x7E\xA0-\xFF]*$/;

function unsendable(callee: Callee, name: string): ModullmError {
  const reason = `the header "${name}" holds a character that can't be sent`;
  const hint = `Correct it under providers in config.yaml, or in the base URL.`;
  return providerFailure(callee, reason, { retryable: false, hint });
}
