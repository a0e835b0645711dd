import { afterAll, describe, expect, test } from "bun:test";
import { type ChatServer, type Reply, serveChat } from "../../chat/chat-server.ts";
import { makeFolder, modullm, programText, type Setting } from "../command-line.ts";
import { PNG } from "../../media/files.ts";

const servers: ChatServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

function world(replies: readonly Reply[], files: Record<string, string> = {}) {
  const server = serveChat(replies);
  servers.push(server);
  const folder = makeFolder(files);
  const run = (args: readonly string[], setting: Setting = {}) =>
    modullm(args, { folder, env: server.env, ...setting });
  const chat = (args: readonly string[], setting: Setting = {}) =>
    run(["chat", "--model", "local/test", ...args], setting);
  return { server, folder, run, chat };
}

describe("chat in a pipe", () => {
  test("gives one answer; what is piped in goes along with the message", async () => {
    const { server, chat } = world(["# It is full"]);
    const answered = await chat(["what is wrong?"], { stdin: "disk full\n" });
    expect(answered).toMatchObject({ exit: 0, stdout: "# It is full\n", stderr: "" });
    expect(server.last()).toEqual(['<file name="stdin">\ndisk full\n</file>\n\nwhat is wrong?']);
  });

  test("takes what is piped in for the message where there is no other", async () => {
    const { server, chat } = world(["yes"]);
    expect(await chat([], { stdin: "is it?\n" })).toMatchObject({ exit: 0, stdout: "yes\n" });
    expect(server.last()).toEqual(["is it?"]);
  });

  test("sends a picture that is piped in or attached", async () => {
    const { server, chat, folder } = world(["a dot"]);
    await Bun.write(`${folder}/dot.png`, PNG);
    await Bun.write(`${folder}/a.txt`, "a text");
    const model = ["--model", "openai/gpt-5-mini"];
    expect(await chat(["what?", ...model], { stdin: PNG })).toMatchObject({ exit: 0 });
    expect(server.last()).toEqual(["image_url|what?"]);
    const attached = ["--attach", "dot.png", "--attach", "a.txt", ...model];
    expect(await chat(["and?", ...attached])).toMatchObject({ exit: 0 });
    expect(server.last()).toEqual(['image_url|<file name="a.txt">\na text\n</file>\n\nand?']);
    expect(await chat(["x", "--attach", "no.txt"])).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining("RLLM_016"),
    });
  });

  test("goes on with the last chat, or with one by its name", async () => {
    const { server, chat } = world(["one", "two", "three", "four"]);
    await chat(["first"]);
    await chat(["other"]);
    await chat(["on", "--continue"]);
    expect(server.last()).toEqual(["other", "two", "on"]);
    await chat(["back", "--resume", "first", "--system", "Be brief."]);
    expect(server.last()).toEqual(["Be brief.", "first", "one", "back"]);
    expect(await chat(["x", "--resume", "fist"])).toMatchObject({
      stderr: expect.stringContaining('no id begins so. Did you mean "first"?'),
    });
  });

  test("with JSON asked for prints an event a line, the turn last", async () => {
    const { chat } = world(["It is so."]);
    const { exit, stdout } = await chat(["--json", "hello"]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    expect(exit).toBe(0);
    expect(
      lines
        .filter(({ type }) => type === "delta")
        .map((line) => (line as { text?: string }).text)
        .join(""),
    ).toBe("It is so.");
    expect(lines.at(-1)).toMatchObject({
      type: "message",
      chat: "hello",
      state: "answered",
      text: "hello",
      answer: "It is so.",
      prompt_tokens: 10,
    });
  });

  test("says in its events which text is void: that of an answer that was refused", async () => {
    const { chat } = world(["nonsense", '{"out": "a"}'], { "p.rllm": programText() });
    const { stdout } = await chat(["--json", "p.rllm", "hello"]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; text?: string });
    const restart = lines.findIndex(({ type }) => type === "restart");
    const textOf = (part: typeof lines): string =>
      part.map(({ type, text }) => (type === "delta" ? text : "")).join("");
    expect(textOf(lines.slice(0, restart))).toBe("nonsense");
    expect(textOf(lines.slice(restart))).toBe('{"out": "a"}');
  });

  test("fails as every command does, and keeps the failed turn", async () => {
    const { chat, run } = world([{ status: 400, code: "bad" }]);
    const failed = await chat(["hello"]);
    expect(failed.json()).toMatchObject({ error_code: "RLLM_017" });
    expect(failed.exit).toBe(1);
    const shown = (await run(["chats", "show", "hello"])).json();
    expect(shown).toMatchObject({ turns: [{ state: "failed", error: "RLLM_017" }] });
  });

  test("an interruption ends it with 130, and what had come is kept", async () => {
    const { server, chat, run } = world([{ begins: "Half of" }]);
    const stop = new AbortController();
    const answering = chat(["--json", "hello"], { signal: stop.signal });
    while (server.asked.length === 0) await Bun.sleep(5);
    stop.abort();
    expect((await answering).exit).toBe(130);
    const shown = (await run(["chats", "show", "hello"])).json();
    expect(shown).toMatchObject({ turns: [{ state: "interrupted" }] });
  });

  test("a program's contract holds its answers; a name that is none is a message", async () => {
    const { server, chat, run } = world(['{"out": "a"}'], { "p.rllm": programText() });
    expect((await chat(["p.rllm", "hello"])).json()).toEqual({ out: "a" });
    expect(server.last()).toEqual(["Say hello"]);
    expect((await chat(["p.rllm", "--", "text=field"])).json()).toEqual({ out: "a" });
    expect(server.last()).toEqual(["Say field"]);
    expect((await run(["runs", "list"])).json()).toMatchObject([
      { name: "base", tags: { chat: "base-2" } },
      { name: "base", tags: { chat: "base" } },
    ]);
    expect(await chat(["no.rllm"])).toMatchObject({ stdout: expect.stringContaining("RLLM_001") });
    await chat(["hello"]);
    expect(server.last()).toEqual(["hello"]);
  });

  test("says what is wrong with how it is called", async () => {
    const { chat, run } = world(["x"]);
    for (const [args, said] of [
      [["--resume", "a", "--continue", "x"], "can't be used together"],
      [["--continue", "--name", "b", "x"], "--name is for a new chat"],
      [["--text", "a", "x"], "an input is for FILE"],
      [[], "nothing is said"],
      [["a.rllm", "b", "c"], "c"],
    ] as const)
      expect(await chat(args)).toMatchObject({
        exit: 2,
        stdout: "",
        stderr: expect.stringContaining(said),
      });
    const nameless = await run(["chat", "hello"]);
    expect(nameless.json()).toMatchObject({ error_code: "RLLM_002" });
    expect((await chat(["--name", "a b", "x"])).json()).toMatchObject({ error_code: "RLLM_002" });
  });
});

