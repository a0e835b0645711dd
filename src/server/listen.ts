import { ModullmError } from "../core/error.ts";
import { bearerOf } from "./authorities.ts";
import { type Authority, type Face, isRefusal, type Refusal } from "./face.ts";
import { turnedAway } from "./guards.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Names that a request may give as its host. */
  readonly hosts: readonly string[];
  readonly authority: Authority;
  /** Bytes that a body may have. */
  readonly bodyLimit: number;
  /** Documents that anybody may read, by their path. */
  readonly open?: Readonly<Record<string, unknown>>;
  /** What every `WWW-Authenticate` says. @default nothing */
  readonly challenge?: Readonly<Record<string, string>>;
  /** Told of what should not happen. */
  readonly report: (thrown: unknown) => void;
}

export interface Listening {
  /** With the port, without a path. */
  readonly url: string;
  /** Takes no more connections, has the faces cancel what runs, and ends the connections. */
  close(): Promise<void>;
}

/** Seconds after which a silent connection is closed; what is answered takes its time. */
const IDLE_SECONDS = 30;

/** Serves faces at one port. @throws {ModullmError} RLLM_018 where the port can't be had */
export function listen(faces: readonly Face[], options: ListenOptions): Listening {
  const { host, port, bodyLimit, report } = options;
  const server = bind(() =>
    Bun.serve({
      hostname: host,
      port,
      maxRequestBodySize: bodyLimit,
      idleTimeout: IDLE_SECONDS,
      async fetch(request, connection) {
        try {
          const admitted = await admit(request, faces, options);
          if (admitted instanceof Response) return admitted;
          connection.timeout(request, 0);
          return await admitted();
        } catch (thrown) {
          report(thrown);
          return refuse({ status: 500, reason: "the server failed" });
        }
      },
      error(thrown) {
        report(thrown);
        return refuse({ status: 500, reason: "the server failed" });
      },
    }),
  );
  const shown = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${server.port}`,
    async close() {
      const stopped = server.stop(false);
      for (const face of faces) await face.close();
      await Promise.race([stopped, server.stop(true)]);
    },
  };
}

/** The answer itself, or what gives it once the request may come in. */
async function admit(
  request: Request,
  faces: readonly Face[],
  { hosts, authority, open = {}, challenge }: ListenOptions,
): Promise<Response | (() => Promise<Response>)> {
  const refusal = turnedAway(request.headers, hosts);
  if (refusal) return refuse(refusal);
  const { pathname } = new URL(request.url);
  if (Object.hasOwn(open, pathname)) return Response.json(open[pathname]);
  const principal = await authority.authenticate(bearerOf(request.headers));
  if (isRefusal(principal)) return refuse(principal, challenge);
  const face = faces.find(({ path }) => path === pathname);
  if (!face) return refuse({ status: 404, reason: `nothing is served at "${pathname}"` });
  return async () => await face.answer(request, principal);
}

function refuse(
  { status, reason, challenge }: Refusal,
  always: ListenOptions["challenge"] = {},
): Response {
  const parameters = Object.entries({ ...challenge, ...always });
  const list = parameters.map(([name, value]) => `${name}="${value}"`).join(", ");
  const asks = status === 401 || challenge !== undefined;
  const headers = asks ? { "www-authenticate": `Bearer ${list}`.trim() } : {};
  return Response.json({ error: reason }, { status, headers });
}

/** What binds a port, with an error that says why it can't. */
function bind<Server>(start: () => Server): Server {
  try {
    return start();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModullmError("RLLM_018", `Cannot listen: ${reason}`, {
      details: { reason },
      hint: "Choose another port, or 0 for a free one.",
      cause,
    });
  }
}
