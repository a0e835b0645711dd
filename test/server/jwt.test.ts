import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import type { OAuthSettings } from "../../src/config/config.ts";
import { isRefusal } from "../../src/server/face.ts";
import { jwtAuthority } from "../../src/server/jwt.ts";

const AUDIENCE = "https://programs.example.com/mcp";
const EC = { name: "ECDSA", namedCurve: "P-256" };
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly pair: CryptoKeyPair;
}

let [es, rs, other]: Key[] = [];
let published: readonly Key[] = [];
let fetched = 0;

/** An authorization server, as far as a resource server sees it. */
const issuer = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch({ url }) {
    const { pathname } = new URL(url);
    if (pathname === "/.well-known/oauth-authorization-server")
      return Response.json({ issuer: address(), jwks_uri: `${address()}/keys` });
    if (pathname !== "/keys") return new Response("", { status: 404 });
    fetched++;
    const keys = published.map(async ({ kid, alg, pair }) => {
      return { ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), kid, alg, use: "sig" };
    });
    return Response.json({ keys: await Promise.all(keys) });
  },
});
afterAll(async () => await issuer.stop(true));

function address(): string {
  return `http://127.0.0.1:${issuer.port}`;
}

async function makeKey(kid: string, alg: string): Promise<Key> {
  const kind = alg === "ES256" ? EC : RSA;
  const pair = await crypto.subtle.generateKey(kind, true, ["sign", "verify"]);
  return { kid, alg, pair };
}

beforeAll(async () => {
  [es, rs, other] = await Promise.all([
    makeKey("one", "ES256"),
    makeKey("two", "RS256"),
    makeKey("one", "ES256"),
  ]);
});
beforeEach(() => {
  published = [es, rs].filter((key) => key !== undefined);
  fetched = 0;
});

function settings(more: Partial<OAuthSettings> = {}): OAuthSettings {
  const algorithms = ["ES256", "RS256"];
  return { issuer: address(), audience: null, jwks: null, algorithms, scopes: [], ...more };
}

function good(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: address(), aud: AUDIENCE, sub: "ann", exp: now + 300, nbf: now - 1 };
}

async function sign(
  claims: Record<string, unknown>,
  key = es,
  header: Record<string, unknown> = {},
): Promise<string> {
  if (!key) throw new Error("there is no key");
  const text = [{ alg: key.alg, kid: key.kid, ...header }, claims].map(encode).join(".");
  const kind = key.alg === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : RSA;
  const bytes = new TextEncoder().encode(text);
  const signature = await crypto.subtle.sign(kind, key.pair.privateKey, bytes);
  return `${text}.${Buffer.from(signature).toString("base64url")}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** The principal's id, or the status with which the token is refused. */
async function answer(token: string | null, more: Partial<OAuthSettings> = {}) {
  const reports: unknown[] = [];
  const report = (thrown: unknown) => void reports.push(thrown);
  const authority = jwtAuthority({ settings: settings(more), audience: AUDIENCE, report });
  const given = await authority.authenticate(token);
  return isRefusal(given) ? given.status : given.id;
}

describe("jwtAuthority() lets in", () => {
  test("a token of the issuer for this server, signed by either key", async () => {
    expect(await answer(await sign(good()))).toBe("oauth:ann");
    expect(await answer(await sign(good(), rs))).toBe("oauth:ann");
  });

  test("one for several servers", async () => {
    expect(await answer(await sign({ ...good(), aud: ["x", AUDIENCE] }))).toBe("oauth:ann");
  });

  test("one that has the scopes that are wanted", async () => {
    const scopes = ["run"];
    expect(await answer(await sign({ ...good(), scope: "read run" }), { scopes })).toBe(
      "oauth:ann",
    );
    expect(await answer(await sign({ ...good(), scope: "runner" }), { scopes })).toBe(403);
    expect(await answer(await sign(good()), { scopes })).toBe(403);
  });

  test("one signed by a key that lies where the settings say", async () => {
    const jwks = `${address()}/keys`;
    expect(await answer(await sign(good()), { jwks })).toBe("oauth:ann");
  });
});

describe("jwtAuthority() refuses", () => {
  test.each([
    ["another audience", { aud: "https://other.example/mcp" }],
    ["no audience", { aud: undefined }],
    ["another issuer", { iss: "https://evil.example" }],
    ["an end that has passed", { exp: 1_000_000 }],
    ["no end", { exp: undefined }],
    ["an end in words", { exp: "tomorrow" }],
    ["a beginning that has not come", { nbf: 99_999_999_999 }],
    ["nobody", { sub: undefined }],
  ])("a token with %s", async (_what, wrong) => {
    expect(await answer(await sign({ ...good(), ...wrong }))).toBe(401);
  });

  test("a token without a signature, by whatever name", async () => {
    for (const alg of ["none", "None", "NONE", ""]) {
      const parts = [encode({ alg }), encode(good()), ""];
      expect(await answer(parts.join("."))).toBe(401);
    }
  });

  test("a public key used as a secret", async () => {
    const jwk = await crypto.subtle.exportKey("spki", (rs ?? es)?.pair.publicKey as CryptoKey);
    const text = [{ alg: "HS256", kid: "two" }, good()].map(encode).join(".");
    const mac = createHmac("sha256", Buffer.from(jwk)).update(text).digest("base64url");
    expect(await answer(`${text}.${mac}`)).toBe(401);
  });

  test("an algorithm that is not pinned, though the key is the issuer's", async () => {
    expect(await answer(await sign(good(), rs), { algorithms: ["ES256"] })).toBe(401);
  });

  test("a key of another kind than the algorithm's", async () => {
    expect(await answer(await sign(good(), es, { alg: "RS256" }))).toBe(401);
    expect(await answer(await sign(good(), es, { kid: "two" }))).toBe(401);
  });

  test("a signature of somebody else, under the issuer's key id", async () => {
    expect(await answer(await sign(good(), other))).toBe(401);
  });

  test("claims that were changed after signing", async () => {
    const [header, , signature] = (await sign(good())).split(".");
    expect(await answer([header, encode({ ...good(), sub: "eve" }), signature].join("."))).toBe(
      401,
    );
  });

  test("what is no token", async () => {
    for (const token of [null, "", "a", "a.b", "a.b.c", "a.b.c.d", "..", "x".repeat(20_000)])
      expect(await answer(token)).toBe(401);
  });

  test("everything while the keys can't be had", async () => {
    expect(await answer(await sign(good()), { jwks: `${address()}/nothing` })).toBe(401);
    expect(await answer(await sign(good()), { jwks: "http://127.0.0.1:1/keys" })).toBe(401);
  });
});

test("keys are fetched once for many tokens, and not for each that nobody knows", async () => {
  const authority = jwtAuthority({ settings: settings(), audience: AUDIENCE, report() {} });
  const tokens = await Promise.all(Array.from({ length: 20 }, () => sign(good())));
  await Promise.all(tokens.map((token) => authority.authenticate(token)));
  expect(fetched).toBe(1);
  for (let round = 0; round < 5; round++)
    await authority.authenticate(await sign(good(), es, { kid: `unknown${round}` }));
  expect(fetched).toBe(1);
});
