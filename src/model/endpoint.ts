import { ModullmError } from "../core/error.ts";
import type { Config, ProviderConfig, Sourced } from "../config/config.ts";
import { nearest } from "../core/nearest.ts";
import { checkedUrl } from "./base-url.ts";
import type { BaseUrl } from "./base-url.ts";
import { environmentName, findProvider, providerNames } from "./providers.ts";
import type { ProviderEntry } from "./providers.ts";
import { UNKNOWN_SERVER } from "./quirks.ts";
import type { Quirks } from "./quirks.ts";

/** Where a provider is reached, and with what. Made from settings alone; nothing is opened. */
export interface Endpoint {
  /** The canonical name. */
  readonly provider: string;
  /** What stood before the slash, as written: the front of every model id. */
  readonly written: string;
  readonly baseUrl: string;
  readonly key: Sourced | null;
  /** Variables that could hold the key, the first one being what a message asks for. */
  readonly keyNames: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly quirks: Quirks;
  /** Azure's `api-version`; null elsewhere. */
  readonly apiVersion: string | null;
  /** Model names the user listed in config.yaml. */
  readonly models: readonly string[];
  /**
   * The address comes from a project's `.env` and something secret would go there that does not.
   */
  readonly untrusted: boolean;
}

/**
 * The source of a project's own settings, which must not draw a user's keys to an address of its
 * choice.
 */
export const PROJECT = "./.env";

/**
 * @throws {ModullmError} RLLM_002 for a provider that nothing is known of, RLLM_018 for settings
 * that can't be used
 */
export function resolveEndpoint(written: string, config: Config): Endpoint {
  const configured = configuredAs(written, config);
  const named = findProvider(written);
  const known = named ?? typeOf(written, configured);
  const provider = named?.name ?? written.toLowerCase();
  const names = [...new Set([written, provider, ...(named?.aliases ?? [])])];
  const base = baseOf(names.map(environmentName), configured, known, config);
  if (base === null) throw unknownProvider(written, known, config);
  const quirks = quirksOf(known, configured, { named: named !== null, base: base.value });
  const keyNames = keyNamesOf(provider, configured, named);
  const key = firstOf(keyNames, config);
  const { url, headers } = checkedUrl(base, quirks, { ...configured?.headers });
  const foreignKey = key !== null && key.source !== PROJECT;
  const foreign =
    foreignKey || quirks.account !== null || Object.keys(configured?.headers ?? {}).length > 0;
  return {
    provider,
    written,
    baseUrl: url,
    key,
    keyNames,
    headers,
    quirks,
    apiVersion: firstOf(["AZURE_API_VERSION", "OPENAI_API_VERSION"], config)?.value ?? null,
    models: configured?.models ?? [],
    untrusted: base.source === PROJECT && foreign && !config.folderTrusted,
  };
}

/** Why `id` can't be called with what is set: RLLM_014, or null when it can. */
export function credentialFault(
  endpoint: Endpoint,
  id: string,
  config: Config,
): ModullmError | null {
  const details = {
    provider: endpoint.provider,
    missing_env_var: keyName(endpoint, config),
    model: id,
    checked_sources: config.checkedSources,
  };
  if (endpoint.untrusted) {
    const host = new URL(endpoint.baseUrl).host;
    return new ModullmError(
      "RLLM_014",
      `Cannot call model "${id}": this folder's .env sends it to ${host}, and your key is ` +
        "not sent there unless you trust the folder",
      {
        details,
        hint:
          `Run \`modullm trust\` in this folder if ${host} may have your key, or remove the ` +
          "base URL from ./.env.",
      },
    );
  }
  if (endpoint.key !== null) return keyFault(endpoint.key.value, id, details);
  if (!endpoint.quirks.needsKey) return null;
  return new ModullmError(
    "RLLM_014",
    `Cannot call model "${id}": ${details.missing_env_var} is not set`,
    { details },
  );
}

/** RLLM_014 for an account whose credentials are not there, or can't be used. */
export function noCredentials(
  { provider }: Endpoint,
  id: string,
  { checkedSources }: Config,
  { variable, reason, hint }: { variable: string; reason: string; hint: string },
): ModullmError {
  return new ModullmError("RLLM_014", `Cannot call model "${id}": ${reason}`, {
    details: {
      provider,
      missing_env_var: variable,
      model: id,
      checked_sources: checkedSources,
      reason,
    },
    hint,
  });
}

/** What no header can carry, or no key has: sent, it would be refused at best. */
const NOT_IN_KEYS = /[^\x21-\x7E]/u;

function keyFault(
  key: string,
  id: string,
  details: Readonly<Record<string, unknown>> & { readonly missing_env_var: string },
): ModullmError | null {
  const at = key.search(NOT_IN_KEYS);
  if (at < 0) return null;
  const code = key.codePointAt(at) ?? 0;
  const what = /\s/u.test(String.fromCodePoint(code))
    ? "a blank"
    : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return new ModullmError(
    "RLLM_014",
    `Cannot call model "${id}": character ${at + 1} of the key in ${details.missing_env_var} ` +
      `is ${what}, and a key has no blanks in it and none but plain characters`,
    {
      details: { ...details, reason: `character ${at + 1} is ${what}` },
      hint: `Copy the key again, alone: without "Bearer", quotes or a second line.`,
    },
  );
}