describe("chats", () => {
  test("are listed, shown, searched, exported and forgotten", async () => {
    const { chat, run } = world(["The **disk** is full.", "Monday"]);
    await chat(["what is wrong?"]);
    await chat(["which day?"]);
    const json = async (...args: string[]) => (await run(["chats", ...args])).json();
    expect(await json("list")).toMatchObject([
      { name: "which-day", turns: 1, model: "local/test" },
      { name: "what-is-wrong", turns: 1 },
    ]);
    expect(await json("list", "--limit", "1")).toHaveLength(1);
    expect(await json("show", "which-day")).toMatchObject({
      name: "which-day",
      totals: { turns: 1, answered: 1 },
      turns: [{ text: "which day?", answer: "Monday" }],
    });
    expect(await json("search", "disk", "full")).toMatchObject([
      { name: "what-is-wrong", excerpt: "what is wrong? The **disk** is full." },
    ]);
    expect(await json("search", "nowhere")).toEqual([]);
    const markdown = await run(["chats", "export", "what-is-wrong"]);
    expect(markdown.stdout).toContain("## local/test\n\nThe **disk** is full.\n");
    expect(await json("export", "what-is-wrong", "--format", "json")).toEqual(
      await json("show", "what-is-wrong"),
    );
    expect((await run(["completion", "chats"])).stdout).toBe("which-day\nwhat-is-wrong\n");
    expect(await json("rm", "what-is-wrong")).toEqual({ removed: 1 });
    expect(await json("rm", "--all")).toEqual({ removed: 1 });
    expect(await json("list")).toEqual([]);
    expect(await run(["chats", "show", "which-day"])).toMatchObject({
      stdout: expect.stringContaining("RLLM_016"),
    });
  });

  test("have a form for people", async () => {
    const { chat, run } = world(["The **disk** is full."]);
    expect((await run(["chats", "list"], { tty: true })).stdout).toBe("No chats are on record.\n");
    await chat(["what is wrong?"]);
    const text = async (...args: string[]) => (await run(["chats", ...args], { tty: true })).stdout;
    expect(await text("list")).toMatch(/what-is-wrong +local\/test +1 /);
    expect(await text("search", "disk")).toContain("The **disk** is full.");
    expect(await text("show", "what-is-wrong")).toContain("The \u001B[1mdisk\u001B[22m is full.");
  });

  test("need to be named", async () => {
    const { run } = world(["x"]);
    for (const args of [
      ["rm"],
      ["show"],
      ["search"],
      ["show", "a", "b"],
      ["no"],
      ["rm", "a", "--all"],
    ])
      expect(await run(["chats", ...args])).toMatchObject({ exit: 2, stdout: "" });
  });
});
