import { createHash, randomBytes } from "node:crypto";

/** An MCP server over HTTP that wants a login, and the authorization server that gives it. */
export interface Guarded {
  /** Of the MCP server. */
  readonly url: string;
  /** What both were asked, in order: `register`, `token refresh_token`, `401`, `call echo`. */
  readonly asked: readonly string[];
  /** Tokens that were given out, access and refresh. */
  readonly secrets: readonly string[];
  /** How both behave from now on. */
  readonly ways: Ways;
  /** Makes all access tokens worthless. */
  revoke(): void;
  /** Makes all refresh tokens worthless. */
  forget(): void;
  stop(): void;
}

export interface Ways {
  /** Whom the protected resource says it is. @default itself */
  resource?: string;
  /** For whom tokens are, whatever is asked for. @default what is asked for */
  audience?: string;
  /** Whether tokens are JWTs that say for whom they are. @default false */
  isReadable?: boolean;
  /** @default ["S256"] */
  proofs?: readonly string[] | undefined;
  /** Seconds that a token lasts. @default an hour */
  lasts?: number;
  /** What the authorization answer says of its issuer. @default the issuer */
  iss?: string;
  /** Whether only calls of tools take a login. @default false */
  isOpen?: boolean;
  /** Whether a call is the last of its token. @default false */
  isOneUse?: boolean;
  /** Rights that a call takes. @default "read" */
  wants?: string;
}

interface Grant {
  readonly resource: string;
  readonly scope: string;
  readonly challenge: string;
  readonly redirect: string;
}

export function serveGuarded(): Guarded {
  const asked: string[] = [];
  const secrets: string[] = [];
  const ways: Ways = { proofs: ["S256"] };
  const codes = new Map<string, Grant>();
  const access = new Map<string, Pick<Grant, "resource" | "scope">>();
  const refresh = new Map<string, Pick<Grant, "resource" | "scope">>();

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request): Promise<Response> {
      const url = new URL(request.url);
      switch (url.pathname) {
        case "/mcp":
          return await answerCall(request);
        case "/.well-known/oauth-protected-resource/mcp":
          return Response.json({
            resource: ways.resource ?? own,
            authorization_servers: [issuer],
            scopes_supported: ["read"],
          });
        case "/.well-known/oauth-authorization-server/as":
          return Response.json({
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            registration_endpoint: `${issuer}/register`,
            response_types_supported: ["code"],
            authorization_response_iss_parameter_supported: true,
            ...(ways.proofs === undefined ? {} : { code_challenge_methods_supported: ways.proofs }),
          });
        case "/as/register":
          asked.push("register");
          return Response.json(
            { ...((await request.json()) as object), client_id: "client-1" },
            { status: 201 },
          );
        case "/as/authorize":
          return authorize(url.searchParams);
        case "/as/token":
          return token(new URLSearchParams(await request.text()));
        default:
          return new Response("no", { status: 404 });
      }
    },
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const own = `${origin}/mcp`;
  const issuer = `${origin}/as`;

  function authorize(query: URLSearchParams): Response {
    asked.push(`authorize ${query.get("scope") ?? ""}`);
    const redirect = query.get("redirect_uri") ?? "";
    const isProved = query.get("code_challenge_method") === "S256";
    if (!isProved || query.get("client_id") !== "client-1" || !query.get("resource"))
      return new Response("bad request", { status: 400 });
    const code = randomBytes(8).toString("hex");
    codes.set(code, {
      redirect,
      resource: query.get("resource") ?? "",
      scope: query.get("scope") ?? "",
      challenge: query.get("code_challenge") ?? "",
    });
    const back = new URL(redirect);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    back.searchParams.set("iss", ways.iss ?? issuer);
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  function token(form: URLSearchParams): Response {
    const kind = form.get("grant_type") ?? "";
    asked.push(`token ${kind}`);
    if (kind === "refresh_token") {
      const used = form.get("refresh_token") ?? "";
      const known = refresh.get(used);
      refresh.delete(used);
      if (known === undefined || form.get("resource") !== known.resource)
        return Response.json({ error: "invalid_grant" }, { status: 400 });
      return give(known);
    }
    const code = form.get("code") ?? "";
    const grant = codes.get(code);
    codes.delete(code);
    const verifier = form.get("code_verifier") ?? "";
    const isRight =
      grant !== undefined &&
      createHash("sha256").update(verifier).digest("base64url") === grant.challenge &&
      form.get("redirect_uri") === grant.redirect &&
      form.get("resource") === grant.resource;
    if (!isRight) return Response.json({ error: "invalid_grant" }, { status: 400 });
    return give(grant);
  }

  function give({ resource, scope }: Pick<Grant, "resource" | "scope">): Response {
    const audience = ways.audience ?? resource;
    const claims = Buffer.from(JSON.stringify({ aud: audience })).toString("base64url");
    const word = randomBytes(16).toString("hex");
    const given = ways.isReadable ? `eyJhbGciOiJub25lIn0.${claims}.${word}` : `at-${word}`;
    const next = `rt-${randomBytes(16).toString("hex")}`;
    secrets.push(given, next);
    access.set(given, { resource: audience, scope });
    refresh.set(next, { resource, scope });
    return Response.json({
      access_token: given,
      refresh_token: next,
      token_type: "Bearer",
      expires_in: ways.lasts ?? 3600,
      scope,
    });
  }

  function challenge(status: number, error: string): Response {
    asked.push(String(status));
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    const scope = ways.wants ?? "read";
    const header = `Bearer resource_metadata="${metadata}", scope="${scope}"${error}`;
    return new Response("no", { status, headers: { "www-authenticate": header } });
  }

  async function answerCall(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const sent = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
    const known = access.get(sent);
    const { id, method, params } = (await request.json()) as {
      id?: number;
      method: string;
      params?: { arguments?: { text?: string } };
    };
    const isFree = ways.isOpen === true && method !== "tools/call";
    if (!isFree && known?.resource !== own) return challenge(401, "");
    if (id === undefined) return new Response(null, { status: 202 });
    const reply = (result: object) => Response.json({ jsonrpc: "2.0", id, result });
    if (method === "initialize")
      return reply({
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "guarded", version: "1" },
      });
    if (method === "tools/list")
      return reply({
        tools: [
          {
            name: "echo",
            description: "Says it again",
            inputSchema: { type: "object", properties: { text: { type: "string" } } },
          },
        ],
      });
    if (method === "tools/call") {
      const has = known?.scope.split(" ") ?? [];
      if (!(ways.wants ?? "read").split(" ").every((each) => has.includes(each)))
        return challenge(403, ', error="insufficient_scope"');
      asked.push("call echo");
      if (ways.isOneUse) access.delete(sent);
      // As a server that quotes what it was sent.
      return reply({ content: [{ type: "text", text: `${params?.arguments?.text} ${sent}` }] });
    }
    return Response.json({
      jsonrpc: "2.0",
      id,
      error: { code: -32_601, message: "Method not found" },
    });
  }

  return {
    url: own,
    asked,
    secrets,
    ways,
    revoke: () => access.clear(),
    forget: () => refresh.clear(),
    stop: () => void server.stop(true),
  };
}
