import { afterEach, expect, test } from "bun:test";
import { ABLE_MODELS } from "../../src/engine/media-models.ts";
import type { Attachment } from "../../src/model/attachment.ts";
import type { Message } from "../../src/model/model.ts";
import { createModels } from "../../src/model/models.ts";
import type { MediaKind } from "../../src/program/media-type.ts";
import { dataUri, PDF, PNG, WAV } from "../media/files.ts";
import { ask, noBaseline, outcome } from "./calls.ts";
import { openServer, says } from "./faulty-server.ts";
import { END, openOllama, piece } from "./ollama/ollama-server.ts";
import { settings } from "./settings.ts";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function attachment(mediaType: string, bytes: Uint8Array, name: string): Attachment {
  return { mediaType, data: Buffer.from(bytes).toString("base64"), name };
}

const PICTURE = attachment("image/png", PNG, "a.png");
const SOUND = attachment("audio/wav", WAV, "b.wav");
const DOCUMENT = attachment("application/pdf", PDF, "c.pdf");

function asking(...attachments: Attachment[]): { messages: Message[] } {
  return {
    messages: [
      { role: "system", content: "Be short" },
      { role: "user", content: "What is this?", attachments },
    ],
  };
}

async function chat(id: string, ...attachments: Attachment[]) {
  const server = await openServer(says("x"));
  closing.push(() => server.close());
  const front = id.slice(0, id.indexOf("/")).toUpperCase();
  const config = settings({
    environment: { [`${front}_API_BASE`]: server.url, OPENAI_API_KEY: "sk-test-0123456789" },
  });
  const model = await createModels({
    config,
    baseline: noBaseline,
    sleep: () => Promise.resolve(),
  }).get(id);
  const { error } = await outcome(model, ask(asking(...attachments)));
  return { error, sent: server.seen[0]?.body["messages"] };
}

test("the chat protocol has files as parts before the text, and text alone as a string", async () => {
  const { sent } = await chat("local/test", PICTURE, SOUND, DOCUMENT);
  expect(sent).toEqual([
    { role: "system", content: "Be short" },
    {
      role: "user",
      content: [
        { type: "image_url", image_url: { url: dataUri("image/png", PNG) } },
        { type: "input_audio", input_audio: { data: SOUND.data, format: "wav" } },
        { type: "file", file: { filename: "c.pdf", file_data: dataUri("application/pdf", PDF) } },
        { type: "text", text: "What is this?" },
      ],
    },
  ]);
});

test("a file that a model of OpenAI's does not take is refused, and nothing is sent", async () => {
  const sound = await chat("openai/gpt-4o", SOUND);
  expect(sound).toMatchObject({ sent: undefined, error: { code: "RLLM_017", retryable: false } });
  expect(sound.error?.message).toContain('it takes image, pdf and text, but "b.wav" is audio/wav');
  const flac = await chat(
    "openai/gpt-4o-audio-preview",
    attachment("audio/flac", Buffer.from("fLaC"), "d.flac"),
  );
  expect(flac).toMatchObject({ sent: undefined, error: { code: "RLLM_017" } });
  const elsewhere = await chat(
    "local/test",
    attachment("audio/flac", Buffer.from("fLaC"), "d.flac"),
  );
  expect(elsewhere.sent).toMatchObject([
    {},
    { content: [{ input_audio: { format: "flac" } }, {}] },
  ]);
});

test("Ollama gets pictures beside the text, in a window that holds them, and no other files", async () => {
  const server = openOllama({ tags: ["llava:latest"], chat: [piece("x"), END] });
  closing.push(() => server.close());
  const config = settings({ environment: { OLLAMA_API_BASE: server.url } });
  const model = await createModels({ config, baseline: noBaseline }).get("ollama/llava");
  await outcome(model, ask(asking(PICTURE, PICTURE)));
  const body = server.asked.find(({ path }) => path === "/api/chat")?.body;
  expect(body).toMatchObject({
    messages: [
      { role: "system", content: "Be short" },
      { role: "user", content: "What is this?", images: [PICTURE.data, PICTURE.data] },
    ],
  });
  const refused = await outcome(model, ask(asking(DOCUMENT)));
  expect(refused.error?.message).toContain(
    'it takes image and text, but "c.pdf" is application/pdf',
  );
});

test("models that errors name take what they are named for", async () => {
  const keys = { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k", GOOGLE_API_KEY: "k" };
  const models = createModels({ config: settings({ environment: keys }), baseline: noBaseline });
  for (const [kind, ids] of Object.entries(ABLE_MODELS))
    for (const id of ids) {
      const { abilities } = await models.get(id);
      expect([id, abilities?.input?.includes(kind as MediaKind)]).toEqual([id, true]);
    }
});
