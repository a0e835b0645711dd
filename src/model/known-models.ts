import type { Config } from "../config/config.ts";
import { BASELINE } from "./baseline/name.ts";
import { catalogNames } from "./catalog/catalog.ts";
import { PROVIDERS } from "./providers.ts";

/**
 * Every model that is known by name, in the order in which one is likely meant: what is built in,
 * what the configuration names, then the catalogue, with those first whose provider's key is set.
 * `NAME/` stands for a provider of which no model is known.
 * @param config null where it can't be read
 */
export async function knownModels(config: Config | null): Promise<readonly string[]> {
  const catalogue = await catalogNames();
  const usable = new Set(
    PROVIDERS.filter(({ keys }) =>
      keys.some((key) => config !== null && config.get(key) !== null),
    ).map(({ name }) => name),
  );
  const isUsable = (id: string): boolean => usable.has(providerOf(id));
  const known = [
    BASELINE,
    ...(config === null ? [] : configured(config)),
    ...catalogue.filter(isUsable),
    ...catalogue.filter((id) => !isUsable(id)),
  ];
  const named = new Set(known.map(providerOf));
  const others = PROVIDERS.flatMap(({ name }) => (named.has(name) ? [] : [`${name}/`]));
  return [...new Set([...known, ...others])];
}

function configured({ defaultModel, fallbacks, modelFacts, providers }: Config): string[] {
  return [
    ...(defaultModel === null ? [] : [defaultModel]),
    ...fallbacks,
    ...Object.entries(providers).flatMap(([name, { models }]) =>
      models.length === 0 ? [`${name}/`] : models.map((model) => `${name}/${model}`),
    ),
    ...Object.keys(modelFacts),
  ];
}

function providerOf(id: string): string {
  return id.split("/")[0] ?? "";
}
