import { describe, expect, test } from "bun:test";
import { proxyFor } from "../../src/core/proxy.ts";
import { transportFailure } from "../../src/model/transport.ts";

const CALLEE = { provider: "vllm", model: "vllm/any", host: "127.0.0.1:8000", secrets: [] };
const URL_HERE = new URL("http://127.0.0.1:8000/v1/chat/completions");

function failed(code: string, env: Record<string, string>, url = URL_HERE) {
  const thrown = Object.assign(new Error("failed"), { code });
  return transportFailure({ ...CALLEE, host: url.host }, thrown, url, env);
}

describe("transportFailure()", () => {
  test("names the proxy that a connection goes through, and how to do without", () => {
    const env = { HTTP_PROXY: "http://me:word@proxy.example:3128" };
    const { message, hint, details } = failed("ECONNREFUSED", env);
    expect(message).toContain(
      "nothing listens at the proxy proxy.example:3128, which HTTP_PROXY names for 127.0.0.1:8000",
    );
    expect(hint).toContain("Put 127.0.0.1 into NO_PROXY");
    expect(details["refused"]).toBe(true);
    expect(message + hint).not.toContain("word");
    const away = failed("ECONNRESET", { HTTPS_PROXY: "p:1" }, new URL("https://api.example/v1"));
    expect(away.message).toContain("through the proxy p:1 (HTTPS_PROXY) broke (ECONNRESET)");
    expect(away.hint).toContain("api.example in NO_PROXY");
  });

  test("names none where none applies", () => {
    for (const env of [
      {},
      { HTTPS_PROXY: "p:1" },
      { HTTP_PROXY: "p:1", NO_PROXY: "example.org, 127.0.0.1" },
      { http_proxy: "p:1", no_proxy: "127.0.0.0/8" },
    ])
      expect(failed("ECONNREFUSED", env).message).toContain("nothing listens at 127.0.0.1:8000");
  });

  test("tells a server without TLS from a connection that broke", () => {
    const url = new URL("https://127.0.0.1:8000/v1/chat/completions");
    for (const code of ["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER"]) {
      const error = failed(code, {}, url);
      expect([error.retryable, error.message]).toEqual([
        false,
        expect.stringContaining("it speaks http, not https"),
      ]);
      expect(error.hint).toContain("http://127.0.0.1:8000/v1");
    }
    expect(failed("EPROTO", {}).message).toContain("broke (EPROTO)");
  });
});

test("proxyFor() follows NO_PROXY: names, what is below them, ports, networks, all", () => {
  const at = (url: string, no: string) =>
    proxyFor(new URL(url), { HTTP_PROXY: "p:1", NO_PROXY: no })?.variable ?? null;
  for (const [url, no] of [
    ["http://api.example.org/", "example.org"],
    ["http://example.org/", ".example.org"],
    ["http://example.org:81/", "example.org:81"],
    ["http://10.1.2.3/", "10.0.0.0/8"],
    ["http://[::1]/", "::1"],
    ["http://anything/", "*"],
  ] as const)
    expect([url, at(url, no)]).toEqual([url, null]);
  for (const [url, no] of [
    ["http://notexample.org/", "example.org"],
    ["http://example.org:82/", "example.org:81"],
    ["http://11.1.2.3/", "10.0.0.0/8"],
    ["http://127.0.0.1/", "0.0.1"],
    ["http://anything/", ""],
  ] as const)
    expect([url, at(url, no)]).toEqual([url, "HTTP_PROXY"]);
});
