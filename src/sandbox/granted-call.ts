import type { Json } from "../core/json.ts";
import { type HostMessage, MAX_ARGUMENTS } from "./channel.ts";
import type { Reply } from "./reply.ts";
import type { GrantedFunction } from "./sandbox.ts";
import { checkValue } from "./values.ts";

/** A call that a guest may make. */
export interface GrantedCall {
  readonly granted: GrantedFunction;
  readonly args: readonly Json[];
}

export type Answer = Extract<HostMessage, { do: "return" | "throw" }>;

/** The call that a guest asks for; or what breaks the protocol in it. */
export function readCall(
  { name, args }: Reply,
  functions: Readonly<Record<string, GrantedFunction>>,
): GrantedCall | string {
  const granted =
    typeof name === "string" && Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!granted) return "it called a function that was not granted";
  if (!Array.isArray(args)) return "it called with no list of arguments";
  if (args.length > MAX_ARGUMENTS) return `it called with more than ${MAX_ARGUMENTS} arguments`;
  const checked = checkValue(args, "arguments");
  if (!checked.ok) return checked.reason;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return { granted, args: checked.value as readonly Json[] };
}

export async function answerOf(
  { granted, args }: GrantedCall,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return { do: "return", value: (await granted(args, signal)) ?? null };
  } catch (thrown) {
    return { do: "throw", message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
