import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/core/json.ts";
import { LOCAL_USER } from "../../src/core/principal.ts";
import type { Config } from "../../src/config/config.ts";
import type { ForeignTool, ToolResult } from "../../src/model/tool.ts";
import { createApiTools } from "../../src/openapi/tools.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { makeFolder } from "../cli/command-line.ts";

/** What a server was sent. */
export interface Seen {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface ApiServer {
  readonly host: string;
  readonly seen: readonly Seen[];
  stop(): void;
}

export function serveApi(answer: (seen: Seen) => Response | Promise<Response>): ApiServer {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request): Promise<Response> {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const one = { method, target: pathname + search, headers, body: await request.text() };
      seen.push(one);
      return await answer(one);
    },
  });
  return { host: `127.0.0.1:${server.port}`, seen, stop: () => void server.stop(true) };
}

/** The least of a file: its paths, and what else it holds. */
export function apiFile(host: string, paths: object, more: object = {}): object {
  return {
    openapi: "3.1.0",
    info: { title: "t", version: "1" },
    servers: [{ url: `http://${host}/v1` }],
    paths,
    ...more,
  };
}

export interface OpenOptions {
  readonly only?: readonly string[] | null;
  readonly hosts?: Config["apiHosts"];
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  readonly env?: Record<string, string>;
  /** Other files of the folder. */
  readonly files?: Record<string, string>;
}

/** The tools of a file; its host may be private. */
export async function openApi(
  api: object | string,
  { only = null, hosts, lookup, env = {}, files = {} }: OpenOptions = {},
): Promise<readonly ForeignTool[]> {
  const folder = makeFolder(files);
  writeFileSync(join(folder, "api.yaml"), typeof api === "string" ? api : JSON.stringify(api));
  const apiHosts = hosts ?? privateHosts(api);
  const source = createApiTools({
    config: { apiHosts } as Config,
    env,
    policy: createPolicy({ trustedPython: true, require: null }),
    ...(lookup ? { lookup } : {}),
  });
  return await source.open(
    { from: { kind: "openapi", name: "api.yaml" }, as: null, only, version: null, maxCalls: null },
    { principal: LOCAL_USER, signal: new AbortController().signal, folder },
  );
}

export async function called(
  tool: ForeignTool | undefined,
  input: JsonObject,
): Promise<ToolResult> {
  if (!tool) throw new Error("there is no such tool");
  const { signal } = new AbortController();
  return await tool.call(input, { principal: LOCAL_USER, signal, run: "r" });
}

export function privateHost(auth: Record<string, string> = {}): Config["apiHosts"][string] {
  return { auth, missing: {}, isPrivate: true };
}

function privateHosts(api: object | string): Config["apiHosts"] {
  const hosts = JSON.stringify(api).matchAll(/https?:\/\/([^/"\\]+)/g);
  return Object.fromEntries([...hosts].map(([, host = ""]) => [host, privateHost()]));
}
