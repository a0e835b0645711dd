import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chatWith } from "../../plugins/llamacpp/chat.ts";
import { startEngine } from "../../plugins/llamacpp/engine.ts";
import { ModelFolder } from "../../plugins/llamacpp/folder.ts";
import { LoadedModel } from "../../plugins/llamacpp/loaded-model.ts";
import { readSettings } from "../../plugins/llamacpp/settings.ts";
import type { ChatParams, ChatPart } from "../../plugins/sdk/protocol.ts";
import { INSTALLED, SKIP } from "./llamacpp.ts";
import { writeTinyModel } from "./tiny-gguf.ts";

test.skipIf(!INSTALLED)(
  `a model that thinks first answers within the schema, not in its thoughts ${SKIP}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "modullm-llamacpp-"));
    await writeTinyModel(join(folder, "tiny.gguf"));
    const settings = readSettings({ folder, gpu_layers: 0, threads: 1 }, folder);
    const engine = await startEngine(settings);
    try {
      const file = await new ModelFolder(folder).find("tiny");
      if (file === null) throw new Error("the model was not written");
      class Thinker extends LoadedModel {
        override get wrapper() {
          return new engine.library.QwenChatWrapper({ variation: "3.5" });
        }
      }
      const thinker = new Thinker(await engine.load(file, { vocabularyOnly: false }), {
        engine,
        file,
        settings,
      });
      const ask = async (schema: ChatParams["schema"]): Promise<ChatPart[]> => {
        const parts: ChatPart[] = [];
        const messages = [{ role: "user" as const, content: "Say a word." }];
        const params = {
          model: "tiny",
          messages,
          params: { max_tokens: 30, seed: 1 },
          schema,
          stream: true,
        };
        const { signal } = new AbortController();
        await chatWith(thinker, params, { engine, signal, push: (part) => void parts.push(part) });
        return parts;
      };
      expect((await ask(null)).some(({ type }) => type === "reasoning")).toBe(true);
      const parts = await ask({ enum: [true] });
      expect(parts.map((part) => (part.type === "text" ? part.text : part.type)).join("")).toBe(
        "true",
      );
    } finally {
      await engine.llama.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
