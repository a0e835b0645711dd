import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "bun:test";
import { dataUri, JPEG, PDF, PNG, WAV } from "../media/files.ts";
import { makeFolder, type ModelServer, modullm, programText, serveModel } from "./command-line.ts";

const servers: { stop(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

function serve(...replies: string[]): ModelServer {
  const server = serveModel(replies.length === 0 ? ['{"out": "a chair"}'] : replies);
  servers.push(server);
  return server;
}

const SCHEMA =
  "{type: object, properties: {picture: {type: string, contentMediaType: image/*}, text: {type: string}, more: {type: array, items: {type: string, contentMediaType: image/*}}, file: {type: string, contentMediaType: application/pdf}, sound: {type: string, contentMediaType: audio/*}}, additionalProperties: false}";

function describePicture(
  front: Record<string, string> = {},
  body = "What is on {{input.picture}}? {{input.text}}",
) {
  return programText(
    { name: "see", max_context_window: "20000", input_schema: SCHEMA, ...front },
    body,
  );
}

/** A folder with programs and a picture, and beside it a folder `elsewhere` with another. */
function place(files: Record<string, string> = {}): string {
  const folder = join(makeFolder({ "work/see.rllm": describePicture() }), "work");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const name of ["a.png", "../elsewhere/b.png"]) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), PNG);
  }
  writeFileSync(join(folder, "c.jpg"), JPEG);
  writeFileSync(join(folder, "d.wav"), WAV);
  writeFileSync(join(folder, "e.pdf"), PDF);
  return folder;
}

const BASE64 = PNG.toString("base64");
const IMAGE = { type: "image_url", image_url: { url: dataUri("image/png", PNG) } };
const SHORT = /^data:image\/png;base64,… \(\d+ bytes, sha256 [0-9a-f]{16}\)$/;

function lastContent(server: ModelServer): unknown {
  return server.asked.at(-1)?.messages.at(-1)?.content;
}

