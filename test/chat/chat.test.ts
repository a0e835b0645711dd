import { afterAll, describe, expect, test } from "bun:test";
import { createApp } from "../../src/app.ts";
import type { Chat, ChatEvent } from "../../src/chat/chat.ts";
import { chatMarkdown, chatView } from "../../src/chat/export.ts";
import { openKeeper } from "../../src/chat/keeper.ts";
import { attachedFile } from "../../src/chat/message.ts";
import { beginChat, type ChatChoices, findChat, resumeChat } from "../../src/chat/open.ts";
import type { RunEvent } from "../../src/core/events.ts";
import { LOCAL_USER } from "../../src/core/principal.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import type { App } from "../../src/workspace.ts";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";
import { PNG } from "../media/files.ts";
import { type ChatServer, type Reply, serveChat } from "./chat-server.ts";

const SECRET = "sk-proj-0123456789abcdefghijklmnopqrstuv";
const NOTHING: ChatChoices = { model: null, system: null, program: null, persona: null };
const opened: { app: App; server: ChatServer }[] = [];

afterAll(async () => {
  for (const { app, server } of opened) {
    server.stop();
    await app.close();
  }
});

interface World {
  readonly app: App;
  readonly server: ChatServer;
  readonly folder: string;
  begin(choices?: Partial<ChatChoices>, name?: string): Promise<Chat>;
  resume(name?: string, choices?: Partial<ChatChoices>): Promise<Chat>;
}

async function world(
  replies: readonly Reply[],
  { config = "", files = {} }: { config?: string; files?: Record<string, string> } = {},
): Promise<World> {
  const server = serveChat(replies);
  const folder = makeFolder({ "config/modullm/config.yaml": config, ...files });
  const app = await createApp({
    env: { ...worldOf(folder), ...server.env, OTHER_API_KEY: SECRET },
    cwd: folder,
    warn: () => undefined,
  });
  opened.push({ app, server });
  const place = { app, scope: app.scope(), flags: {} };
  return {
    app,
    server,
    folder,
    begin: (choices, name) =>
      beginChat(place, { ...NOTHING, model: "local/test", ...choices }, name ?? null),
    resume: (name, choices) => resumeChat(place, { ...NOTHING, ...choices }, name ?? null),
  };
}

/** What it fails with. */
const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );

const watch = () => ({ signal: new AbortController().signal });

