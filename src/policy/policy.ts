import { ModullmError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import { type Action, holds, type Principal } from "../core/principal.ts";

/** Something that is about to be done, before it is done. */
export interface Ask {
  readonly action: Action;
  readonly principal: Principal;
  readonly resource: Resource;
  /** What the data that is at hand is marked with. */
  readonly labels: readonly string[];
}

/** What it would be done to. */
export interface Resource {
  /** By which rules know it: a model's id, a path, a host, a program's name. */
  readonly name: string;
  /** What whoever asks has found out, and a decision may depend on. */
  readonly facts: Readonly<Record<string, Json>>;
}

export type Decision =
  | { readonly allow: true }
  | {
      readonly allow: false;
      readonly code: "RLLM_021";
      /** What says no: a right that is missing, or a setting. */
      readonly rule: string;
    };

/**
 * Whether something may be done. Pure: no clock, no log, nothing of the world, and the same answer
 * to the same question. It is asked before every effect, and once more at `plan` for what is known
 * by then, so that nothing is paid for in vain.
 */
export interface Policy {
  decide(ask: Ask): Decision;
}

/** What the configuration says of what may be done. */
export interface PolicySettings {
  /** Whether Python may run outside of any sandbox where the user asks for it. */
  readonly trustedPython: boolean;
  /** The sandbox level that is required; null: whatever there is. */
  readonly require: string | null;
}

export const YES: Decision = { allow: true };

/**
 * The usual policy: a principal may do what it has been granted, which is everything for the user
 * of this machine, as far as the configuration and the user's consent go.
 */
export function createPolicy(settings: PolicySettings): Policy {
  return {
    decide({ action, principal, resource }) {
      if (!holds(principal, action, resource.name)) return no("grants");
      if (action === "sandbox" && resource.facts["trusted"] === true) return trustRule(settings);
      if (action === "call-tool" && resource.facts["consent"] === false)
        return no("trusted-plugins-only");
      return YES;
    },
  };
}

/** @throws {ModullmError} RLLM_021 where the policy says no */
export function requireAllowed(policy: Policy, ask: Ask): void {
  const decision = policy.decide(ask);
  if (!decision.allow) throw denied(ask, decision.rule);
}

export function denied({ action, principal, resource }: Ask, rule: string): ModullmError {
  const { id, tenant } = principal;
  return new ModullmError(
    "RLLM_021",
    `"${id}" may not ${VERBS[action]} "${resource.name}": the rule "${rule}" denies it`,
    {
      details: {
        action,
        resource: resource.name,
        rule,
        principal: id,
        ...(tenant === null ? {} : { tenant }),
      },
      ...(resource.facts["trusted"] === true
        ? { hint: "Run without --trusted-python; the blocks then run in a sandbox." }
        : {}),
    },
  );
}

const VERBS: Readonly<Record<Action, string>> = {
  run: "run",
  "call-model": "call the model",
  "call-tool": "call",
  read: "read",
  write: "write",
  network: "reach",
  sandbox: "run code in",
  keep: "keep",
  egress: "send anything to",
  manage: "change",
};

function trustRule({ trustedPython, require }: PolicySettings): Decision {
  if (!trustedPython) return no("sandbox.trusted_python: false");
  return require === null ? YES : no(`sandbox.require: ${require}`);
}

function no(rule: string): Decision {
  return { allow: false, code: "RLLM_021", rule };
}
