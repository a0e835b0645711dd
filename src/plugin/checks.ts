import type { Methods } from "../../plugins/sdk/protocol.ts";
import { compileContract } from "../contract/compile.ts";
import type { Contract, JsonSchema } from "../contract/contract.ts";
import { isObject } from "../core/json.ts";
import { ERROR, NOTIFICATIONS, RESULTS } from "./schemas.ts";

export type Method = keyof Methods;
export type FromPlugin = "chat/part" | "progress";

/** Checks what a plugin sends, once, where it comes in. Each gives what is wrong, or null. */
export interface Checks {
  /** @param params what the request asked, which the result has to go with */
  result(method: Method, value: unknown, params: unknown): string | null;
  notification(method: FromPlugin, params: unknown): string | null;
  error(value: unknown): string | null;
}

/** Each schema is compiled when its first message comes. */
export function createChecks(): Checks {
  const compiled = new Map<JsonSchema, Contract["check"]>();
  function faultOf(schema: JsonSchema, value: unknown, what: string): string | null {
    let check = compiled.get(schema);
    if (check === undefined) {
      check = compile(schema);
      compiled.set(schema, check);
    }
    const checked = check(value);
    if (checked.ok) return null;
    const [issue] = checked.issues;
    const place = issue.path.length === 0 ? what : `"${issue.path.join(".")}" of ${what}`;
    return `${place} ${issue.reason}`;
  }
  return {
    result: (method, value, params) =>
      faultOf(RESULTS[method], value, "its result") ??
      (method === "embed" ? vectorsFault(value, params) : null) ??
      (method === "rerank" ? scoresFault(value, params) : null) ??
      (method === "tools/call" ? emptyFault(value) : null),
    notification: (method, params) =>
      faultOf(NOTIFICATIONS[method], params, `its notification "${method}"`),
    error: (value) => faultOf(ERROR, value, "its error"),
  };
}

function compile(schema: JsonSchema): Contract["check"] {
  const compilation = compileContract(schema);
  if (!compilation.ok)
    throw new Error(`A schema of the plugin protocol ${compilation.faults[0].reason}`);
  return compilation.contract.check;
}

function emptyFault(result: unknown): string | null {
  if (!isObject(result) || result["content"] !== undefined || result["value"] !== undefined)
    return null;
  return `its result has neither "content" nor "value"`;
}

/** One score for each document. */
function scoresFault(result: unknown, params: unknown): string | null {
  const scores: unknown = isObject(result) ? result["scores"] : null;
  const documents: unknown = isObject(params) ? params["documents"] : null;
  if (!Array.isArray(scores) || !Array.isArray(documents)) return null;
  return scores.length === documents.length
    ? null
    : `"scores" has ${scores.length} for ${documents.length} documents`;
}

/** One vector for each text, all of one length. */
function vectorsFault(result: unknown, params: unknown): string | null {
  const vectors: unknown = isObject(result) ? result["vectors"] : null;
  const texts: unknown = isObject(params) ? params["texts"] : null;
  if (!Array.isArray(vectors) || !Array.isArray(texts)) return null;
  if (vectors.length !== texts.length)
    return `"vectors" has ${vectors.length} for ${texts.length} texts`;
  const lengths = new Set(
    vectors.map((vector: unknown) => (Array.isArray(vector) ? vector.length : 0)),
  );
  return lengths.size > 1
    ? `"vectors" has vectors of different lengths: ${[...lengths].slice(0, 3).join(", ")}`
    : null;
}
