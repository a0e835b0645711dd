import type { ModelFacts } from "../model/facts.ts";
import type { Level } from "../core/sandbox-level.ts";
import type { JsonObject } from "../core/json.ts";
import type { Paths } from "./paths.ts";

/**
 * A value and where it came from, in the words `checked_sources` uses: `environment`, `./.env`, a
 * file's path.
 */
export interface Sourced {
  readonly value: string;
  readonly source: string;
}

/** An entry of `providers` in config.yaml. */
export interface ProviderConfig {
  /** `openai` (the default): an OpenAI-compatible server. */
  readonly type: string;
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly models: readonly string[];
}

/** An entry of `mcp.servers` in config.yaml, with its references filled in. */
export interface McpServerConfig {
  readonly at: McpProcess | McpAddress;
  /** Milliseconds for one call; null: as long as calls have anyway. */
  readonly callMs: number | null;
  /** Variables that it names and that are not set: it can't be used without them. */
  readonly missing: readonly string[];
}

/** A server that is started here. */
export interface McpProcess {
  readonly kind: "process";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Null: the working folder. */
  readonly cwd: string | null;
}

/** A server that is reached over HTTP. */
export interface McpAddress {
  readonly kind: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: McpAuthConfig & { readonly clientSecret: string | null };
}

/** `auth` of such a server: what its authorization server knows of this client; null: nothing. */
export interface McpAuthConfig {
  readonly clientId: string | null;
  readonly clientSecretEnv: string | null;
  /** Where a document about this client lies, which may stand in for a registration. */
  readonly clientMetadataUrl: string | null;
  /** Asked for where the server does not say what it wants. */
  readonly scope: string | null;
  /** Of the address that a login comes back to; null: any that is free. */
  readonly redirectPort: number | null;
}

/** An entry of `openapi` in config.yaml: a host of APIs. */
export interface ApiHostConfig {
  /** What to log in with, by the name of a security scheme. */
  readonly auth: Readonly<Record<string, string>>;
  /** Variables that entries of `auth` name and that are not set, by the same names. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
  /** Whether its addresses may be private. */
  readonly isPrivate: boolean;
}

/** `sandbox` in config.yaml: how blocks are kept from the machine. */
export interface SandboxSettings {
  /**
   * The weakest level that blocks may run at; null: what is best here, and Python blocks not below
   * `container`.
   */
  readonly require: RequiredLevel | null;
  /** Whether the confinements of macOS and Windows may be used, which are not proven. */
  readonly experimental: boolean;
  /** Whether `--trusted-python` is allowed. */
  readonly trustedPython: boolean;
  /** The Python to use, a name or a path; null: the one on the PATH. */
  readonly python: string | null;
  /**
   * A container image with Python in it, for systems whose kernel can't confine a process; null:
   * none.
   */
  readonly image: string | null;
}

/** `history` in config.yaml: what is remembered of runs, and for how long. */
export interface HistorySettings {
  /** Whether the events of every run are kept. */
  readonly events: boolean;
  /** Milliseconds after which a run is forgotten; null: never. */
  readonly keepMs: number | null;
  /** The most MiB that the history may have; null: no bound. */
  readonly maxMb: number | null;
}

/** `media` in config.yaml: which files an input may name. */
export interface MediaSettings {
  /** Folders whose files may be read, beside the working folder; absolute. */
  readonly allow: readonly string[];
  /** `name` or `name:port`: hosts that may have private addresses. */
  readonly hosts: readonly string[];
  /** The most MiB a file may have, by kind. */
  readonly limits: { readonly image: number; readonly audio: number; readonly pdf: number };
}

/** `auth`, `oauth` and `serve` in config.yaml: who may use what is served over HTTP. */
export interface ServingSettings {
  /** False: whoever reaches the server may use it, which holds for this machine only. */
  readonly auth: boolean;
  /** Tokens of this issuer are taken too; null: of none. */
  readonly oauth: OAuthSettings | null;
  /** Names that requests may give as their host, beside those of this machine. */
  readonly hosts: readonly string[];
}

export interface OAuthSettings {
  readonly issuer: string;
  /** What tokens must be made for; null: the address of the face. */
  readonly audience: string | null;
  /** Where the issuer's keys are; null: where its metadata says. */
  readonly jwks: string | null;
  /** Signatures that count, and no others. */
  readonly algorithms: readonly string[];
  /** Scopes that a token must have. */
  readonly scopes: readonly string[];
}

/** `none` is left out: nothing is required then. */
export type RequiredLevel = Exclude<Level, "none">;

/**
 * `runtime.deadlines` in config.yaml, in milliseconds; null where nothing is set. `connect`,
 * `first` and `gap` hold while a fallback is left and on the last model alike.
 */
export interface DeadlineSettings {
  /** Until the server is reached. */
  readonly connect: number | null;
  /** From the request to the first sign of life: any byte of the answer. */
  readonly first: number | null;
  /** Between two signs of life. */
  readonly gap: number | null;
  /** The whole call, for programs without `llm_params.timeout`. */
  readonly total: number | null;
}

/** Everything that configures a process, read once. Immutable. */
export interface Config {
  readonly paths: Paths;
  /** `runtime.default_model`, or `MODULLM_MODEL`: replaces every file's model. */
  readonly defaultModel: string | null;
  readonly defaultMaxRetries: number | null;
  /** `runtime.fallbacks`: models to try after those of a file, in order. */
  readonly fallbacks: readonly string[];
  readonly deadlines: DeadlineSettings;
  /** `embedder`: gives vectors where no other is named. */
  readonly embedder: string | null;
  /** `reranker`: scores documents where no other is named. */
  readonly reranker: string | null;
  readonly ollamaAutoPull: boolean;
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  /**
   * `models` in config.yaml, by `provider/name`: overrides the catalogue field by field; a field
   * that is absent is not overridden.
   */
  readonly modelFacts: Readonly<Record<string, Partial<ModelFacts>>>;
  /**
   * The folders that library names are looked for in, absolute, the first one first; not all need
   * exist.
   */
  readonly library: readonly string[];
  readonly sandbox: SandboxSettings;
  readonly media: MediaSettings;
  readonly history: HistorySettings;
  readonly serving: ServingSettings;
  /** `plugins` in config.yaml: settings by plugin. Its manifest says what they may be. */
  readonly plugins: Readonly<Record<string, JsonObject>>;
  /** `mcp.servers` in config.yaml: MCP servers by name. */
  readonly mcpServers: Readonly<Record<string, McpServerConfig>>;
  /** `openapi` in config.yaml: hosts of APIs, `name` or `name:port` in lower case. */
  readonly apiHosts: Readonly<Record<string, ApiHostConfig>>;
  /** What the user should know: unknown keys, ignored names. Shown on stderr once. */
  readonly warnings: readonly string[];
  /** The files and places that are read for settings, first one wins, whether they exist or not. */
  readonly checkedSources: readonly string[];
  /** A setting by environment name; blank counts as unset. */
  get(name: string): Sourced | null;
  /** Every setting of its own name that is set, keys of providers too, with the place that wins. */
  variables(): readonly (Sourced & { readonly name: string })[];
  /** Names that settings such as `NAME_API_BASE` give an address to, in lower case. */
  servers(): readonly string[];
  /** Values that must never be shown: keys, and passwords in URLs. */
  secrets(): readonly string[];
  /**
   * Whether the user trusts this folder's `./.env` to pair its base URLs with keys from elsewhere.
   */
  readonly folderTrusted: boolean;
}
