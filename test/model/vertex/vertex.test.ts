import { afterEach, describe, expect, test } from "bun:test";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createModels } from "../../../src/model/models.ts";
import { ask, errorOf, noBaseline, outcome } from "../calls.ts";
import { answers, openServer, streams } from "../faulty-server.ts";
import type { Act, FaultyServer, Seen } from "../faulty-server.ts";
import { settings } from "../settings.ts";
import { GENERATE } from "../wires/generate.ts";

const opened: FaultyServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = privateKey.export({ type: "pkcs8", format: "pem" });
const MODEL = "vertex/gemini-2.5-flash";
const FINE = streams(GENERATE.events({ texts: ["ok"] }));
const PATH = "publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse";

function token(value: string, seconds = 3600): Act {
  return answers(200, { access_token: value, expires_in: seconds, token_type: "Bearer" });
}

async function open(...acts: readonly Act[]): Promise<FaultyServer> {
  const server = await openServer(...acts);
  opened.push(server);
  return server;
}

function fileOf(credentials: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "google-"));
  folders.push(folder);
  const path = join(folder, "credentials.json");
  writeFileSync(path, typeof credentials === "string" ? credentials : JSON.stringify(credentials));
  return path;
}

function account(tokens: FaultyServer, more: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    type: "service_account",
    project_id: "project-of-the-account",
    private_key_id: "key-7",
    private_key: PEM,
    client_email: "robot@project.iam.gserviceaccount.com",
    token_uri: `http://${tokens.host}/token`,
    ...more,
  };
}

/** What calls with these credentials come to. */
async function vertex(
  credentials: unknown,
  {
    calls = 1,
    acts = [FINE],
    ...environment
  }: { calls?: number; acts?: readonly Act[] } & Record<string, unknown> = {},
) {
  const server = await open(...acts);
  const config = settings({
    environment: {
      VERTEX_API_BASE: `http://${server.host}`,
      GOOGLE_APPLICATION_CREDENTIALS: fileOf(credentials),
      CLOUDSDK_CONFIG: "/nowhere",
      ...(environment as Record<string, string>),
    },
  });
  const models = createModels({ config, baseline: noBaseline, sleep: () => Promise.resolve() });
  const model = await models.get(MODEL);
  const results = [];
  for (let call = 0; call < calls; call++) results.push(await outcome(model, ask()));
  return { results, seen: server.seen, model };
}

function form({ text }: Seen): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

