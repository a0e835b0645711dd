import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedHeaders } from "../../../src/model/bedrock/sigv4.ts";
import { createModels } from "../../../src/model/models.ts";
import type { ModelRequest } from "../../../src/model/model.ts";
import { ask, errorOf, noBaseline, notesOf, outcome } from "../calls.ts";
import type { Outcome } from "../calls.ts";
import { answers, openServer, streams } from "../faulty-server.ts";
import type { Act, FaultyServer, Seen } from "../faulty-server.ts";
import { settings } from "../settings.ts";
import { CONVERSE } from "../wires/converse.ts";
import { exceptionFrame } from "../wires/frames.ts";

const opened: FaultyServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const KEYS = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "a secret of AWS" };
const CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const FINE = { type: "application/vnd.amazon.eventstream", encoding: "latin1" } as const;
const SCHEMA = {
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
  additionalProperties: false,
};

/** A home with these files of AWS's. */
function home(files: Readonly<Record<string, string>>): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "aws-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return {
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    AWS_CONFIG_FILE: join(folder, "config"),
  };
}

interface Called {
  readonly result: Outcome;
  readonly seen: Seen;
  readonly host: string;
}

async function call(
  environment: Readonly<Record<string, string>>,
  more: { name?: string; request?: Partial<ModelRequest>; act?: Act } = {},
): Promise<Called> {
  const {
    name = CLAUDE,
    request = {},
    act = streams(CONVERSE.events({ texts: ["ok"] }), FINE),
  } = more;
  const server = await openServer(act);
  opened.push(server);
  const models = createModels({
    config: settings({
      environment: { ...home({}), BEDROCK_API_BASE: `http://${server.host}`, ...environment },
    }),
    baseline: noBaseline,
    sleep: () => Promise.resolve(),
  });
  const result = await outcome(await models.get(`bedrock/${name}`), ask(request));
  const [seen] = server.seen;
  if (seen === undefined) throw new Error(`Nothing was sent: ${String(result.error?.message)}`);
  return { result, seen, host: server.host };
}

/** Whether AWS would find that the request is signed by these. */
function isSigned({ seen, host }: Called, region: string, sessionToken: string | null): boolean {
  const time = seen.headers["x-amz-date"] ?? "";
  const [, y, mo, d, h, mi, s] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(time) ?? [];
  const expected = signedHeaders(
    { method: "POST", url: new URL(seen.path, `http://${host}`), body: seen.text },
    {
      accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
      secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
      sessionToken,
    },
    { region, service: "bedrock", at: new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) },
  );
  return Object.entries(expected).every(([name, value]) => seen.headers[name] === value);
}

describe("bedrock signs its calls", () => {
  test("with the keys of the environment, for the region that is set", async () => {
    const called = await call({ ...KEYS, AWS_REGION: "eu-central-1" });
    expect([called.result.text, isSigned(called, "eu-central-1", null)]).toEqual(["ok", true]);
  });
  test("with a session's token", async () => {
    const called = await call({
      ...KEYS,
      AWS_SESSION_TOKEN: "t-1",
      AWS_DEFAULT_REGION: "us-west-2",
    });
    expect(isSigned(called, "us-west-2", "t-1")).toBe(true);
  });
  test("with the keys and the region of a profile", async () => {
    const files = home({
      credentials: `# mine\n[other]\naws_access_key_id = X\n\n[ work ]\naws_access_key_id=${KEYS.AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${KEYS.AWS_SECRET_ACCESS_KEY}\naws_session_token=t-2\n`,
      config: "[profile work]\nregion = ap-southeast-2\ns3 =\n  region = none\n",
    });
    const called = await call({ ...files, AWS_PROFILE: "work" });
    expect(isSigned(called, "ap-southeast-2", "t-2")).toBe(true);
  });
  test("not at all where there is a key, which it sends instead", async () => {
    const { seen } = await call({ ...KEYS, AWS_BEARER_TOKEN_BEDROCK: "key-1" });
    expect([seen.headers["authorization"], seen.headers["x-amz-date"]]).toEqual([
      "Bearer key-1",
      undefined,
    ]);
  });
  test("never with the secret itself", async () => {
    const { seen } = await call({ ...KEYS, AWS_REGION: "us-east-1" });
    expect(JSON.stringify(seen)).not.toContain(KEYS.AWS_SECRET_ACCESS_KEY);
  });
  test("also what has a name with slashes and colons", async () => {
    const name = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
    const called = await call({ ...KEYS, AWS_REGION: "us-east-1" }, { name });
    expect(called.seen.path).toBe(`/model/${encodeURIComponent(name)}/converse-stream`);
    expect(isSigned(called, "us-east-1", null)).toBe(true);
  });
});

