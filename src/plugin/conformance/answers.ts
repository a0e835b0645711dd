import { ERRORS, type ChatPart, type ModelInfo } from "../../../plugins/sdk/protocol.ts";
import { isObject } from "../../core/json.ts";
import { createChecks } from "../checks.ts";
import { type Bench, type Facts } from "./check.ts";
import { Skip, want } from "./verdict.ts";
import type { Exchange, Message, Wire } from "./wire.ts";

/** Error codes of JSON-RPC. */
export const RPC = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  internal: -32_603,
} as const;
const KNOWN_CODES = new Set<number>([...Object.values(ERRORS), ...Object.values(RPC)]);

export interface PluginFault {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** @throws {Miss} when it is an error */
export function resultOf(answer: Message): Message {
  const fault = errorIn(answer);
  want(fault === null, () => `it answered with the error ${fault?.code}: ${fault?.message}`);
  const { result } = answer;
  want(isObject(result), `its result is ${JSON.stringify(result)}, and not an object`);
  return result;
}

/** @throws {Miss} when it is a result, or an error of another code */
export function errorOf(answer: Message, ...codes: readonly number[]): PluginFault {
  const fault = errorIn(answer);
  want(
    fault !== null,
    () => `it answered with a result: ${JSON.stringify(answer["result"]).slice(0, 80)}`,
  );
  want(
    codes.length === 0 || codes.includes(fault.code),
    `the error's code is ${fault.code}: ${fault.message}`,
  );
  return fault;
}

/**
 * A result, or an error that says what is the matter: anything but -32603 and codes that nobody
 * knows.
 */
export function resultOrCode(answer: Message): Message | null {
  const fault = errorIn(answer);
  if (fault === null) return resultOf(answer);
  const coded = KNOWN_CODES.has(fault.code) && fault.code !== RPC.internal;
  want(
    coded,
    `the error's code is ${fault.code}, which does not say what is the matter: ${fault.message}`,
  );
  return null;
}

export function errorIn(answer: Message): PluginFault | null {
  const { error } = answer;
  if (error === undefined) return null;
  if (!isObject(error)) return { code: Number.NaN, message: JSON.stringify(error) };
  return { code: Number(error["code"]), message: String(error["message"]), data: error["data"] };
}

export function isKnownCode(code: number): boolean {
  return KNOWN_CODES.has(code);
}

/** The parts that came before the answer. */
export function partsOf({ notes }: Exchange): readonly ChatPart[] {
  return notes
    .filter(({ method }) => method === "chat/part")
    .map(({ params }) => params["part"] as ChatPart);
}

export function textOf(exchange: Exchange): string {
  return partsOf(exchange)
    .map((part) => (isObject(part) && part.type === "text" ? part.text : ""))
    .join("");
}

/**
 * `params` of a chat that is over soon, with what is given in place of its own. @throws {Skip}
 * without a model
 */
export function chatParams(facts: Facts, content: string, more: object = {}): object {
  const messages = [{ role: "user", content }];
  return {
    model: modelOf(facts),
    messages,
    params: { max_tokens: 16 },
    schema: null,
    stream: true,
    ...more,
  };
}

/** @throws {Skip} */
export function modelOf({ model }: Facts): string {
  if (model === null)
    throw new Skip("no model is known: it lists none, and none was given with --model");
  return model;
}

/** A chat on the shared process, to its answer. */
export async function chat(
  bench: Bench,
  content: string,
  more: object = {},
): Promise<[Exchange, Message, Wire]> {
  const wire = await bench.shared();
  const exchange = wire.open("chat", chatParams(bench.facts, content, more));
  return [exchange, await wire.answer(exchange), wire];
}

/** @throws {Miss} when it does not list them in the shape of the protocol */
export async function listModels(wire: Wire): Promise<readonly ModelInfo[]> {
  const answer = await wire.ask("models/list", {});
  const fault = errorIn(answer);
  const hint =
    fault?.code === ERRORS.unavailable
      ? "; what stands behind it must run, or be named with --settings"
      : "";
  want(
    fault === null,
    () => `it answered "models/list" with the error ${fault?.code}: ${fault?.message}${hint}`,
  );
  const result = resultOf(answer);
  const wrong = createChecks().result("models/list", result, {});
  want(wrong === null, `its answer to "models/list": ${wrong}`);
  return result["models"] as readonly ModelInfo[];
}

/** It still answers. @throws {Miss} */
export async function goesOn(wire: Wire): Promise<void> {
  resultOf(await wire.ask("health", {}));
}
