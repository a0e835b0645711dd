import { isObject } from "../core/json.ts";
import { authorized } from "./authorized.ts";
import { type Deadlines, notJson } from "./exchange.ts";
import { type Callee, inBandFailure } from "./failure.ts";
import { openExchange } from "./open-exchange.ts";
import type { NativeOptions, NativeProtocol } from "./protocol.ts";
import { isError } from "./said.ts";
import { notNumbers } from "./vectors/fault.ts";

/** One request whose reply is JSON, and comes whole. */
export interface JsonCall {
  readonly callee: Callee;
  readonly url: URL;
  /** Absent: it is a GET. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Sends it and gives what came, numbers as doubles; a list that has no name is `data`.
 * @throws {ModullmError} RLLM_017, RLLM_022, or RLLM_011 for a reply with a number that is none
 */
export async function callJson(
  options: NativeOptions,
  protocol: Pick<NativeProtocol, "headers" | "authorize">,
  { callee: asked, url, body, deadlines, signal }: JsonCall,
): Promise<Fields> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const method = body === undefined ? "GET" : "POST";
  const at = { id: asked.model, callee: asked, signal };
  const { headers, to: callee } = await authorized(protocol, { method, url, body: text }, at);
  const exchange = openExchange(options, protocol, { callee, deadlines, extra: {}, signal });
  try {
    const sent = body === undefined ? {} : { method: "POST" as const, body: text };
    const answer = await exchange.text(await exchange.fetch(url, { ...sent, headers }));
    const reply = parsed(answer, callee, exchange.url);
    if (isError(reply)) throw inBandFailure(callee, reply);
    return reply;
  } catch (thrown) {
    throw exchange.explain(thrown);
  } finally {
    exchange.close();
  }
}

/** Python writes these where a computation went wrong; JSON has no such thing. */
const NO_NUMBER = /[[,:]\s*-?(NaN|Infinity)\b/;

function parsed(text: string, callee: Callee, url: URL | null): Fields {
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch {
    const [, word] = NO_NUMBER.exec(text) ?? [];
    throw word === undefined ? notJson(callee, text, url) : notNumbers(callee.model, word);
  }
  if (Array.isArray(reply)) return { data: reply };
  if (!isObject(reply)) throw notJson(callee, text, url);
  return reply;
}