describe("a chat", () => {
  test("tells the model what was said, in text, and is the same when it is resumed", async () => {
    const { server, begin, resume } = await world(["One.", "Two.", "Three."]);
    const chat = await begin({ system: "Be {{brief}}." });
    const first = await chat.ask({ text: "Say {{input.message}}: one?" }, watch());
    expect(first).toMatchObject({
      state: "answered",
      answer: "One.",
      prompt_tokens: 10,
      completion_tokens: 5,
    });
    await chat.ask({ text: "two?" }, watch());
    const again = await resume(chat.record.name);
    expect(again.turns).toEqual(chat.turns);
    await again.ask({ text: "three?" }, watch());
    expect(server.last()).toEqual([
      "Be {{brief}}.",
      "Say {{input.message}}: one?",
      "One.",
      "two?",
      "Two.",
      "three?",
    ]);
  });

  test("is named after its first words, unlike any other, and can be called otherwise", async () => {
    const { begin, resume } = await world(["ok"]);
    const names = [];
    for (const text of ["What is wrong, here?", "what is wrong here", "…", "日本 x"]) {
      const chat = await begin();
      await chat.ask({ text }, watch());
      names.push(chat.record.name);
    }
    expect(names).toEqual(["what-is-wrong-here", "what-is-wrong-here-2", "chat", "日本-x"]);
    const last = await resume();
    expect(last.record.name).toBe("日本-x");
    expect(await failureOf(last.rename("chat"))).toMatchObject({ code: "RLLM_002" });
    expect(await failureOf(last.rename("no name"))).toMatchObject({ code: "RLLM_002" });
    await last.rename("mine");
    expect((await resume("mine")).record.id).toBe(last.record.id);
    expect((await resume(last.record.id.slice(0, 8))).record.name).toBe("mine");
    expect(await failureOf(resume("minee"))).toMatchObject({
      code: "RLLM_016",
      message: expect.stringContaining('Did you mean "mine"?'),
    });
  });

  test("takes turns back, and asks again: the old answer goes once there is a new one", async () => {
    const { server, begin, resume } = await world([
      "first",
      "worse",
      { status: 400, code: "bad_request" },
      "better",
      "then",
    ]);
    const chat = await begin();
    await chat.ask({ text: "a" }, watch());
    await chat.ask({ text: "b" }, watch());
    expect(await failureOf(chat.retry(watch()))).toMatchObject({ code: "RLLM_017" });
    expect(chat.turns.map(({ answer }) => answer)).toEqual(["first", "worse"]);
    expect(await chat.retry(watch())).toMatchObject({ answer: "better", text: "b" });
    const again = await resume();
    expect(again.turns.map(({ answer }) => answer)).toEqual(["first", "better"]);
    expect(await again.undo()).toMatchObject({ text: "b" });
    await again.ask({ text: "c" }, watch());
    expect(server.last()).toEqual(["a", "first", "c"]);
    expect((await resume()).turns.map(({ text }) => text)).toEqual(["a", "c"]);
  });

  test("keeps what had come where it is stopped, marked, and goes on", async () => {
    const { server, begin, resume } = await world([{ begins: "Half of it" }, "Whole."]);
    const chat = await begin();
    const stop = new AbortController();
    let text = "";
    const trace = {
      wants: { payloads: false, deltas: true },
      listen: (event: RunEvent) => {
        text += event.type === "model-delta" ? event.text : "";
        if (text === "Half of it") stop.abort();
      },
    };
    const turn = await chat.ask({ text: "go" }, { signal: stop.signal, traces: [trace] });
    expect(turn).toMatchObject({ state: "interrupted", answer: "Half of it", error: "RLLM_022" });
    expect((await resume()).turns).toMatchObject([{ state: "interrupted", answer: "Half of it" }]);
    await chat.ask({ text: "on" }, watch());
    expect(server.last()).toEqual([
      "go",
      "Half of it\n\n[The user stopped the answer here.]",
      "on",
    ]);
  });

  test("keeps a failed turn, and does not tell the model of it", async () => {
    const { server, begin, resume } = await world([{ status: 401, code: "x" }, "yes"]);
    const chat = await begin();
    expect(await failureOf(chat.ask({ text: "no" }, watch()))).toMatchObject({ code: "RLLM_017" });
    expect((await resume()).turns).toMatchObject([{ state: "failed", error: "RLLM_017" }]);
    await chat.ask({ text: "and now?" }, watch());
    expect(server.last()).toEqual(["and now?"]);
  });

  test("takes secrets out of what it keeps and tells the model later", async () => {
    const { server, begin, app } = await world([`Your key is ${SECRET}.`, "ok"]);
    const chat = await begin();
    await chat.ask({ text: `I have ${SECRET}` }, watch());
    expect(server.last().join()).toContain(SECRET);
    await chat.ask({ text: "and?" }, watch());
    expect(JSON.stringify(chat.turns)).not.toContain(SECRET);
    expect(server.last().join()).not.toContain(SECRET);
    const keeper = await openKeeper(app);
    const found = await findChat(keeper, chat.record.name);
    expect(JSON.stringify(await keeper.chats?.turns(found.id))).not.toContain(SECRET);
  });

  test("sends texts in the message and pictures along with it, in later turns too", async () => {
    const { server, begin, app, resume } = await world(["seen", "again", "once more"], {
      config: "models: { local/test: { window: 100000 } }",
    });
    const chat = await begin({ model: "openai/gpt-5-mini" });
    const { media } = app.tools;
    const files = [
      attachedFile(new TextEncoder().encode("line one\n"), "a.log", media),
      attachedFile(PNG, "shot.png", media),
    ];
    expect(files[1]).toMatchObject({ name: "shot.png", attachment: { mediaType: "image/png" } });
    expect(() => attachedFile(Uint8Array.of(0xff, 0xfe, 0), "b.bin", media)).toThrow(
      expect.objectContaining({ code: "RLLM_016" }),
    );
    await chat.change({ model: "local/test" });
    await chat.ask({ text: "what is this?", files: files.slice(0, 1) }, watch());
    expect(server.last()).toEqual(['<file name="a.log">\nline one\n</file>\n\nwhat is this?']);
    expect(chat.turns[0]).toMatchObject({ text: "what is this?", files: ["a.log"] });
    await (await resume()).retry(watch());
    expect(server.last()).toEqual(['<file name="a.log">\nline one\n</file>\n\nwhat is this?']);
  });
});

