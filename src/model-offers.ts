import type { Config } from "./core/config.ts";
import { toModullmError } from "./core/error.ts";
import { type Endpoint, resolveEndpoint } from "./model/endpoint.ts";
import { createModels, type Models } from "./model/models.ts";
import { PROVIDERS, type ProviderEntry } from "./model/providers.ts";
import { within } from "./model/within.ts";

/** A model that somebody could begin with. */
export interface Offer {
  /** `provider/name` */
  readonly model: string;
  /** Whether it can be called as things are. */
  readonly ready: boolean;
  /** What is known of it, in one sentence. */
  readonly reason: string;
}

/** Milliseconds to wait for a server: one on this machine answers at once or is not there. */
const HERE = 1000;
const ELSEWHERE = 3000;
/** Models of one server that are shown. */
const MOST = 5;
/** Models that are no use for text, by their names. */
const NO_CHAT =
  /embed|rerank|whisper|tts|transcri|speech|realtime|image|dall-e|moderation|guard|ocr|babbage|davinci|bge-|minilm/i;

/**
 * The models there are to begin with, the best first: the one that is set as default, those whose provider has a key here, those
 * of servers on this machine, those that want a key, and what is built in. Nothing is paid; lists of models are asked for.
 */
export async function findOffers(config: Config): Promise<readonly Offer[]> {
  const models = createModels({
    config,
    baseline: async () => (await import("./model/baseline/baseline.ts")).createBaselineProvider(),
  });
  try {
    const known = PROVIDERS.map(({ name }) => name);
    const named = Object.keys(config.providers).filter((name) => !known.includes(name.toLowerCase()));
    const [hosted, local] = [false, true].map((isLocal) => PROVIDERS.filter(({ quirks }) => quirks.local === isLocal));
    const asked = await Promise.all([
      ...named.map((name) => offersOf(name, null, config, models)),
      ...[...(hosted ?? []), ...(local ?? [])].map((entry) => offersOf(entry.name, entry, config, models)),
    ]);
    const found = asked.flat();
    return [
      ...defaultOffer(config, found),
      ...found.filter(({ ready, model }) => ready && model !== config.defaultModel),
      BUILT_IN,
      ...found.filter(({ ready, model }) => !ready && model !== config.defaultModel),
    ];
  } finally {
    await models.close();
  }
}

const BUILT_IN: Offer = {
  model: "builtin/baseline",
  ready: true,
  reason: "Built in: it needs no key and no network, fills schemas by rules, and is no language model.",
};

/** What somebody has set, they want; whether it can be called shows when it is. */
function defaultOffer({ defaultModel }: Config, found: readonly Offer[]): Offer[] {
  if (defaultModel === null) return [];
  const known = found.find(({ model }) => model === defaultModel);
  return [{ model: defaultModel, ready: known?.ready ?? true, reason: "Your default model." }];
}

async function offersOf(
  name: string,
  entry: ProviderEntry | null,
  config: Config,
  models: Models,
): Promise<readonly Offer[]> {
  let endpoint: Endpoint;
  try {
    endpoint = resolveEndpoint(name, config);
  } catch {
    // Without an address, as Azure is at first, there is nothing to offer.
    return [];
  }
  const local = endpoint.quirks.local;
  if (endpoint.quirks.needsKey && endpoint.key === null) return withoutKey(endpoint, entry);
  if (endpoint.untrusted) return [];
  try {
    const wait = local ? HERE : ELSEWHERE;
    const list = await within(wait, async (signal) => (await (await models.provider(name)).list?.(signal)) ?? []);
    return listed(endpoint, entry, list);
  } catch (thrown) {
    if (local || entry?.starter === undefined) return [];
    const { details, message } = toModullmError(thrown);
    const refused = details["status"] === 401 || details["status"] === 403;
    const reason = refused
      ? `The key ${endpoint.keyNames[0] ?? ""} from ${endpoint.key?.source ?? ""} is refused.`
      : `It could not be reached: ${message}`;
    return [{ model: `${name}/${entry.starter}`, ready: false, reason }];
  }
}

function withoutKey({ provider, keyNames }: Endpoint, entry: ProviderEntry | null): readonly Offer[] {
  if (entry?.starter === undefined) return [];
  return [{ model: `${provider}/${entry.starter}`, ready: false, reason: `It needs the key ${keyNames[0] ?? ""}.` }];
}

/** Of a hosted provider one model will do; a server on this machine has what its owner chose. */
function listed(endpoint: Endpoint, entry: ProviderEntry | null, list: readonly string[]): readonly Offer[] {
  const { provider, key, baseUrl, quirks } = endpoint;
  const usable = list.filter((name) => !NO_CHAT.test(name));
  const offer = (name: string, reason: string): Offer => ({ model: `${provider}/${name}`, ready: true, reason });
  if (quirks.local || entry === null) {
    const free = quirks.local && key === null ? " and needs no key" : "";
    const where = quirks.local ? "It runs on this machine" : "It is in your configuration";
    return usable.slice(0, MOST).map((name) => offer(name, `${where} (${new URL(baseUrl).host})${free}.`));
  }
  const starter = entry.starter ?? usable[0];
  const name = starter !== undefined && (list.length === 0 || list.includes(starter)) ? starter : usable[0];
  if (name === undefined) return [];
  return [offer(name, `Its key is set (${endpoint.keyNames.find(Boolean) ?? ""}, ${key?.source ?? ""}).`)];
}
