import type { RequiredLevel } from "./config.ts";

/**
 * What `sandbox.require` may be. `none` is no level to require: it is what nothing required means.
 */
export const REQUIRABLE: readonly RequiredLevel[] = ["wasm", "container", "kernel", "namespaces"];

/**
 * The keys of config.yaml by their way, each with what it holds. `NAME` and `PROVIDER/NAME` stand
 * for names of the user's choice.
 */
export const CONFIG_KEYS: Readonly<Record<string, string>> = {
  "runtime.default_model": "provider/name: replaces every file's model",
  "runtime.default_max_retries": "an integer: retries of programs that don't say `retries`",
  "runtime.default_ollama_auto_pull": "true: pull local models that are missing",
  "runtime.fallbacks":
    "a list of provider/name: tried behind a file's own models, but not behind --model",
  "runtime.deadlines.connect": "seconds until the server is reached",
  "runtime.deadlines.first": "seconds until the first sign of life",
  "runtime.deadlines.gap": "seconds between two signs of life",
  "runtime.deadlines.total": "seconds for the whole call; `llm_params.timeout` wins",
  "provider.ollama_api_base": "a URL: as OLLAMA_API_BASE, which wins",
  "providers.NAME.type":
    "the provider whose ways the server has, or responses; openai, its protocol and nothing " +
    "more, without it",
  "providers.NAME.base_url": "a URL",
  "providers.NAME.api_key_env": "the name of the variable that holds the key, never the key",
  "providers.NAME.headers":
    "a mapping; ${NAME} in a value is filled from the environment or a .env file",
  "providers.NAME.models": "a list of names, for lists of models",
  "models.PROVIDER/NAME.window": "tokens that the model takes in",
  "models.PROVIDER/NAME.max_output": "tokens that it gives at most",
  "models.PROVIDER/NAME.input_price": "US dollars for a million tokens of the prompt",
  "models.PROVIDER/NAME.output_price": "US dollars for a million tokens of the answer",
  "models.PROVIDER/NAME.cache_read_price":
    "US dollars for a million tokens of the prompt that the provider has kept",
  "models.PROVIDER/NAME.cache_write_price":
    "US dollars for a million tokens of the prompt that it keeps",
  embedder: "provider/name: gives the vectors of `embed`; builtin/lexical without it",
  reranker: "provider/name: scores the documents of `rerank`; builtin/lexical without it",
  library: "a list of folders of programs by name, behind those of MODULLM_PATH",
  "sandbox.require": `the weakest level that blocks may run at: ${REQUIRABLE.join(", ")}`,
  "sandbox.experimental": "true: allow the confinements of macOS and Windows, which are not proven",
  "sandbox.trusted_python": "false: forbid --trusted-python",
  "sandbox.python": "a name or a path; the first python3 on the PATH without it",
  "sandbox.image": "an image with Python, where the kernel can't confine a process",
  "media.allow": "a list of folders that files of inputs may lie in, beside the working folder",
  "media.hosts": "a list of hosts whose addresses may be private",
  "media.image_mb": "the most that a picture may have, in MiB",
  "media.audio_mb": "the same for sound",
  "media.pdf_mb": "the same for a PDF",
  "history.events": "true: keep the events of every run, redacted",
  "history.keep": "a duration such as 30d: older runs are forgotten",
  "history.max_mb": "the most that the history may have, in MiB: the oldest runs are forgotten",
  auth: "off: whoever reaches a server of this machine may use it; a token is wanted without it",
  "oauth.issuer": "a URL: tokens of this authorization server are taken by servers",
  "oauth.audience": "what a token must be made for; the server's own address without it",
  "oauth.jwks": "a URL of the issuer's keys; where its metadata says without it",
  "oauth.algorithms": "a list of signatures that count; RS256 and ES256 without it",
  "oauth.scopes": "a list of scopes that a token must have",
  "serve.hosts": "a list of names that servers are reached by, beside those of this machine",
  "plugins.NAME": "a mapping: settings of a plugin, as its manifest says",
  "mcp.servers.NAME.type": "stdio or http, as other clients write it; the other keys say it too",
  "mcp.servers.NAME.command": "a program to start that is an MCP server, by name or path",
  "mcp.servers.NAME.args": "a list of strings: its arguments",
  "mcp.servers.NAME.env":
    "a mapping: variables that it gets; ${NAME} in a value is filled as in headers",
  "mcp.servers.NAME.cwd": "the folder it is started in; the working folder without it",
  "mcp.servers.NAME.url": "in place of a command, the URL of an MCP server",
  "mcp.servers.NAME.headers":
    "a mapping; ${NAME} in a value is filled from the environment or a .env file",
  "mcp.servers.NAME.auth.client_id": "what the server's authorization server knows this client by",
  "mcp.servers.NAME.auth.client_secret_env":
    "the name of the variable that holds its secret, never the secret",
  "mcp.servers.NAME.auth.client_metadata_url":
    "an https URL of a document about this client, for authorization servers that take one",
  "mcp.servers.NAME.auth.scope": "what to ask for where the server does not say",
  "mcp.servers.NAME.auth.redirect_port":
    "the port that a login comes back to; any that is free without it",
  "mcp.servers.NAME.timeout": "seconds that a call may take; 600 without it",
  "openapi.NAME.auth":
    "a mapping, for the host of an API: what to log in with, by security scheme; ${NAME} in a " +
    "value is filled as in headers",
  "openapi.NAME.private": "true: the host of an API may have a private address",
};

/** The keys that may stand in a mapping, by its way as in `CONFIG_KEYS`; the root is "". */
export function keysIn(way: string): string[] {
  const front = way === "" ? "" : `${way}.`;
  const below = Object.keys(CONFIG_KEYS).filter((key) => key.startsWith(front));
  return [...new Set(below.map((key) => key.slice(front.length).split(".")[0] ?? ""))];
}

/** What counts where nothing says otherwise; keys that are not here have no value then. */
export const CONFIG_DEFAULTS = {
  "runtime.default_max_retries": 2,
  "runtime.default_ollama_auto_pull": false,
  embedder: "builtin/lexical",
  reranker: "builtin/lexical",
  "sandbox.experimental": false,
  "sandbox.trusted_python": true,
  "media.image_mb": 20,
  "media.audio_mb": 25,
  "media.pdf_mb": 32,
  "history.events": false,
  "openapi.NAME.private": false,
} as const;

/** What goes before the files, for keys that have such a thing: a variable, or a flag of `run`. */
export const CONFIG_OVERRIDES: Readonly<
  Record<string, { readonly variable?: string; readonly flag?: string }>
> = {
  "runtime.default_model": { variable: "MODULLM_MODEL", flag: "--model" },
  "runtime.default_max_retries": { flag: "--max-retries" },
  "runtime.default_ollama_auto_pull": { flag: "--ollama-auto-pull" },
  "provider.ollama_api_base": { variable: "OLLAMA_API_BASE" },
  "media.allow": { flag: "--allow-path" },
  "history.events": { flag: "--keep" },
};
