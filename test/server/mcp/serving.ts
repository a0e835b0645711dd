import { join } from "node:path";
import type { Policy } from "../../../src/policy/policy.ts";
import { runCommandLine } from "../../../src/cli/index.ts";
import { makeFolder, worldOf } from "../../cli/command-line.ts";

export const MAIN = join(import.meta.dir, "../../../src/main.ts");
export const TOKEN = "a-token-of-the-tests";

export interface ServedSetting {
  /** Beside `mcp --http 127.0.0.1:0`. */
  readonly args?: readonly string[];
  readonly files?: Record<string, string>;
  readonly folder?: string;
  readonly env?: Record<string, string>;
  readonly policy?: Policy;
}

export interface Served {
  /** Of the face. */
  readonly url: string;
  readonly folder: string;
  stderr(): string;
  /** Stops it as a signal does. @returns the exit status */
  stop(): Promise<number>;
}

/** `modullm mcp --http` through its front door, in this process. */
export async function serveHttp(setting: ServedSetting = {}): Promise<Served> {
  const folder = setting.folder ?? makeFolder(setting.files);
  const stop = new AbortController();
  const { promise: isReady, resolve } = Promise.withResolvers<string>();
  let stderr = "";
  const exit = runCommandLine(["mcp", "--http", "127.0.0.1:0", ...(setting.args ?? [])], {
    env: { ...worldOf(folder), MODULLM_MCP_TOKEN: TOKEN, ...setting.env },
    cwd: folder,
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: 80,
    ...(setting.policy === undefined ? {} : { policy: setting.policy }),
    stdout: (text) => void (stderr += `stdout: ${text}`),
    stderr(text) {
      stderr += text;
      const url = /serving at (\S+)/.exec(stderr)?.[1];
      if (url !== undefined) resolve(url);
    },
    async *stdin() {},
    onInterrupt(callback) {
      stop.signal.addEventListener("abort", callback);
      return () => stop.signal.removeEventListener("abort", callback);
    },
  });
  const ended = exit.then((status) => {
    throw new Error(`it ended with ${status}: ${stderr}`);
  });
  const url = await Promise.race([isReady, ended]);
  ended.catch(() => {});
  return {
    url,
    folder,
    stderr: () => stderr,
    async stop() {
      stop.abort();
      return await exit;
    },
  };
}

/** A request of the protocol of 2026-07-28, by hand. */
export async function rpc(
  url: string,
  method: string,
  params: Record<string, unknown> = {},
  { token = TOKEN, capabilities = {}, headers = {}, signal }: RpcSetting = {},
): Promise<Response> {
  const name = params["name"] ?? params["uri"] ?? params["taskId"];
  return await fetch(url, {
    method: "POST",
    ...(signal === undefined ? {} : { signal }),
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "tests", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": capabilities,
        },
      },
    }),
  });
}

export interface RpcSetting {
  readonly token?: string | null;
  readonly capabilities?: object;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** The result of such a request. */
export async function result(response: Promise<Response>): Promise<Record<string, unknown>> {
  const { result: given, error } = (await (await response).json()) as {
    result?: Record<string, unknown>;
    error?: unknown;
  };
  if (!given) throw new Error(JSON.stringify(error));
  return given;
}
