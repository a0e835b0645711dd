import { createHash } from "node:crypto";
import type { Manifest, ModelInfo } from "../../plugins/sdk/protocol.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Model, ModelNote } from "../model/model.ts";
import { ModullmError } from "../core/error.ts";
import type { Health, ModelProvider } from "../model/provider.ts";
import { abilitiesOf } from "./abilities.ts";
import { streamChat } from "./chat.ts";
import { modelMissing } from "./failures.ts";
import type { PluginHost } from "./host.ts";
import { introduction } from "./introduction.ts";
import { pluginVectors } from "./vectors.ts";
import { writeJson } from "../core/json.ts";

export interface PluginProviderOptions {
  /** What stands before the slash in programs, as written. @default the manifest's name */
  readonly written?: string;
  /**
   * What answers depend on beside the plugin's version, such as its settings and where it was
   * installed. It is only compared.
   */
  readonly identity?: JsonObject;
  /** Whether a model that the plugin can pull is pulled when it is missing. @default false */
  readonly autoPull?: boolean;
  /** Asked before that. @throws {ModullmError} where it may not be. @default nobody */
  readonly permitPull?: (id: string) => void;
}

/** Names of models that an error shows. */
const SHOWN = 10;

/** The models of a plugin. It is started when the first one is made ready or called. */
export function createPluginProvider(
  host: PluginHost,
  manifest: Manifest,
  options: PluginProviderOptions = {},
): ModelProvider {
  const origin = originOf(manifest, options.identity);
  const provider = {
    host,
    manifest,
    introduce: introduction(host, manifest, "chat"),
    meet: introduction(host, manifest, null),
    known: new Map<string, ModelInfo>(),
  };
  const front = options.written ?? manifest.name;
  const factsOf = (name: string): ModelFacts => ({
    id: `${front}/${name}`,
    name,
    origin,
    autoPull: options.autoPull === true,
    permitPull: options.permitPull ?? (() => {}),
  });
  return {
    id: manifest.name,
    model: (name) => createModel(provider, factsOf(name)),
    ...pluginVectors({
      host,
      manifest,
      front,
      origin,
      ready: async (name, signal, note) => await makePresent(provider, factsOf(name), signal, note),
    }),
    health: async (signal) => await askHealth(provider, signal),
    ...(manifest.provides.includes("models/pull")
      ? {
          pull: async (name, signal, note) => {
            await provider.meet(signal);
            await pull(provider, factsOf(name), signal, note);
          },
        }
      : {}),
    ...(manifest.provides.includes("models/list")
      ? {
          async list(signal: AbortSignal) {
            await provider.meet(signal);
            return (await listModels(provider, signal)).map(({ name }) => name);
          },
        }
      : {}),
    close: () => host.close(),
  };
}

interface Provider {
  readonly host: PluginHost;
  readonly manifest: Manifest;
  /** Starts it, and holds what it says of itself against its manifest. */
  readonly introduce: (signal: AbortSignal) => Promise<void> | null;
  /** The same, whatever it is started for. */
  readonly meet: (signal: AbortSignal) => Promise<void> | null;
  /** What it last said of its models, by name. */
  readonly known: Map<string, ModelInfo>;
}

interface ModelFacts {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly autoPull: boolean;
  readonly permitPull: (id: string) => void;
}

function createModel(provider: Provider, facts: ModelFacts): Model {
  const { id, name, origin } = facts;
  return {
    id,
    origin,
    get window() {
      return provider.known.get(name)?.window ?? null;
    },
    get abilities() {
      const info = provider.known.get(name);
      return abilitiesOf(info);
    },
    ready: (signal, note) => makeReady(provider, facts, signal, note),
    call(request, signal) {
      const callsTools = provider.known.get(name)?.tools === true;
      return streamChat(name, request, { ...provider, signal, callsTools });
    },
  };
}

async function makeReady(
  provider: Provider,
  facts: ModelFacts,
  signal: AbortSignal,
  note: (note: ModelNote) => void,
): Promise<void> {
  await provider.introduce(signal);
  await makePresent(provider, facts, signal, note);
}

/** Of a plugin that has been introduced. */
async function makePresent(
  provider: Provider,
  facts: ModelFacts,
  signal: AbortSignal,
  note: (note: ModelNote) => void,
): Promise<void> {
  const { manifest, known } = provider;
  const { name, autoPull } = facts;
  if (!manifest.provides.includes("models/list")) return;
  const models = await listModels(provider, signal);
  // A plugin that lists nothing takes whatever it is asked for.
  if (models.length === 0 || known.has(name)) return;
  const names = models.map((model) => model.name);
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
  const asked = { plugin: manifest.name, model: name };
  const pulls = manifest.provides.includes("models/pull");
  if (!pulls || !autoPull)
    throw modelMissing(asked, `the plugin has ${names.slice(0, SHOWN).join(", ")}${more}`, {
      pulls,
    });
  await pull(provider, facts, signal, note);
  await listModels(provider, signal);
}

async function pull(
  { host }: Provider,
  { id, name, permitPull }: ModelFacts,
  signal: AbortSignal,
  note: (note: ModelNote) => void,
): Promise<void> {
  permitPull(id);
  await host.request(
    "models/pull",
    { model: name },
    {
      signal,
      onProgress: ({ message, completed, total }) => {
        note({
          kind: "progress",
          message: `Pulling "${name}": ${message}`,
          data: { completed, total },
        });
      },
    },
  );
}

/** A plugin that can't be started, or breaks its protocol, is not well. */
async function askHealth({ host }: Provider, signal: AbortSignal): Promise<Health> {
  try {
    const { ok, message = ok ? "is well" : "is not well" } = await host.request(
      "health",
      {},
      { signal },
    );
    return { ok, message };
  } catch (thrown) {
    if (!(thrown instanceof ModullmError) || thrown.code === "RLLM_022") throw thrown;
    return { ok: false, message: thrown.message };
  }
}

async function listModels(
  { host, known }: Provider,
  signal: AbortSignal,
): Promise<readonly ModelInfo[]> {
  const { models } = await host.request("models/list", {}, { signal });
  known.clear();
  for (const model of models) known.set(model.name, model);
  return models;
}

function originOf({ name, version }: Manifest, identity: Json = null): string {
  const digest = createHash("sha256").update(writeJson(identity)).digest("hex").slice(0, 16);
  return `plugin:${name}@${version}#${digest}`;
}
