import { ModullmError } from "../../core/error.ts";
import { reasonOf } from "../failure.ts";
import { callJson } from "../json-call.ts";
import { calleeOf } from "../openai/address.ts";
import type { NativeOptions, NativeProtocol } from "../protocol.ts";
import { under } from "../under.ts";

/** A large model takes minutes to be read from a disk, in silence. */
const NO_LIMIT = { total: null, first: null, stall: null };

/**
 * Has the server hold a model in memory, or let it go: an empty prompt says no more than how long
 * to keep it. @param keepMs 0: let it go now; null: for ever; undefined: as the server does
 * @throws {ModullmError} RLLM_010 for a model that is not there
 */
export async function keepInMemory(
  name: string,
  keepMs: number | null | undefined,
  {
    options,
    protocol,
    signal,
  }: { options: NativeOptions; protocol: NativeProtocol; signal: AbortSignal },
): Promise<void> {
  const { endpoint } = options;
  const callee = calleeOf(endpoint, name, {});
  const keep = keepMs === undefined ? {} : { keep_alive: keepMs === null ? -1 : `${keepMs}ms` };
  const call = { callee, deadlines: NO_LIMIT, signal };
  const ask = async (path: string, more: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const body = { model: name, ...more, ...keep };
    return await callJson(options, protocol, { ...call, url: under(endpoint, path), body });
  };
  try {
    await ask("/api/generate", { stream: false }).catch(async (thrown: unknown) => {
      if (!embedsAlone(thrown)) throw thrown;
      await ask("/api/embed", { input: [] });
    });
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    throw protocol.explain?.(thrown, callee, name) ?? thrown;
  }
}

/** Whether the model writes nothing, so that it has no prompts, not even empty ones. */
function embedsAlone(thrown: unknown): boolean {
  return thrown instanceof ModullmError && /does not support/i.test(reasonOf(thrown));
}
