import { isObject, type Json, parseJson } from "../core/json.ts";
import { failure } from "./failure.ts";
import type { Failure } from "./sandbox.ts";
import { checkValue } from "./values.ts";

/** A line of a guest. */
export type Reply = Readonly<Record<string, unknown>> & { readonly is: string };

/** What code that ran to its end has given. */
export interface Given {
  readonly ok: true;
  readonly value: Json;
  readonly kept?: Json;
  readonly keptFault?: string;
}

/** Null for a line that is no message. @param nonce what each message begins with */
export function readReply(line: string, nonce: string): Reply | null {
  if (!line.startsWith(`${nonce} `)) return null;
  try {
    // A number that JSON has not is told of as such.
    const parsed = parseJson(line.slice(nonce.length + 1), { decimals: "nearest" });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
    return isObject(parsed) && typeof parsed["is"] === "string" ? (parsed as Reply) : null;
  } catch {
    // Not JSON, or nested so deep that it can't be read.
    return null;
  }
}

export function readGiven(reply: Reply): Given | { ok: false; failure: Failure } {
  const checked = checkValue(reply["value"] ?? null, "result");
  if (!checked.ok) return { ok: false, failure: failure("ResultError", checked.reason) };
  const { kept, keptFault } = reply;
  if (typeof keptFault === "string") return { ...checked, keptFault };
  if (kept === undefined) return checked;
  const left = checkValue(kept, "context");
  return left.ok ? { ...checked, kept: left.value } : { ...checked, keptFault: left.reason };
}
