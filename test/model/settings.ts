import type { Config, ProviderConfig } from "../../src/config/config.ts";
import { NO_SANDBOX_SETTINGS } from "../sandbox/here.ts";

export interface Settings {
  /** From the process environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** From the project's `./.env`. */
  readonly project?: Readonly<Record<string, string>>;
  readonly providers?: Readonly<Record<string, Partial<ProviderConfig>>>;
  readonly trusted?: boolean;
}

/** A `Config` that holds what a test needs and reads nothing from this machine. */
export function settings(from: Settings): Config {
  const providers = Object.entries(from.providers ?? {}).map(([name, given]) => [
    name,
    { type: "openai", baseUrl: null, apiKeyEnv: null, headers: {}, models: [], ...given },
  ]);
  return {
    paths: {
      config: "/none",
      data: "/none",
      state: "/none",
      cache: "/none",
      formerStatistics: "/none/stats.db",
    },
    defaultModel: null,
    defaultMaxRetries: null,
    fallbacks: [],
    deadlines: { connect: null, first: null, gap: null, total: null },
    embedder: null,
    reranker: null,
    ollamaAutoPull: false,
    providers: Object.fromEntries(providers),
    modelFacts: {},
    library: [],
    sandbox: NO_SANDBOX_SETTINGS,
    media: { allow: [], hosts: [], limits: { image: 20, audio: 25, pdf: 32 } },
    serving: { auth: true, oauth: null, hosts: [] },
    history: { events: false, keepMs: null, maxMb: null },
    plugins: {},
    mcpServers: {},
    apiHosts: {},
    warnings: [],
    checkedSources: ["environment", "./.env"],
    get(name) {
      const own = from.environment?.[name];
      if (own !== undefined) return { value: own, source: "environment" };
      const project = from.project?.[name];
      return project === undefined ? null : { value: project, source: "./.env" };
    },
    variables: () => [],
    servers: () => [],
    secrets: () => [],
    folderTrusted: from.trusted ?? false,
  };
}