/** The variable that a key comes from; where there is none, the one to set. */
export function keyName({ keyNames, written }: Endpoint, config: Config): string {
  const named = keyNames.find((name) => config.get(name) !== null) ?? keyNames[0];
  return named ?? `${environmentName(written)}_API_KEY`;
}

function configuredAs(written: string, config: Config): ProviderConfig | null {
  const wanted = written.toLowerCase();
  const found = Object.entries(config.providers).find(([name]) => name.toLowerCase() === wanted);
  return found?.[1] ?? null;
}

/** A protocol that is nobody's name: OpenAI's newer one. */
const RESPONSES = "responses";

/**
 * `type` names the provider whose ways a server has; `openai` says no more than that it speaks the
 * protocol.
 */
function typeOf(written: string, configured: ProviderConfig | null): ProviderEntry | null {
  if (configured === null || configured.type === "openai") return null;
  if (configured.type === RESPONSES) return null;
  const known = findProvider(configured.type);
  if (known !== null) return known;
  const near = nearest(configured.type, providerNames());
  throw new ModullmError(
    "RLLM_018",
    `Cannot use provider "${written}": its type "${configured.type}" is not one`,
    {
      details: { field: `providers.${written}.type`, reason: `unknown type "${configured.type}"` },
      hint:
        'Use "openai" for a server that speaks the OpenAI ' +
        `protocol${near === null ? "" : `, or did you mean "${near}"?`}`,
    },
  );
}

/** NAME_API_BASE, then NAME_BASE_URL, then config.yaml, then the table. */
function baseOf(
  names: readonly string[],
  configured: ProviderConfig | null,
  known: ProviderEntry | null,
  config: Config,
): BaseUrl | null {
  const variables = names.flatMap((name) => [`${name}_API_BASE`, `${name}_BASE_URL`]);
  if (known?.name === "ollama") variables.push("OLLAMA_HOST");
  if (known?.name === "azure") variables.push("AZURE_OPENAI_ENDPOINT");
  for (const field of variables) {
    const found = config.get(field);
    if (found !== null) return { ...found, field };
  }
  if (configured !== null && configured.baseUrl !== null) {
    return { value: configured.baseUrl, source: "config.yaml", field: "base_url" };
  }
  const own = known?.address?.(config) ?? null;
  if (own !== null) return { ...own, field: "base URL" };
  return known?.baseUrl
    ? { value: known.baseUrl, source: "provider table", field: "base URL" }
    : null;
}

function keyNamesOf(
  provider: string,
  configured: ProviderConfig | null,
  known: ProviderEntry | null,
): readonly string[] {
  if (configured !== null && configured.apiKeyEnv !== null) return [configured.apiKeyEnv];
  return known?.keys ?? [`${environmentName(provider)}_API_KEY`];
}

/**
 * A server that names its key variable in config.yaml needs that key. A provider with a protocol of
 * its own is asked for it where the user says so or the address looks like it, and otherwise as
 * before: in OpenAI's.
 */
function quirksOf(
  known: ProviderEntry | null,
  configured: ProviderConfig | null,
  at: { named: boolean; base: string },
): Quirks {
  const type = configured?.type ?? "openai";
  const own = configured?.apiKeyEnv ? { ...UNKNOWN_SERVER, needsKey: true } : UNKNOWN_SERVER;
  if (type === RESPONSES) {
    const alike = known?.quirks ?? { ...findProvider("openai")?.quirks, ...own, schema: "strict" };
    return { ...alike, protocol: RESPONSES };
  }
  if (known === null) return own;
  const { compatible, baseUrl } = known;
  const said = !at.named || findProvider(type) === known;
  if (compatible === undefined || said || !URL.canParse(at.base)) return known.quirks;
  const { host, pathname } = new URL(at.base);
  const path = pathname.replace(/\/+$/, "");
  if (path.endsWith("/chat/completions")) return compatible.quirks;
  const home = baseUrl !== null && new URL(baseUrl).host === host && !path.endsWith("/openai");
  return home || compatible.unless.test(path) ? known.quirks : compatible.quirks;
}

function firstOf(names: readonly string[], config: Config): Sourced | null {
  for (const name of names) {
    const found = config.get(name);
    if (found !== null) return found;
  }
  return null;
}

function unknownProvider(
  written: string,
  known: ProviderEntry | null,
  config: Config,
): ModullmError {
  const details = { field: "llm.model", value: written };
  const variable = `${environmentName(written)}_API_BASE`;
  if (known !== null) {
    const [needed, hint] =
      known.addressFrom === undefined
        ? [variable, `Set ${variable} to your server's URL.`]
        : [known.addressFrom.variable, known.addressFrom.hint];
    return new ModullmError(
      "RLLM_002",
      `Cannot use provider "${written}": it has no address until ${needed} is set`,
      { details, hint },
    );
  }
  const near = nearest(written, [...providerNames(), ...Object.keys(config.providers), "builtin"]);
  const meant = near === null ? "" : `Did you mean "${near}"? `;
  return new ModullmError("RLLM_002", `Cannot use provider "${written}": it is not a known one`, {
    details,
    hint:
      `${meant}For an OpenAI-compatible server set ${variable} to its URL, or describe it ` +
      `under providers in config.yaml; \`modullm plugins search ${written}\` looks for a ` +
      "plugin.",
  });
}