describe("a picture in the input", () => {
  test("goes along with the prompt, which shows a placeholder; it stands in no record", async () => {
    const folder = place();
    const server = serve();
    const args = [
      "run",
      "see.rllm",
      "--trace",
      "t.jsonl",
      "--verbose",
      "--",
      "picture=a.png",
      "text=Be short.",
    ];
    const { exit, json, stdout, stderr } = await modullm(args, { folder, env: server.env });
    expect({ exit, out: json() }).toEqual({ exit: 0, out: { out: "a chair" } });
    expect(lastContent(server)).toEqual([
      IMAGE,
      { type: "text", text: "What is on [image 1: a.png]? Be short." },
    ]);
    const stored = readdirSync(join(folder, "data"), {
      recursive: true,
      withFileTypes: true,
    }).filter((entry) => entry.isFile());
    const texts = [stdout, stderr, readFileSync(join(folder, "t.jsonl"), "latin1")];
    for (const entry of stored)
      texts.push(readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(stored.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).not.toContain(BASE64.slice(0, 40));
  });

  test.each([
    [
      "a data URI",
      ["--input", JSON.stringify({ picture: dataUri("image/png", PNG) })],
      "[image 1]",
    ],
    ["a path", ["--input", '{"picture": "./a.png"}'], "[image 1: a.png]"],
    [
      "a path in a file, from the working folder",
      ["--input-file", "sub/in.yaml"],
      "[image 1: a.png]",
    ],
    [
      "a path elsewhere that is allowed",
      ["--allow-path", "gone", "--allow-path=../elsewhere", "--", "picture=../elsewhere/b.png"],
      "[image 1: b.png]",
    ],
  ])("may be given as %s", async (_, args, shown) => {
    const folder = place();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/in.yaml"), "picture: a.png\n");
    const server = serve();
    const { exit, stdout } = await modullm(["run", "see.rllm", ...args], {
      folder,
      env: server.env,
    });
    expect([exit, stdout]).toEqual([0, '{"out":"a chair"}\n']);
    expect(lastContent(server)).toEqual([IMAGE, { type: "text", text: `What is on ${shown}? ` }]);
  });

  test("may come from a host that the configuration allows, and from no other private one", async () => {
    const folder = place();
    const pictures = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(PNG) });
    servers.push({ stop: () => void pictures.stop(true) });
    const server = serve();
    const args = [
      "run",
      "see.rllm",
      "--",
      `picture=http://127.0.0.1:${pictures.port}/x/photo.png?key=1`,
    ];
    const closed = await modullm(args, { folder, env: server.env });
    expect(closed.json()).toMatchObject({
      error_code: "RLLM_016",
      message:
        'The input field "picture" of "see" names the host "127.0.0.1", which is not on the public internet',
      details: { source: "picture" },
    });
    mkdirSync(join(folder, "config/modullm"), { recursive: true });
    writeFileSync(
      join(folder, "config/modullm/config.yaml"),
      `media: { hosts: ["127.0.0.1:${pictures.port}"] }\n`,
    );
    expect((await modullm(args, { folder, env: server.env })).exit).toBe(0);
    expect(lastContent(server)).toEqual([
      IMAGE,
      { type: "text", text: "What is on [image 1: photo.png]? " },
    ]);
  });

  test("limits and folders are set in the configuration", async () => {
    const folder = place();
    mkdirSync(join(folder, "config/modullm"), { recursive: true });
    const file = join(folder, "config/modullm/config.yaml");
    const args = ["run", "see.rllm", "--", "picture=../elsewhere/b.png"];
    const server = serve();
    writeFileSync(file, "media: { allow: [../../../elsewhere] }\n");
    expect((await modullm(args, { folder, env: server.env })).exit).toBe(0);
    writeFileSync(file, "media: { allow: [../../../elsewhere], image_mb: 0.00001 }\n");
    expect((await modullm(args, { folder, env: server.env })).json()).toMatchObject({
      error_code: "RLLM_004",
    });
    writeFileSync(file, "media: { image_mb: many }\n");
    expect((await modullm(args, { folder, env: server.env })).json()).toMatchObject({
      error_code: "RLLM_018",
      details: { field: "media.image_mb" },
    });
  });

  const LONG = "A".repeat(5000);
  test.each([
    ["a path outside", { picture: "../elsewhere/b.png" }, "RLLM_016", "outside the working folder"],
    ["no file", { picture: "gone.png" }, "RLLM_016", "there is no such file"],
    ["a text file", { picture: "see.rllm" }, "RLLM_004", "is of no known type by its first bytes"],
    [
      "sound",
      { picture: "d.wav" },
      "RLLM_004",
      "is audio/wav by its first bytes, but image/* is wanted",
    ],
    ["a number", { picture: 3 }, "RLLM_004", "is the number 3, but a string is wanted"],
    [
      "one of a list",
      { more: ["a.png", "gone.png"] },
      "RLLM_016",
      'The input field "more.1" of "see"',
    ],
    ["broken base64", { picture: `data:image/png;base64,${LONG}*` }, "RLLM_004", "is not base64"],
    ["another field", { picture: dataUri("image/png", PNG), other: 1 }, "RLLM_004", "other"],
    ["another field beside long data", { picture: LONG, other: 1 }, "RLLM_004", "other"],
    ["data without its beginning", { picture: LONG }, "RLLM_004", "it has 5000 characters"],
  ])("is refused, with the reason and without the bytes: %s", async (_, input, code, reason) => {
    const { exit, json, stdout } = await modullm(
      ["run", "see.rllm", "--input", JSON.stringify(input)],
      {
        folder: place(),
        env: serve().env,
      },
    );
    expect(exit).toBe(1);
    expect(json()).toMatchObject({
      error_code: code,
      message: expect.stringContaining(reason) as string,
    });
    expect(stdout.length).toBeLessThan(2500);
    if (code === "RLLM_004")
      expect(json()).toMatchObject({ details: { path: expect.anything() as unknown } });
  });

  test("is shown without the bytes where a prediction is refused", async () => {
    const input = JSON.stringify({
      picture: dataUri("image/png", Buffer.concat([PNG, Buffer.alloc(3000)])),
      other: 1,
    });
    const { json, stdout } = await modullm(["exectime", "see.rllm", "--input", input], {
      folder: place(),
    });
    expect(json()).toMatchObject({ error_code: "RLLM_004" });
    expect(stdout.length).toBeLessThan(2500);
  });

  test("all files go along in the order in which the texts name them, the others behind", async () => {
    const body =
      "Compare {{input.more}} with {{input.picture}}.\n<<<SYSTEM>>>\nThe paper is {{input.file}}.";
    const folder = place({ "see.rllm": describePicture({}, body) });
    const input = {
      picture: "a.png",
      more: ["c.jpg", dataUri("image/png", PNG)],
      sound: "d.wav",
      file: "e.pdf",
    };
    const server = serve();
    await modullm(["run", "see.rllm", "--input", JSON.stringify(input)], {
      folder,
      env: server.env,
    });
    expect(server.asked[0]?.messages).toMatchObject([
      { role: "system", content: "The paper is [document 1: e.pdf]." },
      {
        role: "user",
        content: [
          { type: "file", file: { filename: "e.pdf" } },
          { image_url: { url: dataUri("image/jpeg", JPEG) } },
          IMAGE,
          { type: "input_audio", input_audio: { format: "wav" } },
          {
            type: "text",
            text: 'Compare ["[image 1: c.jpg]", "[image 2: a.png]"] with [image 2: a.png].',
          },
        ],
      },
    ]);
  });

  test("stays where it is when an answer is asked for again", async () => {
    const body = "What is on {{input.picture}}?\n<<<RECOVERY>>>\nLook at {{input.picture}} again.";
    const folder = place({ "see.rllm": describePicture({}, body) });
    const server = serve("no", '{"out": "x"}');
    expect(
      (await modullm(["run", "see.rllm", "--", "picture=a.png"], { folder, env: server.env })).exit,
    ).toBe(0);
    const [first, , again] = server.asked[1]?.messages ?? [];
    expect(first?.content).toEqual([
      IMAGE,
      { type: "text", text: "What is on [image 1: a.png]?" },
    ] as never);
    expect(again?.content).toStartWith("Look at [image 1: a.png] again.");
  });

  test("counts in the window, in a dry run and for kept answers", async () => {
    const folder = place({ "see.rllm": describePicture({ max_context_window: "300" }) });
    const server = serve('{"out": "one"}', '{"out": "two"}');
    const args = ["run", "see.rllm", "--", "picture=a.png"];
    expect((await modullm(args, { folder, env: server.env })).json()).toMatchObject({
      error_code: "RLLM_012",
    });
    writeFileSync(join(folder, "see.rllm"), describePicture({ cache: "1h" }));
    const dry = await modullm(["run", "see.rllm", "--dry-run", "--", "picture=a.png"], {
      folder,
      env: server.env,
    });
    expect(dry.json()).toMatchObject({
      request: {
        messages: [
          {
            role: "user",
            attachments: [{ media_type: "image/png", name: "a.png", bytes: PNG.length }],
          },
        ],
      },
    });
    expect((dry.json() as { prompt_tokens: number }).prompt_tokens).toBeGreaterThan(576);
    expect(dry.stdout).not.toContain(BASE64.slice(0, 40));
    const outputs = [];
    for (const name of ["a.png", "a.png", "c.jpg"])
      outputs.push(
        (
          await modullm(["run", "see.rllm", "--", `picture=${name}`], { folder, env: server.env })
        ).json(),
      );
    expect(outputs).toEqual([{ out: "one" }, { out: "one" }, { out: "two" }]);
  });

  test("has a prediction, in which nothing is opened", async () => {
    const folder = place();
    const tokens = async (picture: string) => {
      const args = [
        "exectime",
        "see.rllm",
        "--model",
        "openai/gpt-4o",
        "--input",
        JSON.stringify({ picture }),
      ];
      const { json } = await modullm(args, { folder });
      return (json() as { prompt_tokens: number | null }).prompt_tokens;
    };
    expect(await tokens("../elsewhere/b.png")).toBeGreaterThan(1000);
    expect(await tokens(dataUri("image/png", PNG))).toBeLessThan(400);
  });
});