describe("bedrock without what it needs", () => {
  const model = (environment: Readonly<Record<string, string>>) =>
    createModels({ config: settings({ environment }), baseline: noBaseline }).get("bedrock/x");
  test("is RLLM_014 without credentials, before anything is sent", async () => {
    const here = await model({ ...home({}), AWS_REGION: "us-east-1" });
    const ready = await errorOf(() => here.ready(new AbortController().signal, () => undefined));
    const { error } = await outcome(here, ask());
    for (const failure of [ready, error])
      expect(failure).toMatchObject({
        code: "RLLM_014",
        details: { provider: "bedrock", missing_env_var: "AWS_ACCESS_KEY_ID", model: "bedrock/x" },
      });
  });
  test("names the profile that has no keys", async () => {
    const files = home({ config: "[profile sso]\nsso_session = x\n" });
    const here = await model({ ...files, AWS_PROFILE: "sso", AWS_REGION: "us-east-1" });
    const { error } = await outcome(here, ask());
    expect(error?.message).toContain('the profile "sso" has no keys');
    expect(error?.hint).toContain("aws configure export-credentials");
  });
  test("is RLLM_002 without a region, with what to set", async () => {
    const failure = await errorOf(() => model({ ...KEYS, ...home({}) }));
    expect([failure.code, failure.message.includes("AWS_REGION")]).toEqual(["RLLM_002", true]);
  });
  test("takes no region that would make another address", async () => {
    const environment = { ...KEYS, ...home({}), AWS_REGION: "evil.example/#" };
    expect((await errorOf(() => model(environment))).code).toBe("RLLM_002");
  });
  test("sends nothing where the project's .env alone names the address", async () => {
    const config = settings({
      environment: { ...KEYS, ...home({}), AWS_REGION: "us-east-1" },
      project: { BEDROCK_API_BASE: "https://collect.example" },
    });
    const here = await createModels({ config, baseline: noBaseline }).get("bedrock/x");
    expect((await outcome(here, ask())).error?.code).toBe("RLLM_014");
  });
});

describe("bedrock and its models", () => {
  const REGION = { ...KEYS, AWS_REGION: "us-east-1" };
  const sent = async (name: string, request: Partial<ModelRequest>) => {
    const { result, seen } = await call(REGION, { name, request });
    return { result, body: seen.body };
  };
  test("hold Claude since 4.5 to the schema by the format of the output", async () => {
    const { body } = await sent(`us.${CLAUDE}`, { schema: SCHEMA });
    expect(body["outputConfig"]).toEqual({
      textFormat: {
        type: "json_schema",
        structure: { jsonSchema: { name: "output", schema: JSON.stringify(SCHEMA) } },
      },
    });
  });
  test("have any other model call a tool whose input is the answer", async () => {
    const { body } = await sent("amazon.nova-pro-v1:0", { schema: SCHEMA });
    expect(body["toolConfig"]).toMatchObject({
      tools: [{ toolSpec: { name: "give_answer", inputSchema: { json: SCHEMA } } }],
      toolChoice: { tool: { name: "give_answer" } },
    });
  });
  test("give that input as the answer", async () => {
    const input = '{"text":"Grüße"}';
    const calls = [{ id: "t1", name: "give_answer", input }];
    const act = streams(CONVERSE.events({ calls, fragment: 3 }), FINE);
    const { result } = await call(REGION, { name: "amazon.nova-pro-v1:0", act });
    expect([result.text, result.finish?.reason]).toEqual([input, "stop"]);
    const whole = answers(200, CONVERSE.whole({ calls }));
    expect((await call(REGION, { act: whole })).result.text).toBe(input);
  });
  test("let Claude think as Anthropic does, and leave it out elsewhere", async () => {
    const params = { reasoning_effort: "low", max_tokens: 9000 };
    const { body } = await sent(CLAUDE, { params });
    expect(body["additionalModelRequestFields"]).toEqual({
      thinking: { type: "enabled", budget_tokens: 2048 },
    });
    const other = await sent("meta.llama3-3-70b-instruct-v1:0", { params });
    expect(other.body["additionalModelRequestFields"]).toBeUndefined();
    expect(notesOf(other.result, "degraded")).toHaveLength(1);
  });
  test("take a document under a name without special characters", async () => {
    const file = {
      mediaType: "application/pdf",
      data: "JVBERi0=",
      name: "Rechnung_Nr.5 (neu).pdf",
    };
    const messages = [{ role: "user", content: "What is it?", attachments: [file] }] as const;
    const { body } = await sent(CLAUDE, { messages });
    const [message] = body["messages"] as { content: unknown[] }[];
    expect(message?.content[0]).toEqual({
      document: { format: "pdf", name: "Rechnung Nr 5 (neu)", source: { bytes: "JVBERi0=" } },
    });
  });
});

describe("errors of bedrock", () => {
  const REGION = { ...KEYS, AWS_REGION: "us-east-1" };
  for (const [type, status, tries] of [
    ["throttlingException", 429, 3],
    ["serviceUnavailableException", 503, 3],
    ["internalServerException", 500, 3],
    ["modelStreamErrorException", null, 3],
    ["validationException", 400, 1],
    ["accessDeniedException", 403, 1],
  ] as const)
    test(`in a stream are told apart: ${type}`, async () => {
      const act = streams([exceptionFrame(type, "Not now")], FINE);
      const { result } = await call(REGION, { act });
      expect(result.error).toMatchObject({
        code: "RLLM_017",
        details: { status, provider_code: type, attempts: tries },
      });
    });
});
