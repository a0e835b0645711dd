import type { Callee } from "./failure.ts";
import type { AuthorizedRequest, Authorizing, NativeProtocol } from "./protocol.ts";

/** What a request carries beside, and who is called with that: what is secret of it is known. */
export async function authorized(
  { authorize }: Pick<NativeProtocol, "authorize">,
  request: AuthorizedRequest,
  at: Authorizing,
): Promise<{ headers: Readonly<Record<string, string>>; to: Callee }> {
  if (authorize === undefined) return { headers: {}, to: at.callee };
  const { headers, secrets } = await authorize(request, at);
  return { headers, to: { ...at.callee, secrets: [...at.callee.secrets, ...secrets] } };
}