describe("models that can't see", () => {
  test("are told of before anything is paid", async () => {
    const folder = place();
    const run = (model: string) =>
      modullm(["run", "see.rllm", "--model", model, "--", "picture=a.png"], {
        folder,
        env: { OPENAI_API_KEY: "sk-test-0123456789" },
      });
    expect((await run("builtin/baseline")).json()).toMatchObject({
      error_code: "RLLM_002",
      message:
        'Cannot run "see" on builtin/baseline: it takes text only, but the input has image/png',
      details: {
        value: "builtin/baseline",
        media_type: "image/png",
        models: expect.any(Array) as unknown,
      },
    });
    expect((await run("openai/gpt-3.5-turbo")).json()).toMatchObject({ error_code: "RLLM_002" });
  });

  test("are passed over for a fallback that can", async () => {
    const folder = place({
      "see.rllm": describePicture({ llm: "{model: builtin/baseline, fallbacks: [local/test]}" }),
    });
    const server = serve();
    const seen = await modullm(["run", "see.rllm", "--verbose", "--", "picture=a.png"], {
      folder,
      env: server.env,
    });
    expect([seen.exit, seen.stdout]).toEqual([0, '{"out":"a chair"}\n']);
    expect(seen.stderr).toContain(
      "builtin/baseline is passed over: it takes text only, and the input has image/png",
    );
    const words = await modullm(["run", "see.rllm", "--", "text=A chair is here."], {
      folder,
      env: server.env,
    });
    expect([words.exit, server.asked.length]).toEqual([0, 1]);
  });
});

