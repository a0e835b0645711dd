import type { ApiHostConfig, McpServerConfig, ProviderConfig, Sourced } from "./config.ts";
import type { ConfigFile } from "./file.ts";
import type { McpServerEntry } from "./file-mcp.ts";

/** Finds a variable in the environment or a `.env` file. */
type Lookup = (name: string) => Sourced | null;

/** What files say of servers, with `${NAME}` filled in. */
export interface Filled {
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly mcpServers: Readonly<Record<string, McpServerConfig>>;
  readonly apiHosts: Readonly<Record<string, ApiHostConfig>>;
  /** The values that were filled in. */
  readonly references: readonly string[];
}

export function fillServers(
  files: readonly ConfigFile[],
  lookup: Lookup,
  warnings: string[],
): Filled {
  const filler = new Filler(lookup);
  const providers = mapValues(
    byName(files.map(({ providers: each }) => each)),
    (provider, name) => {
      const { filled, missing } = filler.fill(provider.headers);
      for (const [header, variables] of missing)
        warnings.push(
          `Header "${header}" of provider "${name}" is left out: ${variables.join(", ")} is not set.`,
        );
      return { ...provider, headers: filled };
    },
  );
  const mcpServers = mapValues(byName(files.map(({ mcpServers: each }) => each)), (entry) =>
    filler.server(entry),
  );
  const apiHosts = mapValues(byName(files.map(({ apiHosts: each }) => each)), (entry) => {
    const { filled, missing } = filler.fill(entry.auth);
    return { auth: filled, missing: Object.fromEntries(missing), isPrivate: entry.isPrivate };
  });
  return { providers, mcpServers, apiHosts, references: filler.references };
}

/** Without a prototype: names come from users, and `constructor` is one of them. */
export function byName<T>(maps: readonly ReadonlyMap<string, T>[]): Readonly<Record<string, T>> {
  const merged: Record<string, T> = Object.create(null);
  for (const map of maps) for (const [name, value] of map) merged[name] ??= value;
  return merged;
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  make: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return byName([
    new Map(Object.entries(values).map(([name, value]) => [name, make(value, name)])),
  ]);
}

class Filler {
  readonly references: string[] = [];
  readonly #lookup: Lookup;

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** @returns the texts that could be filled in, and of the others which variables are not set */
  fill(texts: Readonly<Record<string, string>>): {
    readonly filled: Readonly<Record<string, string>>;
    readonly missing: ReadonlyMap<string, readonly string[]>;
  } {
    const filled: [string, string][] = [];
    const missing = new Map<string, readonly string[]>();
    for (const [key, template] of Object.entries(texts)) {
      const unset: string[] = [];
      const value = template.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
        const found = this.#lookup(name)?.value;
        (found === undefined ? unset : this.references).push(found ?? name);
        return found ?? "";
      });
      if (unset.length === 0) filled.push([key, value]);
      else missing.set(key, unset);
    }
    return { filled: Object.fromEntries(filled), missing };
  }

  server({ start, url, headers, auth, callMs }: McpServerEntry): McpServerConfig {
    const given = this.fill(start?.env ?? headers);
    const { clientSecretEnv } = auth;
    const secret = clientSecretEnv === null ? null : (this.#lookup(clientSecretEnv)?.value ?? null);
    if (secret !== null) this.references.push(secret);
    const missing = [...given.missing.values()].flat();
    if (clientSecretEnv !== null && secret === null) missing.push(clientSecretEnv);
    return {
      at:
        start === null
          ? {
              kind: "http",
              url: url ?? "",
              headers: given.filled,
              auth: { ...auth, clientSecret: secret },
            }
          : { ...start, kind: "process", env: given.filled },
      callMs,
      missing,
    };
  }
}
