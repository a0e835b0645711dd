import { createHash, timingSafeEqual } from "node:crypto";
import { LOCAL_USER, type Principal } from "../core/principal.ts";
import { type Authority, isRefusal, type Refusal } from "./face.ts";

/** Whoever reaches the server is the user of this machine: for loopback only. */
export const OPEN: Authority = { authenticate: () => Promise.resolve(LOCAL_USER) };

/** One secret, whose holder may do what the user of this machine may. */
export function tokenAuthority(token: string): Authority {
  const holder: Principal = { ...LOCAL_USER, id: "token", kind: "key" };
  const wanted = digest(token);
  return {
    // Digests have one length, so the comparison takes the same time whatever is given.
    authenticate: (given) =>
      Promise.resolve(
        given !== null && timingSafeEqual(digest(given), wanted) ? holder : unauthorized(given),
      ),
  };
}

/** The first that knows the credential; what the last one says where none does. */
export function anyOf(authorities: readonly Authority[]): Authority {
  return {
    async authenticate(credential) {
      let answer: Principal | Refusal = unauthorized(credential);
      for (const authority of authorities) {
        answer = await authority.authenticate(credential);
        if (!isRefusal(answer)) break;
      }
      return answer;
    },
  };
}

/** What stands behind `Bearer`; null where there is none. */
export function bearerOf(headers: Headers): string | null {
  return /^Bearer +([^\s]+) *$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

export function unauthorized(credential: string | null): Refusal {
  return credential === null
    ? { status: 401, reason: "a bearer token is wanted" }
    : {
        status: 401,
        reason: "the token is not valid here",
        challenge: { error: "invalid_token" },
      };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
