import { chatWith, checkMessages } from "./chat.ts";
import { checkChats, checkEmbeds, type Engine, startEngine, windowOf } from "./engine.ts";
import { isMissing, ModelFolder, type ModelFile } from "./folder.ts";
import { LoadedModel } from "./loaded-model.ts";
import { ignoredParams } from "./params.ts";
import { relay } from "./relay.ts";
import { PluginError, serve } from "./sdk/serve.ts";
import { readSettings, type Settings } from "./settings.ts";
import { Shelf } from "./shelf.ts";
import { access } from "node:fs/promises";

/** What there is once the settings are known. */
interface State {
  readonly settings: Settings;
  readonly folder: ModelFolder;
  readonly models: Shelf<ModelFile, LoadedModel>;
  /** Tokens are counted with the vocabulary alone, which takes little. */
  readonly vocabularies: Shelf<ModelFile, Awaited<ReturnType<Engine["load"]>>>;
  /** Loads llama.cpp when it is first wanted. */
  engine(): Promise<Engine>;
  /** Ends llama.cpp, if it was started. */
  stop(): Promise<void>;
}

/** Milliseconds that models have to be put away before the process ends without that. */
const STOP_MS = 700;

let state: State | null = null;

serve({
  name: "gguf",
  version: "0.1.0",
  params: "all",

  start({ settings, dataFolder }) {
    state = createState(readSettings(settings, dataFolder));
  },

  async models() {
    const { folder, settings } = begun();
    const files = await folder.list();
    return files.map((file) => ({
      name: file.name,
      window: windowOf(file, settings),
      schema: "enforced" as const,
    }));
  },

  async *chat(params, { signal }) {
    const { models, engine } = begun();
    checkMessages(params.messages);
    const ignored = ignoredParams(params.params);
    if (ignored.length > 0) yield { type: "note", message: `gguf ignores ${ignored.join(", ")}` };
    const file = await findModel(params.model);
    checkChats(file);
    return yield* relay((push) =>
      models.use(file, signal, async (model) =>
        chatWith(model, params, { engine: await engine(), signal, push }),
      ),
    );
  },

  async embed({ model, texts }, { signal }) {
    const file = await findModel(model);
    checkEmbeds(file);
    return await begun().models.use(file, signal, async (loaded) => {
      const vectors: (readonly number[])[] = [];
      let prompt = 0;
      for (const text of texts) {
        signal.throwIfAborted();
        const { vector, tokens } = await loaded.embed(text, signal);
        vectors.push(vector);
        prompt += tokens;
      }
      return { vectors, usage: { prompt_tokens: prompt } };
    });
  },

  async countTokens({ model, text }, { signal }) {
    const { models, vocabularies } = begun();
    const file = await findModel(model);
    if (models.has(file))
      return await models.use(file, signal, async (loaded) => loaded.model.tokenize(text).length);
    return await vocabularies.use(
      file,
      signal,
      async (vocabulary) => vocabulary.tokenize(text).length,
    );
  },

  health,

  async stop() {
    await Promise.race([state?.stop(), new Promise((resolve) => setTimeout(resolve, STOP_MS))]);
  },
});

function createState(settings: Settings): State {
  let started: Promise<Engine> | null = null;
  function engine(): Promise<Engine> {
    started ??= startEngine(settings).catch((thrown: unknown) => {
      started = null;
      throw thrown;
    });
    return started;
  }
  return {
    settings,
    engine,
    folder: new ModelFolder(settings.folder),
    models: new Shelf({
      places: settings.loaded,
      load: async (file) => {
        const running = await engine();
        const model = await running.load(file, { vocabularyOnly: false });
        return new LoadedModel(model, { engine: running, file, settings });
      },
      drop: ({ model }) => model.dispose(),
    }),
    vocabularies: new Shelf({
      places: 1,
      load: async (file) => (await engine()).load(file, { vocabularyOnly: true }),
      drop: (vocabulary) => vocabulary.dispose(),
    }),
    async stop() {
      await (await started)?.llama.dispose();
    },
  };
}

async function health(): Promise<{ ok: boolean; message?: string }> {
  const { settings, engine } = begun();
  try {
    await access(settings.folder);
    const { llama } = await engine();
    return { ok: true, message: llama.gpu === false ? "on the processor" : `on ${llama.gpu}` };
  } catch (thrown) {
    if (isMissing(thrown))
      return { ok: false, message: `the folder of models "${settings.folder}" is not there` };
    if (thrown instanceof PluginError) return { ok: false, message: thrown.message };
    throw thrown;
  }
}

/** @throws {PluginError} */
async function findModel(name: string): Promise<ModelFile> {
  const { folder, settings } = begun();
  const file = await folder.find(name);
  if (file !== null) return file;
  const reason = `there is no "${name}.gguf" in "${settings.folder}"`;
  throw new PluginError("model_not_found", reason, { model: name });
}

function begun(): State {
  if (state === null) throw new PluginError(-32_600, "it is not initialized");
  return state;
}
