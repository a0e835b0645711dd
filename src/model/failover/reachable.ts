import { proxyFor } from "../../core/proxy.ts";

/** Milliseconds for a second look at a server that has said nothing so far. */
const LOOK = 3000;

/**
 * Whether a connection to this address can be had now. `fetch` does not tell a server that is
 * thinking from one that is not there, so a connection of our own is tried. True where that would
 * prove nothing: behind a proxy, or when the name is not found.
 */
export async function isReachable(
  address: string,
  {
    milliseconds = LOOK,
    env = process.env,
  }: { milliseconds?: number; env?: Readonly<NodeJS.ProcessEnv> } = {},
): Promise<boolean> {
  const url = new URL(address);
  if (proxyFor(url, env) !== null) return true;
  const { connect } = await import("node:net");
  const { hostname, port, protocol } = url;
  const host = hostname.replace(/^\[|\]$/g, "");
  return await new Promise<boolean>((resolve) => {
    const socket = connect({ host, port: Number(port) || (protocol === "https:" ? 443 : 80) });
    const timer = setTimeout(() => end(false), milliseconds);
    // The call itself keeps the program; when it is over, nobody waits for this any more.
    timer.unref();
    socket.unref();
    function end(reached: boolean): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    }
    socket.once("connect", () => end(true));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(!/UNREACH|TIMEDOUT/.test(error.code ?? "")),
    );
  });
}
