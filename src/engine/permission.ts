import type { Json } from "../core/json.ts";
import type { Action } from "../core/principal.ts";
import type { Model } from "../model/model.ts";
import { requireAllowed } from "../policy/policy.ts";
import type { EngineTools } from "./engine.ts";
import type { Scope } from "./scope.ts";

/** Who asks, and whom: a run, or what is no program's. */
export interface Asking {
  readonly tree: { readonly tools: Pick<EngineTools, "policy"> };
  readonly scope: Pick<Scope, "principal" | "labels">;
}

/**
 * Asks whether the run's principal may do something, before it is done.
 * @throws {ModullmError} RLLM_021
 */
export function requirePermission(
  { tree, scope }: Asking,
  action: Action,
  name: string,
  facts: Readonly<Record<string, Json>> = {},
): void {
  const { principal, labels } = scope;
  requireAllowed(tree.tools.policy, { action, principal, resource: { name, facts }, labels });
}

/**
 * Whether a model may be called, and the prompt may leave the machine for it. @throws
 * {ModullmError} RLLM_021
 */
export function requireModel(run: Asking, { id, origin }: Pick<Model, "id" | "origin">): void {
  requirePermission(run, "call-model", id);
  const host = remoteHost(origin);
  if (host !== null) requirePermission(run, "egress", host, { model: id });
}

/** Where a model's prompt goes when it leaves this machine; null where it stays. */
export function remoteHost(origin: string | undefined): string | null {
  if (origin === undefined || LOCAL.test(origin) || !URL.canParse(origin)) return null;
  const { hostname } = new URL(origin);
  return LOCAL_HOST.test(hostname) ? null : hostname;
}

const LOCAL_HOST = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/;
/** An address that plainly stays on this machine, which need not be taken apart to see it. */
const LOCAL = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?:\/|$)/;
