import { proxyFor } from "../core/proxy.ts";
import type { Proxy } from "../core/proxy.ts";
import type { ModullmError } from "../core/error.ts";
import { providerFailure } from "./failure.ts";
import type { Callee, FailureFacts } from "./failure.ts";

/** Codes of a connection that nobody takes. */
const REFUSED: ReadonlySet<string> = new Set(["ECONNREFUSED", "ConnectionRefused"]);
/** Codes of a name that has no address. */
const NOT_FOUND: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "FailedToOpenSocket"]);
/** Codes of a server that answers a TLS handshake with something else. */
/** What a call adds to the path of a base URL. */
const OF_THE_CALL = /\/(chat\/completions|messages|responses|models.*|api\/.*)$/;
const NO_TLS: ReadonlySet<string> = new Set(["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER"]);

/** What a failed `fetch` or a broken body means. @param url the address that was asked */
export function transportFailure(
  callee: Callee,
  thrown: unknown,
  url: URL,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): ModullmError {
  const code = transportCode(thrown);
  const { host } = callee;
  const fail = (reason: string, hint: string, facts: Partial<FailureFacts> = {}): ModullmError =>
    providerFailure(callee, reason, { retryable: true, cause: thrown, hint, ...facts });
  const proxy = proxyFor(url, env);
  if (proxy !== null) {
    const { reason, hint, facts } = throughProxy(proxy, url, code);
    return fail(reason, hint, facts);
  }
  if (REFUSED.has(code)) {
    const hint = `Is the server at ${host} running? Start it, or correct the base URL.`;
    return fail(`nothing listens at ${host}`, hint, { refused: true });
  }
  if (NOT_FOUND.has(code))
    return fail(
      `the host ${host} can't be found`,
      `Check the network and the spelling of ${host}.`,
    );
  if (url.protocol === "https:" && NO_TLS.has(code))
    return fail(
      `${host} does not answer as https does: it speaks http, not https`,
      `Write the base URL with http: http://${host}${url.pathname.replace(OF_THE_CALL, "")}`,
      { retryable: false },
    );
  if (/CERT|SELF_SIGNED|TLS|SSL/.test(code))
    return fail(
      `the certificate of ${host} is not accepted (${code})`,
      `Check the address and the certificate of ${host}; NODE_EXTRA_CA_CERTS adds an authority.`,
      { retryable: false },
    );
  return fail(
    `the connection to ${host} broke${code === "" ? "" : ` (${code})`}`,
    `Check the network and the state of ${host}, then run it again.`,
  );
}

/** Whether the server is well can't be told from a failure on the way to it. */
function throughProxy(
  { variable, host }: Proxy,
  url: URL,
  code: string,
): { reason: string; hint: string; facts: Partial<FailureFacts> } {
  const isLocal = /^(localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(url.hostname);
  const hint = isLocal
    ? `Put ${url.hostname} into NO_PROXY: a server on this machine needs no proxy.`
    : `Check ${variable}, start the proxy, or name ${url.hostname} in NO_PROXY.`;
  if (REFUSED.has(code)) {
    const reason = `nothing listens at the proxy ${host}, which ${variable} names for ${url.host}`;
    return { reason, hint, facts: { refused: true, proxy: host } };
  }
  const why = code === "" ? "" : ` (${code})`;
  const reason = `the connection to ${url.host} through the proxy ${host} (${variable}) broke${why}`;
  return { reason, hint, facts: { retryable: code !== "UnsupportedProxyProtocol" } };
}

function transportCode(thrown: unknown): string {
  for (
    let error = thrown, depth = 0;
    error instanceof Error && depth < 4;
    error = error.cause, depth++
  ) {
    const code: unknown = "code" in error ? error.code : undefined;
    if (typeof code === "string" && code !== "") return code;
  }
  return "";
}