describe("a chat with programs", () => {
  const CONTRACT = programText({
    input_schema: "{type: object, properties: {text: {type: string}}, required: [text]}",
    examples: "[{input: {text: ex}, output: {out: ample}}]",
  });

  test("holds every answer to a program's contract, whose prompt opens it", async () => {
    const { server, begin, resume } = await world(
      ['{"out": "a"}', "nonsense", '{"out": "b"}', '{"out": "c"}'],
      { files: { "p.rllm": CONTRACT } },
    );
    const chat = await begin({ program: "p.rllm" });
    expect(chat.opens).toBe(true);
    const first = await chat.ask({ text: "hello" }, watch());
    expect(JSON.parse(first.answer ?? "")).toEqual({ out: "a" });
    expect(server.last()).toEqual(["Say ex", '{"out":"ample"}', "Say hello"]);
    const second = await chat.ask({ text: "shorter" }, watch());
    expect(JSON.parse(second.answer ?? "")).toEqual({ out: "b" });
    const again = await resume();
    expect([chat.opens, again.opens]).toEqual([false, false]);
    await again.ask({ text: "longer" }, watch());
    expect(server.last()).toEqual([
      "Say ex",
      '{"out":"ample"}',
      "Say hello",
      '{"out":"a"}',
      "shorter",
      '{"out":"b"}',
      "longer",
    ]);
  });

  test("keeps the program's own system message, as the opening input fills it", async () => {
    const front = {
      system: '"For {{input.text}}."',
      input_schema: "{type: object, properties: {text: {type: string}}, required: [text]}",
    };
    const { server, begin, resume } = await world([{ begins: '{"o' }, '{"out": "a"}'], {
      files: { "p.rllm": programText(front) },
    });
    const chat = await begin({ program: "p.rllm" });
    const stop = new AbortController();
    const listen = (event: RunEvent): void => {
      if (event.type === "model-delta") stop.abort();
    };
    const traces = [{ wants: { payloads: false, deltas: true }, listen }];
    await chat.ask({ text: "one" }, { signal: stop.signal, traces });
    expect(chat.opens).toBe(true);
    await chat.ask({ text: "two" }, watch());
    await (await resume()).ask({ text: "shorter" }, watch());
    expect(server.last()).toEqual(["For two.", "Say two", '{"out":"a"}', "shorter"]);
    const again = await resume();
    for (let undone = 0; undone < 3; undone++) await again.undo();
    await again.ask({ text: "three" }, watch());
    expect(server.last()).toEqual(["For three.", "Say three"]);
  });

  test("asks for a form where there is a contract, and for none where there is not", async () => {
    const { server, begin } = await world(['{"out": "a"}'], { files: { "p.rllm": CONTRACT } });
    for (const program of ["p.rllm", null]) {
      const chat = await begin({ program, model: "openai/gpt-5-mini" });
      for (const text of ["one", "two"]) await chat.ask({ text }, watch());
    }
    const forms = server.asked.map((body) => body.response_format !== undefined);
    expect(forms).toEqual([true, true, false, false]);
  });

  test("takes a persona's system message and tools; tools can be switched off", async () => {
    const tool = programText({
      name: "adder",
      description: "Adds.",
      llm: "{model: builtin/baseline}",
    });
    const persona = programText({ tools: "[{program: ./adder.rllm}]" }, "Unused").replace(
      "\n---\nUnused",
      "\nsystem: You are {braces}.\n---\nUnused",
    );
    const { server, begin, resume } = await world(
      [{ call: "adder", input: { text: "two" } }, "It is two.", "Without."],
      { files: { "adder.rllm": tool, "persona.rllm": persona } },
    );
    const chat = await begin({ persona: "persona.rllm" });
    expect(chat.tools).toEqual(["adder"]);
    const turn = await chat.ask({ text: "add" }, watch());
    expect(turn).toMatchObject({ state: "answered", answer: "It is two." });
    expect(server.asked[0]?.tools).toHaveLength(1);
    const roles = turn.messages.map(({ role }) => role);
    expect(roles).toEqual(["user", "assistant", "tool", "assistant"]);
    const again = await resume();
    await again.change({ tools: false });
    await again.ask({ text: "and without?" }, watch());
    expect(server.asked.at(-1)?.tools).toBeUndefined();
    expect(server.last().slice(1)).toEqual(["add", "It is two.", "and without?"]);
  });

  test("refuses programs that it can't talk with", async () => {
    const { begin } = await world(["x"], {
      files: {
        "bare.rllm": programText(),
        "wants.rllm": programText({ system: '"You are {{input.text}}"' }),
      },
    });
    expect(await failureOf(begin({ persona: "bare.rllm" }))).toMatchObject({ code: "RLLM_002" });
    expect(await failureOf(begin({ persona: "wants.rllm" }))).toMatchObject({
      code: "RLLM_002",
      message: expect.stringContaining("{{input.text}}"),
    });
    expect(await failureOf(begin({ model: null }))).toMatchObject({ code: "RLLM_002" });
  });
});

