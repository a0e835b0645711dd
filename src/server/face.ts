import type { Principal } from "../core/principal.ts";

/**
 * One way in over HTTP: it turns a protocol's words into calls of `App`, and what comes of them
 * into its words. Whoever listens has checked the Host, the Origin and the credential before.
 */
export interface Face {
  readonly name: string;
  /** Where it answers, such as `/mcp`. */
  readonly path: string;
  /**
   * Answers one request. What it throws is a bug of ours, and the client is told no more than that.
   */
  answer(request: Request, principal: Principal): Promise<Response>;
  /** Cancels what runs; no request is answered any more. */
  close(): Promise<void>;
}

/** Why a request is turned away before any face sees it. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  /** What `WWW-Authenticate` says of it, for whoever wants a better token. */
  readonly challenge?: Readonly<Record<string, string>>;
}

/** Says who asks. */
export interface Authority {
  authenticate(credential: string | null): Promise<Principal | Refusal>;
}

export function isRefusal(answer: Principal | Refusal): answer is Refusal {
  return "status" in answer;
}
