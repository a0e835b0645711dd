/**
 * The production client against one server, as the protocol's conformance suite starts it:
 *   bun scripts/mcp-probe.ts URL
 * It lists the tools, and calls each; where a login is wanted, it logs in with a browser that says
 * yes to everything.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { McpAddress, McpServerConfig } from "../src/config/config.ts";
import { findPaths } from "../src/config/paths.ts";
import { toModullmError } from "../src/core/error.ts";
import { isObject, type Json, type JsonObject, objectsIn } from "../src/core/json.ts";
import { createConnection } from "../src/mcp/connection.ts";
import { usable, type UsableTool } from "../src/mcp/listing.ts";
import { logInTo } from "../src/mcp/log-in.ts";
import { authorizerOf } from "../src/mcp/oauth/authorizer.ts";
import { createRedactor } from "../src/redaction/redactor.ts";

/** Where the suite expects a document about the client; nothing is fetched there. */
const DOCUMENT = "https://conformance-test.local/client-metadata.json";
/** Logins for one call: a server may ask for more rights without end. */
const MOST_LOGINS = 2;

const NAME = "probe";
const url = process.argv.at(-1) ?? "";
const context: unknown = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}");
const given = isObject(context) ? context : {};
const folder = mkdtempSync(join(tmpdir(), "mcp-probe-"));
const config = { paths: findPaths({ env: { XDG_CONFIG_HOME: folder }, home: folder }) };
const redactor = createRedactor([]);
const at: McpAddress = {
  kind: "http",
  url,
  headers: {},
  auth: {
    clientId: textOf(given["client_id"]),
    clientSecretEnv: null,
    clientSecret: textOf(given["client_secret"]),
    clientMetadataUrl: DOCUMENT,
    scope: null,
    redirectPort: null,
  },
};
const server: McpServerConfig = { at, callMs: 20_000, missing: [] };
const { signal } = new AbortController();
const place = { name: NAME, at, config, redactor };
const authorizer = authorizerOf(place);
const connection = createConnection({
  name: NAME,
  server,
  env: {},
  cwd: "/",
  redactor,
  authorizer,
});

process.exitCode = await probe();
await connection.close();

async function probe(): Promise<number> {
  try {
    const listed = await withLogin(() => connection.tools(signal));
    const tools = listed.flatMap((tool) => usable(tool) ?? []);
    for (const [tool, input] of callsOf(tools))
      await withLogin(() => connection.call(tool, input, signal));
    return 0;
  } catch (thrown) {
    process.stderr.write(`${toModullmError(thrown).message}\n`);
    return 1;
  }
}

/** The calls that the suite names; else each tool once. */
function callsOf(tools: readonly UsableTool[]): readonly (readonly [UsableTool, JsonObject])[] {
  const named = objectsIn(given["toolCalls"]);
  // One scenario wants back the schema of the tool before, as it came.
  const [first] = tools;
  if (named.length === 0)
    return tools.map((tool) => {
      const isEcho = tool.name === "json_schema_echo" && first !== undefined;
      return [tool, isEcho ? { schema: first.input as JsonObject } : sampleOf(tool.input)] as const;
    });
  return named.flatMap((call) => {
    const tool = tools.find(({ name }) => name === call["name"]);
    const input = isObject(call["arguments"]) ? call["arguments"] : {};
    return tool ? [[tool, input as JsonObject] as const] : [];
  });
}

async function withLogin<T>(work: () => Promise<T>): Promise<T> {
  for (let logins = 0; ; logins++) {
    try {
      return await work();
    } catch (thrown) {
      const { code, details } = toModullmError(thrown);
      if (code !== "RLLM_014" || logins === MOST_LOGINS) throw thrown;
      const scope = textOf(details["scope"]);
      const options = { place: { config, redactor }, scope, signal, browse };
      // A user tries again where a login is not taken.
      await logInTo(NAME, server, options).catch((failed: unknown) => {
        if (toModullmError(failed).code !== "RLLM_014") throw failed;
      });
    }
  }
}

/** A user who says yes at once. */
async function browse(page: URL): Promise<void> {
  const answer = await fetch(page, { redirect: "manual" });
  const back = answer.headers.get("location");
  if (back !== null) await fetch(back);
}

/** An object of the least that a schema wants. */
function sampleOf(schema: Readonly<Record<string, unknown>>): JsonObject {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const samples: Record<string, Json> = { string: "x", number: 2, integer: 2, boolean: true };
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const type = isObject(property) ? String(property["type"]) : "string";
      return [name, samples[type] ?? (type === "array" ? [] : {})];
    }),
  );
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
