import type { App } from "../workspace.ts";
import type { Config } from "../config/config.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import type { Check } from "./check.ts";
import { type Endpoint, keyName, resolveEndpoint } from "../model/endpoint.ts";
import type { Model } from "../model/model.ts";
import { createModels, type Models } from "../model/models.ts";
import { environmentName, PROVIDERS, type ProviderEntry } from "../model/providers.ts";
import { within } from "../model/within.ts";

/** Milliseconds for all of it: everything is asked at the same time. */
const DEADLINE = 3000;

/**
 * Asks every provider whose key is set, and every local server there may be, for the list of its
 * models: that costs nothing and shows whether the key is taken. Then the default model, embedder
 * and reranker, as whoever needs them would look for them.
 */
export async function reachability(app: App): Promise<readonly Check[]> {
  const { config } = app;
  const models = createModels({
    // What config.yaml lists is not asked for; here the server has to answer.
    config: { ...config, providers: withoutLists(config) },
    baseline: async () => (await import("../model/builtin.ts")).createBuiltin(),
  });
  const asked = [
    ...new Set([
      ...PROVIDERS.filter((entry) => isWanted(entry, config)).map(({ name }) => name),
      ...Object.keys(config.providers),
    ]),
  ];
  try {
    const checks = asked.map((name) => askProvider(name, app, models));
    const set = [askDefaultModel(app, models), ...askVectorModels(app, models)];
    return await Promise.all([...checks, ...set]);
  } finally {
    await models.close();
  }
}

function withoutLists({ providers }: Config): Config["providers"] {
  return Object.fromEntries(
    Object.entries(providers).map(([name, entry]) => [name, { ...entry, models: [] }]),
  );
}

/** A hosted one whose key is set, a local one whose address is, and Ollama anyway. */
function isWanted({ name, aliases, keys, quirks }: ProviderEntry, config: Config): boolean {
  if (!quirks.local) return keys.some((key) => config.get(key) !== null);
  const variables = [name, ...aliases].flatMap((each) => {
    const front = environmentName(each);
    return [`${front}_API_BASE`, `${front}_BASE_URL`];
  });
  return name === "ollama" || variables.some((variable) => config.get(variable) !== null);
}

async function askProvider(name: string, { config, permit }: App, models: Models): Promise<Check> {
  let endpoint: Endpoint;
  try {
    endpoint = resolveEndpoint(name, config);
  } catch (thrown) {
    const { message, hint } = toModullmError(thrown);
    return { name, status: "warning", message, hint };
  }
  const { host, hostname } = new URL(endpoint.baseUrl);
  try {
    permit("network", hostname);
    const list = await within(
      DEADLINE,
      async (signal) => await (await models.provider(name)).list?.(signal),
    );
    const count =
      list === undefined ? "" : `, ${list.length === 1 ? "1 model" : `${list.length} models`}`;
    return { name, status: "ok", message: `answers at ${host}${count}`, hint: null };
  } catch (thrown) {
    return failureOf(toModullmError(thrown), endpoint, config);
  }
}

function failureOf(error: ModullmError, endpoint: Endpoint, config: Config): Check {
  const { provider: name, key, quirks } = endpoint;
  const { host } = new URL(endpoint.baseUrl);
  const { status } = error.details;
  if (error.code === "RLLM_014" || error.code === "RLLM_021")
    return { name, status: "warning", message: error.message, hint: error.hint };
  if (status === 401 || status === 403) {
    const source =
      key === null
        ? "no key is set"
        : `the key ${keyName(endpoint, config)} (${key.source}) is refused`;
    const hint =
      `Set a key that ${host} ` +
      `takes${key === null ? "" : `, in place of the one from ${key.source}`}.`;
    return { name, status: "failed", message: `${host} answers ${status}: ${source}`, hint };
  }
  if (typeof status === "number" && status < 500 && status !== 408)
    return {
      name,
      status: "ok",
      message: `answers at ${host}, with ${status} to a question for its models`,
      hint: null,
    };
  const local = quirks.local && isUnset(endpoint, config);
  if (local)
    return {
      name,
      status: "ok",
      message: `is not running at ${host}; only ${name}/… models need it`,
      hint: null,
    };
  const message = `can't be reached at ${host}: ${reasonOf(error)}`;
  const hint = quirks.local
    ? "Start the server, or correct its address."
    : "Check the network, a proxy, and the provider's status page.";
  return { name, status: "warning", message, hint };
}

/** Whether nobody gave this server an address: then it is not missed. */
function isUnset({ provider, baseUrl }: Endpoint, config: Config): boolean {
  const usual = PROVIDERS.find(({ name }) => name === provider)?.baseUrl;
  return baseUrl === usual && !Object.hasOwn(config.providers, provider);
}

async function askDefaultModel({ config, permit }: App, models: Models): Promise<Check> {
  const { defaultModel } = config;
  const name = "default model";
  if (defaultModel === null)
    return { name, status: "ok", message: "none is set, each program has its own", hint: null };
  return await askReady(name, defaultModel, permit, () => models.get(defaultModel));
}

/** What `embed` and `rerank` take without a model, where somebody has set it. */
function askVectorModels({ config, permit }: App, models: Models): readonly Promise<Check>[] {
  const { embedder, reranker } = config;
  return [
    ...(embedder === null
      ? []
      : [askReady("embedder", embedder, permit, () => models.embedder(embedder))]),
    ...(reranker === null
      ? []
      : [askReady("reranker", reranker, permit, () => models.reranker(reranker))]),
  ];
}

/** Whether a model could be called, found as whoever needs it would. */
async function askReady(
  name: string,
  id: string,
  permit: App["permit"],
  find: () => Promise<Pick<Model, "origin" | "ready">>,
): Promise<Check> {
  try {
    await within(DEADLINE, async (signal) => {
      const model = await find();
      const { hostname = "" } = URL.parse(model.origin ?? "") ?? {};
      if (hostname !== "") permit("network", hostname);
      await model.ready(signal, () => undefined);
    });
    return { name, status: "ok", message: `${id} can be called`, hint: null };
  } catch (thrown) {
    const error = toModullmError(thrown);
    const message = `${id} can't be called: ${error.message}`;
    return { name, status: "failed", message, hint: error.hint };
  }
}

function reasonOf({ details, message }: ModullmError): string {
  const { reason } = details;
  return typeof reason === "string" ? reason : message.replace(/^Unexpected failure: /, "");
}
