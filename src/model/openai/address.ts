import { isObject } from "../../core/json.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Callee } from "../failure.ts";

/** Cutting shorter texts out of messages would leave holes in ordinary words. */
const SHORTEST_SECRET = 6;

/** Azure's version of the protocol where a deployment's address is set and no version. */
const AZURE_VERSION = "2024-10-21";

/**
 * The address of a call; the query of the base URL stays. Azure has an address for each deployment,
 * with the version of its protocol; the newer `/openai/v1` is like OpenAI's.
 */
export function callAddress(endpoint: Endpoint, name: string, path: string): URL {
  const url = new URL(endpoint.baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  if (!isAzure(endpoint)) {
    url.pathname = `${base}${path}`;
    return url;
  }
  const dated = endpoint.apiVersion ?? url.searchParams.get("api-version");
  const deployed = base.includes("/openai/deployments/");
  const bare = base === "" || base === "/openai";
  if (deployed || (bare && dated !== null))
    url.searchParams.set("api-version", dated ?? AZURE_VERSION);
  if (!bare) url.pathname = `${base}${path}`;
  else if (dated === null) url.pathname = `/openai/v1${path}`;
  else url.pathname = `/openai/deployments/${encodeURIComponent(name)}${path}`;
  return url;
}

/** Where the names of the models are. */
export function listAddress(endpoint: Endpoint): URL {
  const url = new URL(endpoint.baseUrl);
  url.pathname = isAzure(endpoint)
    ? "/openai/v1/models"
    : `${url.pathname.replace(/\/+$/, "")}/models`;
  return url;
}

/** The names in a list of models, in the form that OpenAI's and Anthropic's addresses share. */
export function modelIds(list: unknown): readonly string[] {
  const all = Array.isArray(list) ? list.filter(isObject) : [];
  return all.map(({ id }) => id).filter((id) => typeof id === "string");
}

/** The key as this server wants it, and the headers of config.yaml; names in lower case. */
export function headersOf(endpoint: Endpoint): Record<string, string> {
  const headers: Record<string, string> = {};
  if (endpoint.key !== null && isAzure(endpoint)) headers["api-key"] = endpoint.key.value;
  else if (endpoint.key !== null) headers["authorization"] = `Bearer ${endpoint.key.value}`;
  for (const [name, value] of Object.entries(endpoint.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

/**
 * Whatever was sent as a header may be secret, and servers like to quote what they do not
 * understand.
 */
export function calleeOf(
  endpoint: Endpoint,
  name: string,
  extra: Readonly<Record<string, string>>,
): Callee {
  const sent = [
    endpoint.key?.value ?? "",
    ...Object.values(endpoint.headers),
    ...Object.values(extra),
  ];
  return {
    provider: endpoint.provider,
    model: `${endpoint.written}/${name}`,
    host: new URL(endpoint.baseUrl).host,
    secrets: sent.filter((value) => value.length >= SHORTEST_SECRET),
  };
}

/** Azure's addresses and key, whichever of OpenAI's two protocols goes there. */
function isAzure(endpoint: Endpoint): boolean {
  return endpoint.quirks.protocol === "azure" || endpoint.provider === "azure";
}
