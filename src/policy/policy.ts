import { ModullmError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import { type Action, holds, type Principal } from "../core/principal.ts";
import { type Level, LEVELS, reaches } from "../core/sandbox-level.ts";

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
    }
  | {
      readonly allow: false;
      /** It may be done, but not here: the sandbox level is below what is required. */
      readonly code: "RLLM_009";
      readonly rule: string;
      readonly required: Level;
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
  readonly require: Level | null;
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
      if (action === "sandbox") return sandboxRule(settings, resource.facts);
      if (action === "call-tool" && resource.facts["consent"] === false)
        return no("trusted-plugins-only");
      return YES;
    },
  };
}

/** @throws {ModullmError} RLLM_021 where the policy says no, RLLM_009 where it is not so here */
export function requireAllowed(policy: Policy, ask: Ask): void {
  const decision = policy.decide(ask);
  if (decision.allow) return;
  throw decision.code === "RLLM_009" ? belowRequired(ask, decision) : denied(ask, decision.rule);
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

function sandboxRule(
  { trustedPython, require: required }: PolicySettings,
  { trusted, level }: Resource["facts"],
): Decision {
  if (trusted === true && !trustedPython) return no("sandbox.trusted_python: false");
  if (required === null) return YES;
  const rule = `sandbox.require: ${required}`;
  if (trusted === true) return no(rule);
  // Before it is known which levels there are, nothing speaks against it.
  if (level === undefined || reaches(readLevel(level), required)) return YES;
  return { allow: false, code: "RLLM_009", rule, required };
}

function belowRequired(
  { resource }: Ask,
  { required }: Extract<Decision, { code: "RLLM_009" }>,
): ModullmError {
  const { name, facts } = resource;
  const level = readLevel(facts["level"]);
  const language = LANGUAGES[name] ?? name;
  const reason =
    `the configuration requires the sandbox level "${required}", but ${language} gets ` +
    `"${level}" on this machine`;
  return new ModullmError("RLLM_009", `T${reason.slice(1)}`, {
    details: { exception: "SandboxUnavailable", reason, level, required },
    hint:
      "`modullm doctor` tells what is missing; sandbox.require in config.yaml says what is " +
      "required.",
  });
}

const LANGUAGES: Readonly<Record<string, string>> = { python: "Python", js: "JavaScript" };

/** What is no level confines nothing. */
function readLevel(fact: Json | undefined): Level {
  return LEVELS.find((level) => level === fact) ?? "none";
}

function no(rule: string): Decision {
  return { allow: false, code: "RLLM_021", rule };
}
