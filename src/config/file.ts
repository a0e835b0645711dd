import type { ModelFacts } from "../model/facts.ts";
import { type McpServerEntry, readMcpServers } from "./file-mcp.ts";
import { type ApiHostEntry, readApiHosts } from "./file-openapi.ts";
import { type ProviderEntry, readProviders } from "./file-providers.ts";
import { configError, type Field, Reader } from "./file-reader.ts";
import { readServing, type ServingConfig } from "./file-serving.ts";
import { keysIn, REQUIRABLE } from "./keys.ts";
import type { DeadlineSettings, RequiredLevel } from "./config.ts";
import { parseDuration } from "../core/duration.ts";
import { type Json, type JsonObject, jsonFault } from "../core/json.ts";

/**
 * What one config.yaml says; absent or blank keys are null. Header values are as written, `${NAME}`
 * not yet filled in.
 */
export interface ConfigFile {
  readonly defaultModel: string | null;
  readonly defaultMaxRetries: number | null;
  /** Null where the file does not say; an empty list says that there are none. */
  readonly fallbacks: readonly string[] | null;
  readonly deadlines: DeadlineSettings;
  readonly ollamaAutoPull: boolean | null;
  readonly ollamaApiBase: string | null;
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  readonly models: ReadonlyMap<string, Partial<ModelFacts>>;
  readonly embedder: string | null;
  readonly reranker: string | null;
  /** Folders, as written. */
  readonly library: readonly string[];
  readonly sandbox: SandboxConfig;
  readonly media: MediaConfig;
  readonly history: HistoryConfig;
  readonly serving: ServingConfig;
  /** `plugins`: settings by plugin, as written. */
  readonly plugins: ReadonlyMap<string, JsonObject>;
  /** `mcp.servers`, by name. */
  readonly mcpServers: ReadonlyMap<string, McpServerEntry>;
  /** `openapi`, by host. */
  readonly apiHosts: ReadonlyMap<string, ApiHostEntry>;
  readonly warnings: readonly string[];
}

/** `sandbox`; null where the file does not say. */
export interface SandboxConfig {
  readonly require: RequiredLevel | null;
  readonly experimental: boolean | null;
  readonly trustedPython: boolean | null;
  readonly python: string | null;
  readonly image: string | null;
}

/** `media`; folders as written, null where the file does not say. */
export interface MediaConfig {
  readonly allow: readonly string[];
  readonly hosts: readonly string[];
  readonly image: number | null;
  readonly audio: number | null;
  readonly pdf: number | null;
}

/** `history`; null where the file does not say. */
export interface HistoryConfig {
  readonly events: boolean | null;
  readonly keepMs: number | null;
  readonly maxMb: number | null;
}

/**
 * Reads the text of a config.yaml.
 * @throws {ModullmError} RLLM_018 with `path`, and `line`, `field` and `reason` where there are
 * such
 */
export async function parseConfigFile(text: string, path: string): Promise<ConfigFile> {
  const { parseYaml } = await import("../core/yaml.ts");
  const yaml = parseYaml(text);
  if (!yaml.ok) throw configError(yaml.reason, { path, line: lineAt(text, yaml.offset) });
  return readRoot(
    yaml.value,
    new Reader(path, (field) => lineAt(text, yaml.places.valueAt(field))),
  );
}

function readRoot(value: unknown, reader: Reader): ConfigFile {
  const root = reader.mapping(value, [], keysIn(""));
  const runtime = reader.mapping(root["runtime"], ["runtime"], keysIn("runtime"));
  const provider = reader.mapping(root["provider"], ["provider"], keysIn("provider"));
  return {
    defaultModel: reader.text(runtime["default_model"], ["runtime", "default_model"]),
    defaultMaxRetries: reader.number(
      runtime["default_max_retries"],
      ["runtime", "default_max_retries"],
      COUNT,
    ),
    fallbacks: readFallbacks(runtime["fallbacks"], reader),
    deadlines: readDeadlines(runtime["deadlines"], reader),
    ollamaAutoPull: reader.flag(runtime["default_ollama_auto_pull"], [
      "runtime",
      "default_ollama_auto_pull",
    ]),
    ollamaApiBase: reader.text(provider["ollama_api_base"], ["provider", "ollama_api_base"]),
    providers: readProviders(root["providers"], reader),
    models: readModels(root["models"], reader),
    embedder: readModel(root["embedder"], ["embedder"], reader),
    reranker: readModel(root["reranker"], ["reranker"], reader),
    library: reader.names(root["library"], ["library"]),
    sandbox: readSandbox(root["sandbox"], reader),
    media: readMedia(root["media"], reader),
    history: readHistory(root["history"], reader),
    serving: readServing(root, reader),
    plugins: readPlugins(root["plugins"], reader),
    mcpServers: readMcpServers(root["mcp"], reader),
    apiHosts: readApiHosts(root["openapi"], reader),
    warnings: reader.warnings,
  };
}

const COUNT = { integer: true, least: 0 };
const TOKENS = { integer: true, least: 1 };
const PRICE = { integer: false, least: 0 };

const SECONDS = { integer: false, least: 0.01 };

