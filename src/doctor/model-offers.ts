import type { App } from "../workspace.ts";
import type { Config } from "../config/config.ts";
import { toModullmError } from "../core/error.ts";
import { type Endpoint, keyName, resolveEndpoint } from "../model/endpoint.ts";
import { BASELINE } from "../model/baseline/name.ts";
import { createModels, type Models } from "../model/models.ts";
import { findProvider, PROVIDERS } from "../model/providers.ts";
import { STARTERS } from "../model/starters.ts";
import { within } from "../model/within.ts";

/** What says where the servers are, and whether they may be asked. */
type Asker = Pick<App, "config" | "permit">;

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
 * The models there are to begin with, the best first: the one that is set as default; those of
 * servers of one's own, of providers whose key is set, and of servers on this machine; what is
 * built in; those that can't be called yet. Nothing is paid; lists of models are asked for.
 */
export async function findOffers({ config, permit }: Asker): Promise<readonly Offer[]> {
  const models = createModels({
    config,
    baseline: async () => (await import("../model/builtin.ts")).createBuiltin(),
  });
  const offers = (name: string): Promise<readonly Offer[]> => {
    return offersOf(name, { config, permit }, models);
  };
  try {
    const own = [...Object.keys(config.providers), ...config.servers()].map((name) =>
      name.toLowerCase(),
    );
    const named = [...new Set(own)].filter((name) => findProvider(name) === null);
    const hostedFirst = PROVIDERS.toSorted(
      (a, b) => Number(a.quirks.local) - Number(b.quirks.local),
    );
    const asked = await Promise.all([
      ...named.map(offers),
      ...hostedFirst.map(({ name }) => offers(name)),
    ]);
    const found = asked.flat();
    // What somebody else's folder says is nobody's wish.
    const foreign = config.get("MODULLM_MODEL")?.source === "./.env";
    return [
      ...(foreign ? [] : defaultOffer(config, found)),
      ...found.filter(({ ready, model }) => ready && model !== config.defaultModel),
      BUILT_IN,
      ...(foreign ? defaultOffer(config, found) : []),
      ...found.filter(({ ready, model }) => !ready && model !== config.defaultModel),
    ];
  } finally {
    await models.close();
  }
}

const BUILT_IN: Offer = {
  model: BASELINE,
  ready: true,
  reason:
    "Built in: it needs no key and no network, fills schemas by rules, and is no language model.",
};

/** What somebody has set, they want; whether it can be called shows when it is. */
function defaultOffer(config: Config, found: readonly Offer[]): Offer[] {
  const { defaultModel } = config;
  if (defaultModel === null) return [];
  const known = found.find(({ model }) => model === defaultModel);
  const source = config.get("MODULLM_MODEL")?.source;
  const reason = source === "./.env" ? "This folder's .env names it." : "Your default model.";
  return [{ model: defaultModel, ready: known?.ready ?? true, reason }];
}

async function offersOf(
  name: string,
  { config, permit }: Asker,
  models: Models,
): Promise<readonly Offer[]> {
  let endpoint: Endpoint;
  try {
    endpoint = resolveEndpoint(name, config);
  } catch {
    // Without an address, as Azure is at first, there is nothing to offer.
    return [];
  }
  const { quirks, key, untrusted } = endpoint;
  if (!quirks.chat) return [];
  if (quirks.needsKey && key === null)
    return notReady(endpoint, `It needs the key ${keyName(endpoint, config)}.`);
  if (untrusted) return [];
  try {
    permit("network", new URL(endpoint.baseUrl).hostname);
    const wait = quirks.local ? HERE : ELSEWHERE;
    const list = await within(
      wait,
      async (signal) => (await (await models.provider(name)).list?.(signal)) ?? [],
    );
    return listed(endpoint, list, config);
  } catch (thrown) {
    if (quirks.local) return [];
    const { details, message } = toModullmError(thrown);
    const refused = details["status"] === 401 || details["status"] === 403;
    const told = `The key ${keyName(endpoint, config)} from ${key?.source ?? ""} is refused.`;
    return notReady(endpoint, refused ? told : `It could not be reached: ${message}`);
  }
}

function notReady({ provider, models }: Endpoint, reason: string): readonly Offer[] {
  const name = models[0] ?? STARTERS[provider];
  return name === undefined ? [] : [{ model: `${provider}/${name}`, ready: false, reason }];
}

/** Of a hosted provider one model will do; a server of one's own has what its owner chose. */
function listed(endpoint: Endpoint, list: readonly string[], config: Config): readonly Offer[] {
  const { provider, key, baseUrl, quirks } = endpoint;
  const usable = list.filter((name) => !NO_CHAT.test(name));
  const offer = (name: string, reason: string): Offer => ({
    model: `${provider}/${name}`,
    ready: true,
    reason,
  });
  if (quirks.local || findProvider(provider) === null) {
    const { host, hostname } = new URL(baseUrl);
    const here = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
    const where = here ? `It runs on this machine (${host})` : `It runs at ${host}`;
    return usable
      .slice(0, MOST)
      .map((name) => offer(name, key === null ? `${where} and needs no key.` : `${where}.`));
  }
  const starter = STARTERS[provider];
  const name =
    starter !== undefined && (list.length === 0 || list.includes(starter)) ? starter : usable[0];
  if (name === undefined) return [];
  return [offer(name, `Its key is set (${keyName(endpoint, config)}, ${key?.source ?? ""}).`)];
}
