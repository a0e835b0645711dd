import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deferred } from "../../core/waiting.ts";

/** Where a browser comes back to from a login: an address of this machine alone. */
export interface Loopback {
  readonly redirectUrl: string;
  /** What it came back with; whatever does not know the state is turned away. */
  readonly answer: Promise<URLSearchParams>;
  close(): void;
}

const HOST = "127.0.0.1";
const PATH = "/callback";
const DONE = "This window can be closed: modullm has what it needs.\n";
const OTHER = "This is not what modullm waits for.\n";

/** @param options.port null: any that is free @throws what the system says where it is taken */
export async function listenForLogin({
  state,
  port,
}: {
  readonly state: string;
  readonly port: number | null;
}): Promise<Loopback> {
  const { promise: answer, resolve } = deferred<URLSearchParams>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", `http://${HOST}`);
    const isIt =
      request.method === "GET" && url.pathname === PATH && url.searchParams.get("state") === state;
    response.writeHead(isIt ? 200 : 404, {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    response.end(isIt ? DONE : OTHER);
    if (isIt) resolve(url.searchParams);
  });
  await listening(server, port ?? 0);
  const { port: own } = server.address() as AddressInfo;
  return {
    redirectUrl: `http://${HOST}:${own}${PATH}`,
    answer,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => resolve());
  });
}