const PARENT = (mapping: string, first = "") => ({
  name: "parent",
  uses: `[${first}{name: seen, path: ./see.rllm, with: {picture: "${mapping}"}}]`,
});

describe("used programs", () => {
  test("are given what the caller gave, as the file that it is", async () => {
    const parent = describePicture(PARENT("{{input.picture}}"), "Say more of {{uses.seen.out}}");
    const folder = place({ "parent.rllm": parent });
    const server = serve();
    const { exit } = await modullm(["run", "parent.rllm", "--", "picture=a.png"], {
      folder,
      env: server.env,
    });
    expect(exit).toBe(0);
    expect(server.asked.map(({ messages }) => messages.at(-1)?.content)).toEqual([
      [IMAGE, { type: "text", text: "What is on [image 1: a.png]? " }],
      [IMAGE, { type: "text", text: "Say more of a chair" }],
    ] as never);
    const dry = await modullm(["run", "parent.rllm", "--dry-run", "--", "picture=a.png"], {
      folder,
      env: server.env,
    });
    expect(dry.json()).toMatchObject({
      uses: [{ dry_run: { request: { messages: [{ attachments: [{}] }] } } }],
    });
  });

  test("are given each element of a list", async () => {
    const parent = describePicture({
      name: "parent",
      uses: '[{name: seen, path: ./see.rllm, each: "{{input.more}}", with: {picture: "{{item}}"}}]',
    });
    const server = serve();
    const folder = place({ "parent.rllm": parent });
    const args = [
      "run",
      "parent.rllm",
      "--concurrency",
      "1",
      "--input",
      '{"more": ["a.png", "c.jpg"]}',
    ];
    expect((await modullm(args, { folder, env: server.env })).exit).toBe(0);
    expect(server.asked.slice(0, 2).map(({ messages }) => messages.at(-1)?.content)).toMatchObject([
      [IMAGE, { text: "What is on [image 1: a.png]? " }],
      [
        { image_url: { url: dataUri("image/jpeg", JPEG) } },
        { text: "What is on [image 1: c.jpg]? " },
      ],
    ]);
  });

  test.each([
    ["a text of the input", PARENT("{{input.text}}"), "a.png"],
    ["a text in the program", PARENT("./a.png"), ""],
    ["a URL of the input", PARENT("{{input.text}}"), "http://127.0.0.1/a.png"],
    ["what a model says", PARENT("{{uses.first.out}}", "{name: first, path: ./first.rllm}, "), ""],
    [
      "a short form of no file",
      PARENT("{{input.text}}"),
      "data:image/png;base64,… (69 bytes, sha256 0123456789abcdef)",
    ],
  ])("open nothing that came as %s", async (_, front, text) => {
    const folder = place({
      "parent.rllm": describePicture(front),
      "first.rllm": programText({ input_schema: "{type: object}" }, "Name a file"),
    });
    const server = serve('{"out": "a.png"}');
    const outcome = await modullm(["run", "parent.rllm", "--input", JSON.stringify({ text })], {
      folder,
      env: server.env,
    });
    expect(outcome.json()).toMatchObject({
      error_code: "RLLM_004",
      message: expect.stringMatching(
        /^The input field "picture" of "see" is (?:no data URI: a path or URL is opened only|not base64)/,
      ) as string,
      details: { path: ["picture"], chain: [{ name: "seen" }] },
    });
    expect(server.asked.length).toBe(front.uses.includes("first") ? 1 : 0);
  });

  test("get a data URI from wherever it comes, and a picture only where one is wanted", async () => {
    const folder = place({
      "parent.rllm": describePicture(PARENT("{{input.text}}")),
      "wrong.rllm": describePicture({
        uses: '[{name: heard, path: ./see.rllm, with: {sound: "{{input.picture}}"}}]',
      }),
    });
    const server = serve();
    const given = JSON.stringify({ text: dataUri("image/png", PNG) });
    expect(
      (await modullm(["run", "parent.rllm", "--input", given], { folder, env: server.env })).exit,
    ).toBe(0);
    const wrong = await modullm(["run", "wrong.rllm", "--", "picture=a.png"], {
      folder,
      env: server.env,
    });
    expect(wrong.json()).toMatchObject({
      error_code: "RLLM_004",
      message: 'The input field "sound" of "see" is image/png, but audio/* is wanted',
    });
  });

  test("that always get a picture need a model that sees, before anything is paid", async () => {
    const required =
      "{type: object, properties: {picture: {type: string, contentMediaType: image/*}}, required: [picture]}";
    const folder = place({
      "parent.rllm": describePicture(
        PARENT("{{uses.first.out}}", "{name: first, path: ./first.rllm}, "),
      ),
      "first.rllm": programText({ input_schema: "{type: object}" }, "Name a file"),
      "see.rllm": describePicture({ input_schema: required, llm: "{model: builtin/baseline}" }),
    });
    const server = serve();
    const { json } = await modullm(["run", "parent.rllm", "--input", "{}"], {
      folder,
      env: server.env,
    });
    expect(json()).toMatchObject({
      error_code: "RLLM_002",
      message:
        'Cannot run "see" on builtin/baseline: it takes text only, but its input has pictures',
      details: { chain: [{ name: "seen" }] },
    });
    expect(server.asked).toEqual([]);
  });
});

