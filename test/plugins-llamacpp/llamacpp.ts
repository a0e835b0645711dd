import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChatParams, ChatPart, ChatResult } from "../../plugins/sdk/protocol.ts";
import { createPluginHost, type PluginHost } from "../../src/plugin/host.ts";
import { readManifest, startCommand } from "../../src/plugin/manifest.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type TinyModel, writeTinyModel } from "./tiny-gguf.ts";

export const FOLDER = join(import.meta.dir, "../../plugins/llamacpp");
/** `npm install --prefix plugins/llamacpp` puts it there, its list of packages last. */
export const INSTALLED =
  existsSync(join(FOLDER, "node_modules/node-llama-cpp")) &&
  existsSync(join(FOLDER, "node_modules/.package-lock.json"));
export const SKIP = "(skipped where plugins/llamacpp is not installed)";

export interface Bench {
  readonly host: PluginHost;
  /** Where its models are. */
  readonly models: string;
  /** Lines of its log so far. */
  readonly log: readonly string[];
  chat(
    params: Partial<ChatParams>,
    options?: { signal?: AbortSignal; onPart?: (part: ChatPart) => void },
  ): Promise<Said>;
  close(): Promise<void>;
}

export interface Said {
  readonly text: string;
  readonly notes: readonly string[];
  readonly result: ChatResult;
}

/** The plugin in a process, with models of random weights in a folder of its own. */
export async function startLlamacpp(
  models: Readonly<Record<string, TinyModel>>,
  settings: JsonObject = {},
  folder: string = FOLDER,
): Promise<Bench> {
  const place = await mkdtemp(join(tmpdir(), "modullm-llamacpp-"));
  for (const [name, options] of Object.entries(models))
    await writeTinyModel(join(place, `${name}.gguf`), options);
  const loaded = await readManifest(folder);
  const log: string[] = [];
  const host = createPluginHost({
    ...startCommand(loaded, { executable: process.execPath, env: process.env, node: false }),
    name: loaded.manifest.name,
    settings: { folder: place, gpu_layers: 0, threads: 1, ...settings },
    dataFolder: place,
    log: (line) => log.push(line),
  });
  return {
    host,
    models: place,
    log,
    async chat(params, { signal, onPart } = {}) {
      let text = "";
      const notes: string[] = [];
      const asked: ChatParams = {
        model: "tiny",
        messages: [{ role: "user", content: "Say a word." }],
        params: {},
        schema: null,
        stream: true,
        ...params,
      };
      const result = await host.request("chat", asked, {
        signal: signal ?? new AbortController().signal,
        onPart(part) {
          if (part.type === "text") text += part.text;
          if (part.type === "note") notes.push(part.message);
          onPart?.(part);
        },
      });
      return { text, notes, result };
    },
    async close() {
      await host.close();
      await rm(place, { recursive: true, force: true });
    },
  };
}
