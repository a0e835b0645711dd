import { randomBytes } from "node:crypto";
import type { Config } from "../../../config/config.ts";
import { ModullmError } from "../../../core/error.ts";
import { anyOf, OPEN, tokenAuthority } from "../../../server/authorities.ts";
import type { Authority } from "../../../server/face.ts";
import { isLoopback, LOOPBACK } from "../../../server/guards.ts";
import { jwtAuthority } from "../../../server/jwt.ts";
import { listen, type ListenOptions } from "../../../server/listen.ts";
import { createMcpFace } from "../../../server/mcp/http.ts";
import type { ServerParts } from "../../../server/mcp/server.ts";
import { resourceMetadata } from "../../../server/resource-metadata.ts";
import { type CommandContext, UsageError } from "../../command.ts";
import { reporter } from "./report.ts";

export interface HttpServing {
  readonly parts: Omit<ServerParts, "notify">;
  /** `HOST:PORT`, as written. */
  readonly address: string;
  /** Ends the serving. */
  readonly signal: AbortSignal;
}

/** Bytes of a request. */
const BODY_LIMIT = 4 * 1024 * 1024;
const MOST_SESSIONS = 500;
const PATH = "/mcp";
/** Every address of the machine, which no client goes by. */
const ALL: ReadonlySet<string> = new Set(["0.0.0.0", "[::]"]);

/** @throws {ModullmError} RLLM_018 where it can't listen, or would let anybody in */
export async function serveHttp(context: CommandContext, given: HttpServing): Promise<void> {
  const { output } = context;
  const { host, port } = readAddress(given.address);
  const { serving, ...config } = await context.config();
  // The fixtures are nobody's.
  const isFixture = context.options.text("fixture") !== null && isLoopback(host);
  const settings = isFixture ? { ...serving, auth: false } : serving;
  const report = reporter(output);
  const face = createMcpFace({ ...given.parts, sessions: MOST_SESSIONS, report });
  const { token, ...admission } = admit({ host, port, settings, config, report });
  const listening = listen([face], {
    host,
    port,
    hosts: [...LOOPBACK, ...(ALL.has(host) ? [] : [host]), ...settings.hosts],
    bodyLimit: BODY_LIMIT,
    report,
    ...admission,
  });
  output.note(`modullm mcp: serving at ${listening.url}${PATH}`);
  // Not through the redactor: it is shown once, to whoever started the server.
  if (token !== null) output.terminal.stderr(`modullm mcp: token ${token}\n`);
  if (!isLoopback(host))
    output.warn("the server is reached from other machines, and its connections are not encrypted");
  await new Promise<void>((resolve) => {
    if (given.signal.aborted) resolve();
    given.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await listening.close();
}

interface Admitting {
  readonly host: string;
  readonly port: number;
  readonly settings: Config["serving"];
  readonly config: Pick<Config, "get">;
  readonly report: (thrown: unknown) => void;
}

/** Who may come in, and the token that was made where nothing else lets anybody in. */
function admit({ host, port, settings, config, report }: Admitting): Pick<
  ListenOptions,
  "authority" | "open" | "challenge"
> & {
  readonly token: string | null;
} {
  const { auth, oauth } = settings;
  if (!auth && !isLoopback(host)) throw openToAll(host);
  if (!auth) return { authority: OPEN, token: null };
  const set = config.get("MODULLM_MCP_TOKEN")?.value ?? null;
  const made = set === null && oauth === null ? randomBytes(32).toString("base64url") : null;
  const token = set ?? made;
  const authorities: Authority[] = token === null ? [] : [tokenAuthority(token)];
  if (oauth === null) return { authority: anyOf(authorities), token: made };
  const audience = oauth.audience ?? `http://${host}:${port}${PATH}`;
  const { documents, challenge } = resourceMetadata(audience, oauth);
  const byIssuer = jwtAuthority({ settings: oauth, audience, report });
  return { authority: anyOf([...authorities, byIssuer]), open: documents, challenge, token: null };
}

/** @throws {UsageError} */
function readAddress(written: string): { readonly host: string; readonly port: number } {
  const [, host = "", digits = ""] = /^(\[[0-9a-fA-F:]+\]|[^\s:/]+):(\d{1,5})$/.exec(written) ?? [];
  const port = Number(digits);
  if (host === "" || port > 65_535)
    throw new UsageError(`option --http is "${written}", but HOST:PORT is wanted`);
  return { host: host.toLowerCase(), port };
}

function openToAll(host: string): ModullmError {
  return new ModullmError(
    "RLLM_018",
    `Cannot serve at "${host}": auth is off, which holds for this machine only`,
    {
      details: { field: "auth", reason: "it is off" },
      hint: "Take `auth: off` out of config.yaml, or serve at 127.0.0.1.",
    },
  );
}