describe("validate and inspect", () => {
  async function warningsOf(files: Record<string, string>): Promise<string[]> {
    const { json } = await modullm(["validate", "parent.rllm"], { folder: place(files) });
    return (json() as { warnings: { message: string }[] }).warnings.map(({ message }) => message);
  }

  test("tell of a used program that gets no file where it wants one", async () => {
    const first = "{name: first, path: ./first.rllm}, ";
    const program = programText({ input_schema: "{type: object}" }, "Name a file");
    const parentOf = (mapping: string) =>
      warningsOf({ "parent.rllm": describePicture(PARENT(mapping, first)), "first.rllm": program });
    for (const good of ["{{input.picture}}", "{{input.more.1}}", dataUri("image/png", PNG)])
      expect([good, await parentOf(good)]).toEqual([good, []]);
    for (const bad of ["{{input.text}}", "{{uses.first.out}}", "./a.png", "{{input.picture}} "])
      expect(await parentOf(bad)).toEqual([
        `uses entry "seen": "picture" of "see" is a file, which ${JSON.stringify(bad)} is not; a path or URL is not opened there, only a data URI is taken`,
      ]);
    const each =
      '[{name: seen, path: ./see.rllm, each: "{{input.more}}", with: {picture: "{{item}}"}}]';
    const warnings = await warningsOf({ "parent.rllm": describePicture({ uses: each }) });
    expect(warnings.filter((message) => message.includes("is a file"))).toEqual([]);
  });

  test("tell of a type that nothing here recognises", async () => {
    const schema = "{type: object, properties: {p: {type: string, contentMediaType: image/tiff}}}";
    const parent = programText({ input_schema: schema }, "{{input.p}}");
    expect(await warningsOf({ "parent.rllm": parent })).toEqual([
      expect.stringContaining('contentMediaType "image/tiff" has no effect') as string,
    ]);
  });

  test("show what is a picture", async () => {
    const folder = place();
    const { json } = await modullm(["inspect", "see.rllm"], { folder });
    expect(json()).toMatchObject({
      input_schema: { properties: { picture: { contentMediaType: "image/*" } } },
    });
  });
});

test("the short form of a file is what values hold", async () => {
  const schema = "{type: object, properties: {text: {type: string}}}";
  const folder = place({
    "parent.rllm": describePicture({
      uses: '[{name: said, path: ./say.rllm, with: {text: "{{input.picture}}"}}]',
    }),
    "say.rllm": programText({ input_schema: schema }, "{{input.text}}"),
  });
  const server = serve();
  await modullm(["run", "parent.rllm", "--", "picture=a.png"], { folder, env: server.env });
  expect(server.asked[0]?.messages[0]?.content).toMatch(SHORT);
});
