import type { JsonSchema } from "../contract/contract.ts";
import { SIGNATURES } from "./file-serving.ts";
import { MCP_TYPES } from "./file-mcp.ts";
import { CONFIG_DEFAULTS, CONFIG_KEYS, REQUIRABLE } from "./keys.ts";

const TEXT = { type: "string" };
const FLAG = { type: "boolean" };
const MODEL = { type: "string", pattern: "^[^/\\s]+/\\S+$" };
const URL = { type: "string", pattern: "^https?://[^\\s/]" };
const NAMES = { type: "array", items: { type: "string", minLength: 1 } };
const VARIABLE = { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$" };
const VALUES = {
  type: "object",
  additionalProperties: { type: ["string", "number", "boolean", "null"] },
};
const SECONDS = { type: "number", minimum: 0.01 };
const TOKENS = { type: "integer", minimum: 1 };
const AMOUNT = { type: "number", minimum: 0 };

/** What each key of `CONFIG_KEYS` may hold. */
const TYPES: Readonly<Record<string, JsonSchema>> = {
  "runtime.default_model": TEXT,
  "runtime.default_max_retries": { type: "integer", minimum: 0 },
  "runtime.default_ollama_auto_pull": FLAG,
  "runtime.fallbacks": { type: "array", items: MODEL },
  "runtime.deadlines.connect": SECONDS,
  "runtime.deadlines.first": SECONDS,
  "runtime.deadlines.gap": SECONDS,
  "runtime.deadlines.total": SECONDS,
  "provider.ollama_api_base": TEXT,
  "providers.NAME.type": TEXT,
  "providers.NAME.base_url": URL,
  "providers.NAME.api_key_env": VARIABLE,
  "providers.NAME.headers": VALUES,
  "providers.NAME.models": NAMES,
  "models.PROVIDER/NAME.window": TOKENS,
  "models.PROVIDER/NAME.max_output": TOKENS,
  "models.PROVIDER/NAME.input_price": AMOUNT,
  "models.PROVIDER/NAME.output_price": AMOUNT,
  "models.PROVIDER/NAME.cache_read_price": AMOUNT,
  "models.PROVIDER/NAME.cache_write_price": AMOUNT,
  embedder: MODEL,
  reranker: MODEL,
  library: NAMES,
  "sandbox.require": { enum: REQUIRABLE },
  "sandbox.experimental": FLAG,
  "sandbox.trusted_python": FLAG,
  "sandbox.python": TEXT,
  "sandbox.image": TEXT,
  "media.allow": NAMES,
  "media.hosts": NAMES,
  "media.image_mb": AMOUNT,
  "media.audio_mb": AMOUNT,
  "media.pdf_mb": AMOUNT,
  "history.events": FLAG,
  "history.keep": { type: "string", pattern: "^\\d+(?:ms|s|m|h|d|w)$" },
  "history.max_mb": AMOUNT,
  auth: { enum: ["on", "off"] },
  "oauth.issuer": URL,
  "oauth.audience": TEXT,
  "oauth.jwks": URL,
  "oauth.algorithms": { type: "array", items: { enum: SIGNATURES } },
  "oauth.scopes": NAMES,
  "serve.hosts": NAMES,
  "plugins.NAME": { type: "object" },
  "mcp.servers.NAME.type": { enum: Object.keys(MCP_TYPES) },
  "mcp.servers.NAME.command": TEXT,
  "mcp.servers.NAME.args": { type: "array", items: { type: ["string", "number", "boolean"] } },
  "mcp.servers.NAME.env": VALUES,
  "mcp.servers.NAME.cwd": TEXT,
  "mcp.servers.NAME.url": URL,
  "mcp.servers.NAME.headers": VALUES,
  "mcp.servers.NAME.auth.client_id": TEXT,
  "mcp.servers.NAME.auth.client_secret_env": VARIABLE,
  "mcp.servers.NAME.auth.client_metadata_url": URL,
  "mcp.servers.NAME.auth.scope": TEXT,
  "mcp.servers.NAME.auth.redirect_port": { type: "integer", minimum: 1, maximum: 65_535 },
  "mcp.servers.NAME.timeout": SECONDS,
  "openapi.NAME.auth": VALUES,
  "openapi.NAME.private": FLAG,
};

/** Mappings that have exactly one of some keys. */
const ONE_OF: Readonly<Record<string, readonly string[]>> = {
  "mcp.servers.NAME": ["command", "url"],
};

/** config.yaml as a JSON Schema, for editors and checks. A key that is null counts as unset. */
export function configSchema(): JsonSchema {
  const root: Level = { keys: new Map(), names: null };
  for (const [way, help] of Object.entries(CONFIG_KEYS)) put(root, way.split("."), way, help);
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...schemaOf(root, []) };
}

/** A mapping of the file: keys of ours, or names of the user's. */
interface Level {
  readonly keys: Map<string, Level | JsonSchema>;
  names: Level | JsonSchema | null;
}

function put(
  level: Level,
  [key = "", ...rest]: readonly string[],
  way: string,
  help: string,
): void {
  const isName = key === "NAME" || key === "PROVIDER/NAME";
  const known = isName ? level.names : level.keys.get(key);
  const next = rest.length === 0 ? leaf(way, help) : isLevel(known) ? known : newLevel();
  if (isName) level.names = next;
  else level.keys.set(key, next);
  if (isLevel(next)) put(next, rest, way, help);
}

function leaf(way: string, help: string): JsonSchema {
  const fallback = Object.hasOwn(CONFIG_DEFAULTS, way)
    ? { default: CONFIG_DEFAULTS[way as keyof typeof CONFIG_DEFAULTS] }
    : {};
  return { ...orNull(TYPES[way] ?? {}), description: help, ...fallback };
}

function schemaOf(level: Level | JsonSchema, way: readonly string[]): JsonSchema {
  if (!isLevel(level)) return level;
  const properties = [...level.keys].map(([key, below]) => [key, schemaOf(below, [...way, key])]);
  const either = ONE_OF[way.join(".")];
  return {
    ...(either ? { type: "object", oneOf: either.map(given) } : { type: ["object", "null"] }),
    properties: Object.fromEntries(properties) as JsonSchema,
    additionalProperties: level.names === null ? false : schemaOf(level.names, [...way, "NAME"]),
  };
}

function given(key: string): JsonSchema {
  return { required: [key], properties: { [key]: { not: { type: "null" } } } };
}

function orNull({ type, enum: values, ...rest }: JsonSchema): JsonSchema {
  if (Array.isArray(values)) return { enum: [...(values as unknown[]), null] };
  return { ...rest, type: [...[type].flat(), "null"] };
}

function newLevel(): Level {
  return { keys: new Map(), names: null };
}

function isLevel(value: unknown): value is Level {
  return typeof value === "object" && value !== null && "names" in value && "keys" in value;
}