describe("a long chat", () => {
  const LONG = "word ".repeat(200);

  test("has its oldest turns summarised near the window, says so, and keeps all of them", async () => {
    const { server, begin, resume } = await world([LONG, LONG, LONG, LONG, "SUMMARY", "end"], {
      config: "models: { local/test: { window: 1000 } }",
    });
    const chat = await begin({ system: "Be brief." });
    const events: ChatEvent[] = [];
    for (const text of ["one", "two", "three", "four", "five"])
      await chat.ask({ text }, { ...watch(), tell: (event) => void events.push(event) });
    expect(events).toMatchObject([
      { type: "shortening" },
      { type: "shortened", summary: "SUMMARY" },
    ]);
    const told = server.last();
    expect(told[0]).toBe("Be brief.");
    expect(told[1]).toContain("SUMMARY");
    expect(told.at(-1)).toBe("five");
    expect(told).toContain("four");
    expect(told).not.toContain("one");
    expect(chat.turns.map(({ state }) => state)).toEqual([
      "answered",
      "answered",
      "answered",
      "answered",
      "summary",
      "answered",
    ]);
    const again = await resume();
    const texts = again.turns.map(({ text }) => text);
    expect(texts).toEqual(["one", "two", "three", "four", "", "five"]);
    await again.ask({ text: "six" }, watch());
    expect(server.last()[1]).toContain("SUMMARY");
    // The summary goes with a turn that it stands for.
    for (let undone = 0; undone < 5; undone++) await again.undo();
    await again.ask({ text: "again" }, watch());
    expect(server.last()).toEqual(["Be brief.", "one", LONG.trim(), "again"]);
  });

  test("is shortened where the provider says that it is too long", async () => {
    const { server, begin } = await world([
      LONG,
      LONG,
      { status: 400, code: "context_length_exceeded" },
      "SUMMARY",
      "SUMMARY of both",
      "end",
    ]);
    const chat = await begin();
    for (const text of ["one", "two"]) await chat.ask({ text }, watch());
    expect(await chat.ask({ text: "three" }, watch())).toMatchObject({ answer: "end" });
    expect(server.last()[0]).toContain("SUMMARY of both");
  });
});

test("a budget holds for all turns of a chat", async () => {
  const { app } = await world(["one", "two"]);
  const scope = app.scope({ budget: { calls: 1 } });
  const place = { app, scope, flags: {} };
  const chat = await beginChat(place, { ...NOTHING, model: "local/test" }, null);
  await chat.ask({ text: "a" }, watch());
  expect(await failureOf(chat.ask({ text: "b" }, watch()))).toMatchObject({ code: "RLLM_020" });
});

test("where nothing may be kept, a chat lives as long as its process", async () => {
  const server = serveChat(["a", "b"]);
  const folder = makeFolder();
  const usual = createPolicy({ trustedPython: true, require: null });
  const app = await createApp({
    env: { ...worldOf(folder), ...server.env },
    cwd: folder,
    warn: () => undefined,
    principal: LOCAL_USER,
    policy: {
      decide: (ask) =>
        ask.action === "keep"
          ? { allow: false, code: "RLLM_021", rule: "none" }
          : usual.decide(ask),
    },
  });
  opened.push({ app, server });
  const place = { app, scope: app.scope(), flags: {} };
  const chat = await beginChat(place, { ...NOTHING, model: "local/test" }, null);
  await chat.ask({ text: "one" }, watch());
  await chat.ask({ text: "two" }, watch());
  expect(server.last()).toEqual(["one", "a", "two"]);
  expect(await failureOf(resumeChat(place, NOTHING, null))).toMatchObject({ code: "RLLM_016" });
});

test("an export has what was said, its state and what it took", async () => {
  const { begin } = await world(["# Heading", { begins: "part" }]);
  const chat = await begin({ system: "Be brief." });
  await chat.ask({ text: "hello" }, watch());
  const markdown = chatMarkdown(chat.record, chat.turns);
  for (const part of ["# hello", "## System\n\nBe brief.", "## You\n\nhello", "# Heading"])
    expect(markdown).toContain(part);
  const view = chatView(chat.record, chat.turns);
  expect(view).toMatchObject({
    name: "hello",
    totals: { turns: 1, answered: 1, prompt_tokens: 10, cost_usd: null },
    turns: [{ state: "answered", text: "hello", answer: "# Heading" }],
  });
  expect(Object.keys(view.turns[0] ?? {})).not.toContain("messages");
});
