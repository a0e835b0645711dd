import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { ModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { type AloneOptions, runAlone } from "./alone.ts";
import { loadText } from "../../src/library/load.ts";
import type { MediaReader } from "../../src/media/media.ts";
import type { Message } from "../../src/model/model.ts";
import { makeFolder, programText } from "../cli/command-line.ts";
import { dataUri, JPEG, PNG } from "../media/files.ts";
import { readerIn } from "../media/reader.ts";
import { sandboxesHere } from "../sandbox/here.ts";
import { createScript, type Line } from "./scripted.ts";
import { patience } from "../patience.ts";

const folder = makeFolder();
writeFileSync(join(folder, "a.png"), PNG);
const sandboxes = sandboxesHere();
afterAll(() => sandboxes.close());

const PICTURE = "{type: string, contentMediaType: image/*}";

interface Setting {
  readonly picture?: string;
  readonly front?: Record<string, string>;
  readonly options?: AloneOptions;
  readonly lines?: Line[];
  readonly media?: MediaReader;
}

async function run(
  body: string,
  input: unknown,
  { picture = PICTURE, front = {}, options = {}, lines, media = readerIn(folder) }: Setting = {},
) {
  const script = createScript({ "a/m": lines ?? ['{"out": "ok"}'] });
  const events: RunEvent[] = [];
  const schema = `{type: object, properties: {picture: ${picture}, text: {type: string}}}`;
  const text = programText({ llm: "{model: a/m}", input_schema: schema, ...front }, body);
  const loaded = await loadText(text, folder);
  const tools = { ...script.tools, sandboxes, media };
  const listener = (event: RunEvent): void => void events.push(event);
  try {
    await runAlone(loaded, input, tools, { trustedPython: true, ...options, listener });
    return { error: null, messages: script.asked.at(-1)?.messages ?? [], events };
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    return { error: thrown, messages: [] as Message[], events };
  }
}

function block(code: string): string {
  return `\`\`\`rllm-python pre\n${code}\n\`\`\`\nSee {{input.picture}} {{seen}}`;
}

const ATTACHED = [{ mediaType: "image/png", data: PNG.toString("base64"), name: "a.png" }];
const SHORT = /data:image\/png;base64,… \(\d+ bytes, sha256 [0-9a-f]{16}\)/;

describe("a pre block and pictures", () => {
  test("it sees the short form, and may pass it on", async () => {
    const code =
      'p = context["input"]["picture"]\nresult = {"input": {"picture": p}, "seen": str(len(p)) + p[:24]}';
    const { error, messages } = await run(block(code), { picture: "a.png" });
    expect(error).toBeNull();
    expect(messages.at(-1)?.content).toMatch(
      /^See \[image 1: a\.png\] \d\ddata:image\/png;base64,… $/,
    );
    expect(messages.at(-1)?.attachments).toEqual(ATTACHED);
  });

  test("it may give a data URI", async () => {
    const code = `result = {"input": {"picture": "${dataUri("image/jpeg", JPEG)}"}}`;
    const { messages } = await run(block(code), { picture: "a.png" });
    expect(messages.at(-1)).toMatchObject({
      content: "See [image 1] ",
      attachments: [{ mediaType: "image/jpeg" }],
    });
  });

  test("it can't name a file or URL", async () => {
    for (const name of ["a.png", "http://127.0.0.1/a.png"]) {
      const { error } = await run(block(`result = {"input": {"picture": "${name}"}}`), {
        text: "x",
      });
      expect(error).toMatchObject({ code: "RLLM_004", details: { path: ["picture"] } });
      expect(error?.message).toContain(
        "a path or URL is opened only where the caller himself wrote it",
      );
    }
  });

  test("its failure shows no bytes", async () => {
    const { error } = await run(block('raise ValueError("no")'), {
      picture: dataUri("image/png", PNG),
    });
    expect(error?.code).toBe("RLLM_009");
    expect(JSON.stringify(error?.receivedPayload)).toMatch(SHORT);
  });
});

describe("what stands for a picture", () => {
  test("is no path where the input is not the caller's own", async () => {
    const options = { openReferences: false };
    expect(await run("{{input.picture}}", { picture: "a.png" }, { options })).toMatchObject({
      error: { code: "RLLM_004" },
    });
    expect(
      await run("{{input.picture}}", { picture: dataUri("image/png", PNG) }, { options }),
    ).toMatchObject({
      error: null,
    });
  });

  test("is base64 alone where the schema says that it is", async () => {
    const picture = "{type: string, contentMediaType: image/png, contentEncoding: base64}";
    const data = await run("{{input.picture}}", { picture: PNG.toString("base64") }, { picture });
    expect(data.messages.at(-1)?.content).toBe("[image 1]");
    const path = await run("{{input.picture}}", { picture: "a.png" }, { picture });
    expect(path.messages.at(-1)?.content).toBe("[image 1: a.png]");
  });

  test("meets what the schema says of a data URI", async () => {
    const picture =
      '{type: string, contentMediaType: image/png, format: uri, pattern: "^data:image/png;base64,"}';
    expect(await run("x", { picture: dataUri("image/png", PNG) }, { picture })).toMatchObject({
      error: null,
    });
    expect((await run("x", { picture: "a.png" }, { picture })).error?.code).toBe("RLLM_004");
  });

  test("may be left out, null, or text in another branch", async () => {
    const nullable = `{anyOf: [${PICTURE}, {type: "null"}]}`;
    for (const input of [{}, { picture: null }]) {
      const { error, messages } = await run("See: {{input.picture}}", input, { picture: nullable });
      expect([error, messages]).toEqual([null, [{ role: "user", content: "See: " }]]);
    }
    const part = `{oneOf: [{type: object, properties: {kind: {const: word}, body: {type: string}}}, {type: object, properties: {kind: {const: picture}, body: ${PICTURE}}}]}`;
    const word = await run(
      "{{input.picture.body}}",
      { picture: { kind: "word", body: "a.png" } },
      { picture: part },
    );
    expect(word.messages.at(-1)).toEqual({ role: "user", content: "a.png" });
    const shown = await run(
      "{{input.picture.body}}",
      { picture: { kind: "picture", body: "a.png" } },
      { picture: part },
    );
    expect(shown.messages.at(-1)?.attachments).toEqual(ATTACHED);
  });

  test("is words in an example", async () => {
    const examples = '[{input: {picture: "(a red chair)"}, output: {out: chair}}]';
    const { messages } = await run(
      "See {{input.picture}}",
      { picture: "a.png" },
      { front: { examples } },
    );
    expect(messages.map(({ content, attachments }) => [content, attachments?.length ?? 0])).toEqual(
      [
        ["See (a red chair)", 0],
        ['{"out":"chair"}', 0],
        ["See [image 1: a.png]", 1],
      ],
    );
  });
});

test("a picture goes along when the prompt does not name it, and when a retry leaves the answer out", async () => {
  const { messages } = await run("What is it?", { picture: "a.png" });
  expect(messages.at(-1)).toEqual({ role: "user", content: "What is it?", attachments: ATTACHED });
  const long = `no ${"x".repeat(3000)}`;
  const again = await run("What is it?", { picture: "a.png" }, { lines: [long, '{"out": "ok"}'] });
  expect(again.messages).toHaveLength(1);
  expect(again.messages[0]?.attachments).toEqual(ATTACHED);
});

test("too many files are refused", async () => {
  const picture = `{type: array, items: ${PICTURE}}`;
  const files = Array.from({ length: 101 }, (_, index) => {
    const bytes = Buffer.concat([PNG, Buffer.from(String(index))]);
    return dataUri("image/png", bytes);
  });
  const { error } = await run(
    "x",
    { picture: files },
    { picture, front: { max_context_window: "100000" } },
  );
  expect(error).toMatchObject({ code: "RLLM_004", details: { path: [] } });
  expect(error?.message).toContain("holds 101 files, but no more than 100");
});

test("no event holds the bytes", async () => {
  const { events } = await run("{{input}}", { picture: dataUri("image/png", PNG), text: "x" });
  expect(JSON.stringify(events)).not.toContain(PNG.toString("base64").slice(0, 40));
});

test("the first file that can't be read ends the reading of the others", async () => {
  const slow = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Promise<Response>(() => {}),
  });
  const host = `127.0.0.1:${slow.port}`;
  const media = readerIn(folder, { hosts: [host] });
  const picture = `{type: array, items: ${PICTURE}}`;
  const start = performance.now();
  const { error } = await run(
    "x",
    { picture: [`http://${host}/a.png`, "gone.png"] },
    { picture, media },
  );
  expect(error).toMatchObject({ code: "RLLM_016", details: { source: "picture.1" } });
  expect(performance.now() - start).toBeLessThan(patience(5000));
  await slow.stop();
});
