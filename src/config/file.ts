import type { ModelFacts } from "../model/facts.ts";
import { keysIn, REQUIRABLE } from "./keys.ts";
import type { DeadlineSettings, RequiredLevel } from "./config.ts";
import { parseDuration } from "../core/duration.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, type Json, type JsonObject, jsonFault, jsonType } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

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
  /** `plugins`: settings by plugin, as written. */
  readonly plugins: ReadonlyMap<string, JsonObject>;
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

export interface ProviderEntry {
  readonly type: string;
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly models: readonly string[];
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

/**
 * `Cannot read configuration "…" (line 3): runtime.default_model must be a string, but it is a
 * list`.
 */
export function configError(
  reason: string,
  facts: {
    readonly path: string;
    readonly line?: number;
    readonly field?: string;
    readonly cause?: unknown;
  },
): ModullmError {
  const { path, line, field, cause } = facts;
  const place = line === undefined ? "" : ` (line ${line})`;
  const subject = field === undefined ? "" : `${field} `;
  const details = {
    path,
    ...(line === undefined ? {} : { line }),
    ...(field === undefined ? {} : { field }),
    reason,
  };
  return new ModullmError(
    "RLLM_018",
    `Cannot read configuration "${path}"${place}: ${subject}${reason}`,
    {
      details,
      cause,
    },
  );
}

type Field = readonly string[];

/** Takes typed values out of the file, and knows where each stands. */
class Reader {
  readonly warnings: string[] = [];
  readonly #path: string;
  readonly #line: (field: Field) => number;

  constructor(path: string, line: (field: Field) => number) {
    this.#path = path;
    this.#line = line;
  }

  wrong(field: Field, reason: string): never {
    const name = field.length === 0 ? {} : { field: field.join(".") };
    const subject = field.length === 0 ? "the file " : "";
    throw configError(`${subject}${reason}`, {
      path: this.#path,
      line: this.#line(field),
      ...name,
    });
  }

  /** A mapping; null and absent count as an empty one. With `keys`, others are warned about. */
  mapping(value: unknown, field: Field, keys?: readonly string[]): Record<string, unknown> {
    if (value === null || value === undefined) return {};
    if (!isObject(value))
      return this.wrong(field, `must be a mapping, but it is ${described(value)}`);
    for (const key of keys === undefined ? [] : Object.keys(value)) {
      if (!keys?.includes(key)) this.#warnUnknown([...field, key], keys ?? []);
    }
    return value;
  }

  /** Blank counts as unset. */
  text(value: unknown, field: Field): string | null {
    if (value === null || value === undefined) return null;
    if (typeof value !== "string")
      return this.wrong(field, `must be a string, but it is ${described(value)}`);
    return value.trim() === "" ? null : value.trim();
  }

  url(value: unknown, field: Field): string | null {
    const text = this.text(value, field);
    if (text === null || /^https?:\/\/[^\s/]/i.test(text)) return text;
    return this.wrong(field, "must be a URL that starts with http:// or https://");
  }

  flag(value: unknown, field: Field): boolean | null {
    if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
    return this.wrong(field, `must be true or false, but it is ${described(value)}`);
  }

  number(value: unknown, field: Field, want: { integer: boolean; least: number }): number | null {
    if (value === null || value === undefined) return null;
    const fits = typeof value === "number" && Number.isFinite(value) && value >= want.least;
    if (fits && (!want.integer || Number.isSafeInteger(value))) return value;
    const kind = want.integer ? "a whole number" : "a number";
    return this.wrong(
      field,
      `must be ${kind} of at least ${want.least}, but it is ${described(value)}`,
    );
  }

  #warnUnknown(field: Field, keys: readonly string[]): void {
    const hint = didYouMean(field.at(-1) ?? "", keys);
    this.warnings.push(
      `Unknown key "${field.join(".")}" in ${this.#path}, line ${this.#line(field)}.${hint}`,
    );
  }
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
    library: readNames(root["library"], ["library"], reader),
    sandbox: readSandbox(root["sandbox"], reader),
    media: readMedia(root["media"], reader),
    history: readHistory(root["history"], reader),
    plugins: readPlugins(root["plugins"], reader),
    warnings: reader.warnings,
  };
}

const COUNT = { integer: true, least: 0 };
const TOKENS = { integer: true, least: 1 };
const PRICE = { integer: false, least: 0 };

const SECONDS = { integer: false, least: 0.01 };

function readFallbacks(value: unknown, reader: Reader): readonly string[] | null {
  if (value === null || value === undefined) return null;
  const names = readNames(value, ["runtime", "fallbacks"], reader);
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
    allow: readNames(keys["allow"], ["media", "allow"], reader),
    hosts: readNames(keys["hosts"], ["media", "hosts"], reader),
    image: reader.number(keys["image_mb"], ["media", "image_mb"], MEGABYTES),
    audio: reader.number(keys["audio_mb"], ["media", "audio_mb"], MEGABYTES),
    pdf: reader.number(keys["pdf_mb"], ["media", "pdf_mb"], MEGABYTES),
  };
}

function readProviders(value: unknown, reader: Reader): Map<string, ProviderEntry> {
  const providers = new Map<string, ProviderEntry>();
  for (const [name, entry] of Object.entries(reader.mapping(value, ["providers"]))) {
    const field = ["providers", name];
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
      reader.wrong(field, "is no provider name: letters, digits, `.`, `_` and `-` make one");
    }
    const keys = reader.mapping(entry, field, keysIn("providers.NAME"));
    providers.set(name, {
      type: reader.text(keys["type"], [...field, "type"]) ?? "openai",
      baseUrl: reader.url(keys["base_url"], [...field, "base_url"]),
      apiKeyEnv: readVariable(keys["api_key_env"], [...field, "api_key_env"], reader),
      headers: readHeaders(keys["headers"], [...field, "headers"], reader),
      models: readNames(keys["models"], [...field, "models"], reader),
    });
  }
  return providers;
}

/**
 * The reason never quotes the value: a key pasted in the place of a variable's name is a common
 * slip.
 */
function readVariable(value: unknown, field: Field, reader: Reader): string | null {
  const name = reader.text(value, field);
  if (name === null || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  return reader.wrong(field, "must be the name of an environment variable, not the key itself");
}

function readHeaders(value: unknown, field: Field, reader: Reader): Record<string, string> {
  const headers: [string, string][] = [];
  for (const [name, entry] of Object.entries(reader.mapping(value, field))) {
    const at = [...field, name];
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) reader.wrong(at, "is no header name");
    const text = reader.text(
      typeof entry === "number" || typeof entry === "boolean" ? String(entry) : entry,
      at,
    );
    // fetch rejects header values beyond Latin-1; a line break would start another header.
    if (text !== null && !/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      reader.wrong(at, "holds a character no header may hold");
    if (text !== null) headers.push([name, text]);
  }
  return Object.fromEntries(headers);
}

function readNames(value: unknown, field: Field, reader: Reader): string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value))
    return reader.wrong(field, `must be a list of strings, but it is ${described(value)}`);
  return value.map((entry: unknown, index) => {
    const at = [...field, String(index)];
    return reader.text(entry, at) ?? reader.wrong(at, "must be a name, but it is blank");
  });
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

/** A value in words, without strings' text: what stands in the wrong place may be a secret. */
function described(value: unknown): string {
  const type = jsonType(value);
  if (type === "number" || type === "boolean") return `the ${type} ${String(value)}`;
  return type === "array" ? "a list" : type === "object" ? "a mapping" : `a ${type}`;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1))
    line++;
  return line;
}
