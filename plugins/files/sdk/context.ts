/** What the functions of a plugin work with, and how they refuse. */
import { ERRORS, type InitializeParams, type Notifications } from "./protocol.ts";

/** What a call may use beside its parameters. */
export interface Context {
  /**
   * Aborted when the host cancels the call or ends the plugin. The call is then answered without
   * waiting for the function.
   */
  readonly signal: AbortSignal;
  /** As the user's configuration has them, checked by the host against the manifest's schema. */
  readonly settings: InitializeParams["settings"];
  /** A folder that things may be kept in. */
  readonly dataFolder: string;
}

/**
 * An error with a code of the protocol: `throw new PluginError("unavailable", "the server is busy",
 * { retry_after_ms: 500 })`.
 */
export class PluginError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: keyof typeof ERRORS | number, message: string, data?: unknown) {
    super(message);
    this.code = typeof code === "number" ? code : ERRORS[code];
    this.data = data;
  }
}

/** What JSON-RPC itself names. */
export const [PARSE, INVALID, NO_METHOD, BAD_PARAMS, INTERNAL] = [
  -32_700, -32_600, -32_601, -32_602, -32_603,
];
export type Params = Readonly<Record<string, unknown>>;

/** Gives what is to be waited for, when the host reads slowly. */
export type Notify = (method: keyof Notifications, params: Params) => Promise<void> | undefined;

export function notProvided(method: string): PluginError {
  return new PluginError(NO_METHOD, `this plugin does not provide "${method}"`);
}

export function want(held: unknown, otherwise: string): asserts held {
  if (!held) throw new PluginError(BAD_PARAMS, otherwise);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
