import { describe, expect, test } from "bun:test";
import { fetchText, type FetchOptions } from "../../src/packages/download.ts";

type Reply = Response | (() => Response);

/** Servers by URL; what isn't there can't be reached. */
function optionsFor(servers: Readonly<Record<string, Reply>>, more: Partial<FetchOptions> = {}) {
  const asked: { url: string; key: string | null }[] = [];
  const reached: string[] = [];
  const answer = async (url: URL, { headers }: RequestInit): Promise<Response> => {
    asked.push({ url: url.href, key: new Headers(headers).get("authorization") });
    const reply = servers[url.href];
    if (reply === undefined) throw Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    return typeof reply === "function" ? reply() : reply;
  };
  const options: FetchOptions = {
    fetch: answer as unknown as typeof fetch,
    reach: (host) => void reached.push(host),
    signal: new AbortController().signal,
    most: 1000,
    ...more,
  };
  return { options, asked, reached };
}

function leadsTo(location: string): () => Response {
  return () => new Response(null, { status: 302, headers: { location } });
}

async function faultOf(url: string, servers: Readonly<Record<string, Reply>>): Promise<string> {
  const { options } = optionsFor(servers);
  return await fetchText(url, options).catch(({ message }: Error) => message);
}

describe("fetchText()", () => {
  test("follows redirects, asks before each host, and takes a key to its own host only", async () => {
    const { options, asked, reached } = optionsFor(
      {
        "https://a.example/x": leadsTo("https://b.example/y"),
        "https://b.example/y": leadsTo("/z"),
        "https://b.example/z": new Response("here"),
      },
      { authorization: ({ hostname }) => (hostname === "a.example" ? "Bearer k" : null) },
    );
    expect(await fetchText("https://a.example/x", options)).toBe("here");
    expect(reached).toEqual(["a.example", "b.example", "b.example"]);
    expect(asked.map(({ key }) => key)).toEqual(["Bearer k", null, null]);
  });

  test.each<[string, string, Readonly<Record<string, Reply>>, string]>([
    [
      "a way from https to http",
      "https://a.example/x",
      { "https://a.example/x": leadsTo("http://a.example/x") },
      "https://a.example/x leads on from https to http, which is not followed",
    ],
    [
      "redirects without an end",
      "https://a.example/x",
      { "https://a.example/x": leadsTo("https://a.example/x") },
      "https://a.example/x redirects more than 5 times",
    ],
    [
      "a way to a file",
      "https://a.example/x",
      { "https://a.example/x": leadsTo("file:///etc/passwd") },
      "file:///etc/passwd is neither http nor https",
    ],
    ["what is no URL", "a.example", {}, '"a.example" is no URL'],
    [
      "a redirect to nowhere",
      "https://a.example/x",
      { "https://a.example/x": new Response(null, { status: 304 }) },
      "https://a.example/x answers 304",
    ],
    [
      "more than it may have, without a length",
      "https://a.example/x",
      { "https://a.example/x": new Response(new Blob(["y".repeat(2000)]).stream()) },
      "it has 2000 bytes or more, and 1000 are the most",
    ],
    [
      "more than it may have, by its length",
      "https://a.example/x",
      { "https://a.example/x": new Response("", { headers: { "content-length": "5000" } }) },
      "it has 5000 bytes or more, and 1000 are the most",
    ],
    [
      "an end before the end",
      "https://a.example/x",
      { "https://a.example/x": new Response("half", { headers: { "content-length": "8" } }) },
      "it broke off after 4 of 8 bytes",
    ],
    [
      "a server that is not there, without its password",
      "https://me:secret@a.example/x?token=1",
      {},
      "https://a.example/x: nothing listens there",
    ],
  ])("refuses %s", async (_, url, servers, reason) => {
    expect(await faultOf(url, servers)).toBe(reason);
  });

  test("throws what says no to a host, and asks nobody", async () => {
    const { options, asked } = optionsFor(
      { "https://a.example/x": new Response("here") },
      {
        reach: (host) => {
          throw new Error(`not ${host}`);
        },
      },
    );
    expect(await fetchText("https://a.example/x", options).catch(String)).toContain(
      "not a.example",
    );
    expect(asked).toEqual([]);
  });

  test("ends with its signal", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const { options } = optionsFor(
      {
        "https://a.example/x": () => {
          stop.abort(reason);
          throw new Error("the connection was closed");
        },
      },
      { signal: stop.signal },
    );
    const ended = await fetchText("https://a.example/x", options).catch(
      (thrown: unknown) => thrown,
    );
    expect(ended).toBe(reason);
  });
});
