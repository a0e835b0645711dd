import { nearest } from "../../core/nearest.ts";
import type { ModelCatalog, ModelFacts } from "../facts.ts";
import { findProvider } from "../providers.ts";

const NOTHING: ModelFacts = { window: null, maxOutput: null, inputPrice: null, outputPrice: null };

/** Names whose facts are kept at most: whoever makes names up must not fill the memory. */
const MOST_FOUND = 1000;

/**
 * Models that run on the user's own machines: a call costs nothing, which is a price that is known.
 */
const LOCAL: ReadonlySet<string> = new Set(["builtin", "ollama", "vllm", "llamacpp", "lmstudio"]);

/**
 * What is known of models, by `provider/name`; the provider may go by any of its names. A dated
 * name (`gpt-4o-2024-08-06`) that is not known itself has the facts of its family. What the user
 * says wins, field by field.
 *
 * @param options.overrides facts by `provider/name`
 */
export function createCatalog(
  options: { readonly overrides?: Readonly<Record<string, Partial<ModelFacts>>> } = {},
): ModelCatalog {
  const overrides = new Map(
    Object.entries(options.overrides ?? {}).map(([id, facts]) => [canonical(id), facts]),
  );
  const found = new Map<string, Promise<ModelFacts | null>>();

  async function find(id: string): Promise<ModelFacts | null> {
    const name = canonical(id);
    const own = overrides.get(name) ?? overrides.get(familyOf(name));
    const known = isFree(name) ? { ...NOTHING, inputPrice: 0, outputPrice: 0 } : await look(name);
    if (own === undefined) return known;
    // A price of the cache goes with the price that the catalogue has.
    const cache =
      own.inputPrice === undefined ? {} : { cacheReadPrice: null, cacheWritePrice: null };
    return { ...(known ?? NOTHING), ...cache, ...own };
  }

  return {
    facts(id) {
      const before = found.get(id);
      if (before !== undefined) return before;
      if (found.size >= MOST_FOUND) found.clear();
      const finding = find(id);
      found.set(id, finding);
      return finding;
    },
    async near(id) {
      const name = canonical(id);
      const front = name.slice(0, name.indexOf("/") + 1);
      const alike = (await catalogNames()).filter((known) => known.startsWith(front));
      return nearest(name, alike);
    },
  };
}

/** The name without its date or `-latest`; a name that has neither stays as it is. */
export function familyOf(id: string): string {
  return id.replace(/(?:-latest|[-@](?:\d{4}-\d{2}-\d{2}|20\d{6}))$/, "");
}

/** Every model that the catalogue has, as `provider/name`. */
export async function catalogNames(): Promise<string[]> {
  return Object.keys((await import("./models.json", { with: { type: "json" } })).default);
}

async function look(id: string): Promise<ModelFacts | null> {
  const { default: models } = await import("./models.json", { with: { type: "json" } });
  const rows: Readonly<Record<string, readonly (number | null)[] | undefined>> = models;
  const family = familyOf(id);
  const row = [id, family, `${family}-latest`]
    .map((name) => (Object.hasOwn(rows, name) ? rows[name] : undefined))
    .find((each) => each);
  if (row === undefined) return null;
  const [window = null, maxOutput = null, inputPrice = null, outputPrice = null] = row;
  const [cacheReadPrice = null, cacheWritePrice = null] = row.slice(4);
  return { window, maxOutput, inputPrice, outputPrice, cacheReadPrice, cacheWritePrice };
}

/** Ollama also passes calls on to a paid service: those models are named `…-cloud`. */
function isFree(id: string): boolean {
  return LOCAL.has(id.slice(0, id.indexOf("/"))) && !/^ollama\/.*[:-]cloud$/.test(id);
}

function canonical(id: string): string {
  const slash = id.indexOf("/");
  const provider = id.slice(0, Math.max(slash, 0));
  return `${findProvider(provider)?.name ?? provider}/${id.slice(slash + 1)}`;
}