function readFallbacks(value: unknown, reader: Reader): readonly string[] | null {
  if (value === null || value === undefined) return null;
  const names = reader.names(value, ["runtime", "fallbacks"]);
  for (const [index, name] of names.entries())
    checkModel(name, ["runtime", "fallbacks", String(index)], reader);
  return names;
}

function readModel(value: unknown, field: Field, reader: Reader): string | null {
  const name = reader.text(value, field);
  if (name !== null) checkModel(name, field, reader);
  return name;
}

function checkModel(name: string, field: Field, reader: Reader): void {
  if (!/^[^/\s]+\/\S+$/.test(name)) reader.wrong(field, "is no model: write provider/name");
}

/** Seconds in the file, milliseconds from here on. */
function readDeadlines(value: unknown, reader: Reader): DeadlineSettings {
  const keys = reader.mapping(value, ["runtime", "deadlines"], keysIn("runtime.deadlines"));
  const milliseconds = (key: string): number | null => {
    const seconds = reader.number(keys[key], ["runtime", "deadlines", key], SECONDS);
    return seconds === null ? null : seconds * 1000;
  };
  return {
    connect: milliseconds("connect"),
    first: milliseconds("first"),
    gap: milliseconds("gap"),
    total: milliseconds("total"),
  };
}

function readSandbox(value: unknown, reader: Reader): SandboxConfig {
  const keys = reader.mapping(value, ["sandbox"], keysIn("sandbox"));
  const wanted = reader.text(keys["require"], ["sandbox", "require"]);
  const level = REQUIRABLE.find((each) => each === wanted) ?? null;
  if (wanted !== null && level === null)
    reader.wrong(
      ["sandbox", "require"],
      `must be one of ${REQUIRABLE.join(", ")}, but it is "${wanted}"`,
    );
  return {
    require: level,
    experimental: reader.flag(keys["experimental"], ["sandbox", "experimental"]),
    trustedPython: reader.flag(keys["trusted_python"], ["sandbox", "trusted_python"]),
    python: reader.text(keys["python"], ["sandbox", "python"]),
    image: reader.text(keys["image"], ["sandbox", "image"]),
  };
}

const MEGABYTES = { integer: false, least: 0 };

function readHistory(value: unknown, reader: Reader): HistoryConfig {
  const keys = reader.mapping(value, ["history"], keysIn("history"));
  const keep = reader.text(keys["keep"], ["history", "keep"]);
  const keepMs = keep === null ? null : parseDuration(keep);
  if (keep !== null && keepMs === null)
    reader.wrong(["history", "keep"], `must be a duration such as 30d, but it is "${keep}"`);
  return {
    events: reader.flag(keys["events"], ["history", "events"]),
    keepMs,
    maxMb: reader.number(keys["max_mb"], ["history", "max_mb"], MEGABYTES),
  };
}

function readMedia(value: unknown, reader: Reader): MediaConfig {
  const keys = reader.mapping(value, ["media"], keysIn("media"));
  return {
    allow: reader.names(keys["allow"], ["media", "allow"]),
    hosts: reader.names(keys["hosts"], ["media", "hosts"]),
    image: reader.number(keys["image_mb"], ["media", "image_mb"], MEGABYTES),
    audio: reader.number(keys["audio_mb"], ["media", "audio_mb"], MEGABYTES),
    pdf: reader.number(keys["pdf_mb"], ["media", "pdf_mb"], MEGABYTES),
  };
}

function readModels(value: unknown, reader: Reader): Map<string, Partial<ModelFacts>> {
  const models = new Map<string, Partial<ModelFacts>>();
  for (const [id, entry] of Object.entries(reader.mapping(value, ["models"]))) {
    const field = ["models", id];
    if (!/^[^/\s]+\/\S+$/.test(id)) reader.wrong(field, "is no model: write provider/name");
    const keys = reader.mapping(entry, field, keysIn("models.PROVIDER/NAME"));
    const fact = (
      key: string,
      name: keyof ModelFacts,
      want: { integer: boolean; least: number },
    ): Partial<ModelFacts> => {
      const number = reader.number(keys[key], [...field, key], want);
      return number === null ? {} : { [name]: number };
    };
    models.set(id, {
      ...fact("window", "window", TOKENS),
      ...fact("max_output", "maxOutput", TOKENS),
      ...fact("input_price", "inputPrice", PRICE),
      ...fact("output_price", "outputPrice", PRICE),
      ...fact("cache_read_price", "cacheReadPrice", PRICE),
      ...fact("cache_write_price", "cacheWritePrice", PRICE),
    });
  }
  return models;
}

/** What the keys of a plugin are, its manifest says; here they only have to be JSON. */
function readPlugins(value: unknown, reader: Reader): Map<string, JsonObject> {
  const plugins = new Map<string, JsonObject>();
  for (const [name, entry] of Object.entries(reader.mapping(value, ["plugins"]))) {
    const settings = reader.mapping(entry, ["plugins", name]);
    const fault = jsonFault(settings);
    if (fault !== null) reader.wrong(["plugins", name], fault);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- YAML here is JSON
    plugins.set(name, settings as { readonly [key: string]: Json });
  }
  return plugins;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1))
    line++;
  return line;
}