describe("vertex with a service account", () => {
  test("signs an assertion, and calls the project's address with the token", async () => {
    const tokens = await open(token("token-1"));
    const { results, seen } = await vertex(account(tokens));
    expect(results[0]?.text).toBe("ok");
    expect(seen[0]?.path).toBe(`/v1beta1/projects/project-of-the-account/locations/global/${PATH}`);
    expect(seen[0]?.headers["authorization"]).toBe("Bearer token-1");
    const [asked] = tokens.seen;
    if (asked === undefined) throw new Error("No token was asked for");
    const { grant_type: grant, assertion = "" } = form(asked);
    const [head = "", claims = "", signature = ""] = assertion.split(".");
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(grant).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    expect(read(head)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-7" });
    expect(read(claims)).toMatchObject({
      iss: "robot@project.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: `http://${tokens.host}/token`,
    });
    const { iat, exp } = read(claims) as { iat: number; exp: number };
    expect([exp - iat, Math.abs(iat - Date.now() / 1000) < 600]).toEqual([3600, true]);
    const verify = createVerify("RSA-SHA256").update(`${head}.${claims}`);
    expect(verify.verify(publicKey, signature, "base64url")).toBe(true);
    expect(JSON.stringify([asked.text, asked.headers])).not.toContain("PRIVATE KEY");
  });
  test("asks for a token once, and again when it is about to end", async () => {
    const lasting = await open(token("token-1"), token("token-2"));
    const first = await vertex(account(lasting), { calls: 3 });
    expect([first.seen.length, lasting.seen.length]).toEqual([3, 1]);
    const short = await open(token("token-1", 59), token("token-2", 59));
    const second = await vertex(account(short), { calls: 2 });
    expect(second.seen.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });
  test("asks for one token where many calls begin at once", async () => {
    const tokens = await open(token("token-1"));
    const server = await open(FINE);
    const environment = {
      VERTEX_API_BASE: `http://${server.host}`,
      GOOGLE_APPLICATION_CREDENTIALS: fileOf(account(tokens)),
    };
    const models = createModels({ config: settings({ environment }), baseline: noBaseline });
    const model = await models.get(MODEL);
    const stopped = new AbortController();
    const calls = Array.from({ length: 9 }, () => outcome(model, ask()));
    const left = outcome(model, ask(), stopped.signal);
    stopped.abort();
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(Array(9).fill("ok"));
    expect([(await left).error?.code, tokens.seen.length]).toEqual(["RLLM_022", 1]);
  });
  test("takes project and location from the environment", async () => {
    const tokens = await open(token("t"));
    const more = { GOOGLE_CLOUD_PROJECT: "mine", GOOGLE_CLOUD_LOCATION: "europe-west4" };
    const { seen } = await vertex(account(tokens), more);
    expect(seen[0]?.path).toBe(`/v1beta1/projects/mine/locations/europe-west4/${PATH}`);
    expect(seen[0]?.headers["x-goog-user-project"]).toBeUndefined();
  });
  test("is not tried again where the token is refused, and says what the server said", async () => {
    const tokens = await open(
      answers(400, { error: "invalid_grant", error_description: "Invalid JWT Signature." }),
    );
    const { results, seen } = await vertex(account(tokens));
    expect([results[0]?.error?.code, seen.length]).toEqual(["RLLM_017", 0]);
    expect(results[0]?.error?.message).toContain("invalid_grant");
  });
  test("never shows the token that a server quotes", async () => {
    const tokens = await open(token("ya29.a-token-of-some-length"));
    const quotes = answers(401, {
      error: {
        code: 401,
        message: "Bad token ya29.a-token-of-some-length",
        status: "UNAUTHENTICATED",
      },
    });
    const { results } = await vertex(account(tokens), { acts: [quotes] });
    const { message = "", details = {} } = results[0]?.error ?? {};
    expect(message).toContain("Bad token");
    expect(JSON.stringify([message, details])).not.toContain("ya29.a-token-of-some-length");
  });
});

describe("vertex with a user's credentials", () => {
  test("trades the refresh token of gcloud for a token", async () => {
    const tokens = await open(token("token-u"));
    const { results, seen } = await vertex({
      type: "authorized_user",
      client_id: "c-1",
      client_secret: "s-1",
      refresh_token: "r-1",
      quota_project_id: "project-of-the-user",
      token_uri: `http://${tokens.host}/token`,
    });
    expect([results[0]?.text, seen[0]?.headers["authorization"]]).toEqual(["ok", "Bearer token-u"]);
    expect(seen[0]?.path).toContain("/projects/project-of-the-user/");
    expect(seen[0]?.headers["x-goog-user-project"]).toBe("project-of-the-user");
    const [asked] = tokens.seen;
    expect(asked && form(asked)).toEqual({
      grant_type: "refresh_token",
      client_id: "c-1",
      client_secret: "s-1",
      refresh_token: "r-1",
    });
  });
  test("finds them where gcloud writes them", async () => {
    const path = fileOf({
      type: "authorized_user",
      client_id: "c",
      client_secret: "s",
      refresh_token: "r",
    });
    const folder = join(path, "..");
    writeFileSync(
      join(folder, "application_default_credentials.json"),
      await Bun.file(path).text(),
    );
    const config = settings({
      environment: { CLOUDSDK_CONFIG: folder, GOOGLE_CLOUD_PROJECT: "mine" },
    });
    const model = await createModels({ config, baseline: noBaseline }).get(MODEL);
    await model.ready(new AbortController().signal, () => undefined);
    expect(model.origin).toBe("https://aiplatform.googleapis.com");
  });
});

describe("vertex with a key", () => {
  test("calls the address for all, without a project or a token", async () => {
    const { results, seen } = await vertex("not read", { VERTEX_API_KEY: "key-1" });
    expect([results[0]?.text, seen[0]?.path]).toEqual(["ok", `/v1beta1/${PATH}`]);
    expect([seen[0]?.headers["x-goog-api-key"], seen[0]?.headers["authorization"]]).toEqual([
      "key-1",
      undefined,
    ]);
  });
});

describe("vertex without what it needs is RLLM_014, before anything is sent:", () => {
  const faults: readonly (readonly [what: string, credentials: unknown, says: string])[] = [
    ["a file that is no JSON", "{", "is not JSON"],
    ["half a service account", { type: "service_account", client_email: "a@b" }, "private_key"],
    ["half a user", { type: "authorized_user", client_id: "c" }, "refresh_token"],
    ["credentials of another kind", { type: "external_account" }, '"external_account"'],
    [
      "a token's address without https",
      {
        type: "service_account",
        client_email: "a",
        private_key: "b",
        token_uri: "http://x.example/t",
      },
      "no https address",
    ],
    [
      "no project",
      { type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" },
      "GOOGLE_CLOUD_PROJECT is not set",
    ],
  ];
  for (const [what, credentials, says] of faults)
    test(what, async () => {
      const { results, seen, model } = await vertex(credentials);
      const ready = await errorOf(() => model.ready(new AbortController().signal, () => undefined));
      for (const error of [results[0]?.error, ready]) {
        expect(error).toMatchObject({ code: "RLLM_014", details: { provider: "vertex" } });
        expect(error?.message).toContain(says);
      }
      expect(seen).toEqual([]);
    });
  test("no file at all", async () => {
    const config = settings({ environment: { CLOUDSDK_CONFIG: "/nowhere", HOME: "/nowhere" } });
    const model = await createModels({ config, baseline: noBaseline }).get(MODEL);
    const { error } = await outcome(model, ask());
    expect(error).toMatchObject({
      code: "RLLM_014",
      details: { missing_env_var: "GOOGLE_APPLICATION_CREDENTIALS" },
    });
    expect(error?.hint).toContain("gcloud auth application-default login");
  });
  test("a project that only the folder's .env names, until the folder is trusted", async () => {
    const tokens = await open(token("t"));
    const from = {
      environment: { GOOGLE_APPLICATION_CREDENTIALS: fileOf(account(tokens)) },
      project: { GOOGLE_CLOUD_PROJECT: "of-somebody" },
    };
    const ready = async (trusted: boolean) => {
      const config = settings({ ...from, trusted });
      const model = await createModels({ config, baseline: noBaseline }).get(MODEL);
      return model.ready(new AbortController().signal, () => undefined);
    };
    const failure = await errorOf(() => ready(false));
    expect([failure.code, failure.hint?.includes("modullm trust")]).toEqual(["RLLM_014", true]);
    await ready(true);
  });
  test("an address that only the project's .env names", async () => {
    const tokens = await open(token("t"));
    const config = settings({
      environment: { GOOGLE_APPLICATION_CREDENTIALS: fileOf(account(tokens)) },
      project: { VERTEX_API_BASE: "https://collect.example" },
    });
    const model = await createModels({ config, baseline: noBaseline }).get(MODEL);
    expect((await outcome(model, ask())).error?.code).toBe("RLLM_014");
    expect(tokens.seen).toEqual([]);
  });
});

describe("addresses of vertex", () => {
  const origin = async (location: string): Promise<string | undefined> => {
    const environment = { GOOGLE_CLOUD_LOCATION: location, VERTEX_API_KEY: "key-1" };
    const config = settings({ environment });
    return (await createModels({ config, baseline: noBaseline }).get(MODEL)).origin;
  };
  test("have the location in front, but for the one for all", async () => {
    expect(await origin("us-central1")).toBe("https://us-central1-aiplatform.googleapis.com");
    expect(await origin("global")).toBe("https://aiplatform.googleapis.com");
  });
});
