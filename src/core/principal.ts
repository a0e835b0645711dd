/**
 * What a run, or whoever asks for one, may do to the world; each is asked for before it is done.
 */
export const ACTIONS = [
  "run",
  "call-model",
  "call-tool",
  "read",
  "write",
  "network",
  "sandbox",
  "keep",
  "egress",
  "manage",
] as const;
export type Action = (typeof ACTIONS)[number];

/** A right. `*` stands for every action; in a resource, at the end, for whatever follows. */
export interface Capability {
  readonly action: Action | "*";
  readonly resource: string;
}

/**
 * Who asks. Whatever a principal starts gets at most what the principal may: `within` says who
 * started it, and a right counts only where all of them have it.
 */
export interface Principal {
  /** Unique within its tenant. */
  readonly id: string;
  readonly kind: "user" | "key" | "service" | "program" | "plugin";
  /** Whose data and keys it works with; null where there is one owner only. */
  readonly tenant: string | null;
  readonly session: string | null;
  readonly client: string | null;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly grants: readonly Capability[];
  readonly within: Principal | null;
}

const EVERYTHING: readonly Capability[] = [{ action: "*", resource: "*" }];

/** Whoever sits at this machine. */
export const LOCAL_USER: Principal = {
  id: "local",
  kind: "user",
  tenant: null,
  session: null,
  client: null,
  roles: [],
  groups: [],
  grants: EVERYTHING,
  within: null,
};

/** A principal that a program is, within whoever runs it. */
export function programPrincipal(
  name: string,
  within: Principal,
  grants: readonly Capability[],
): Principal {
  return { ...within, id: name, kind: "program", roles: [], groups: [], grants, within };
}

/** Whether it has a right, and everybody it is within. */
export function holds(principal: Principal, action: Action, resource: string): boolean {
  for (let each: Principal | null = principal; each; each = each.within)
    if (!each.grants.some((grant) => covers(grant, action, resource))) return false;
  return true;
}

function covers(grant: Capability, action: Action, resource: string): boolean {
  if (grant.action !== "*" && grant.action !== action) return false;
  return grant.resource.endsWith("*")
    ? resource.startsWith(grant.resource.slice(0, -1))
    : resource === grant.resource;
}
