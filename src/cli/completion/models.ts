import type { Config } from "../../config/config.ts";
import { BASELINE } from "../../model/baseline/name.ts";
import { catalogNames } from "../../model/catalog/catalog.ts";
import { PROVIDERS } from "../../model/providers.ts";

/**
 * Characters that mean nothing to any shell: a name from a configuration must not become a command
 * there.
 */
const HARMLESS = /^[A-Za-z0-9][A-Za-z0-9._:@+/-]*$/;

/**
 * Every model that is known by name, in the order in which one is likely meant: what is built in,
 * what the configuration names, then the catalogue, with those first whose provider's key is set.
 * `NAME/` stands for a provider of which no model is known.
 * @param config null where it can't be read
 */
export async function modelNames(config: Config | null): Promise<readonly string[]> {
  const catalogue = await catalogNames();
  const usable = new Set(
    PROVIDERS.filter(({ keys }) =>
      keys.some((key) => config !== null && config.get(key) !== null),
    ).map(({ name }) => name),
  );
  const isUsable = (id: string): boolean => usable.has(providerOf(id));
  const known = [
    BASELINE,
    "recommended",
    ...(config === null ? [] : configured(config)),
    ...catalogue.filter(isUsable),
    ...catalogue.filter((id) => !isUsable(id)),
  ].filter((name) => HARMLESS.test(name));
  const named = new Set(known.map(providerOf));
  return [
    ...new Set([
      ...known,
      ...PROVIDERS.flatMap(({ name }) => (named.has(name) ? [] : [`${name}/`])),
    ]),
  ];
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
