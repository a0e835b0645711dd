import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChatServer, type Reply, serveChat } from "../../chat/chat-server.ts";
import { CTRL_C, openScreen, plain, type Screen } from "../../onboarding/screen.ts";
import { makeFolder } from "../command-line.ts";

/** The binary at a pseudo-terminal, as a person would use it. */
setDefaultTimeout(120_000);

const SECRET = "sk-proj-0123456789abcdefghijklmnopqrstuv";
const CTRL_D = "\u0004";
const servers: ChatServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

interface Talk {
  readonly server: ChatServer;
  readonly folder: string;
  open(args?: readonly string[], env?: Record<string, string>): Screen;
}

function talk(replies: readonly Reply[], config = ""): Talk {
  const server = serveChat(replies);
  servers.push(server);
  const folder = makeFolder({ "config/modullm/config.yaml": config });
  return {
    server,
    folder,
    open: (args = ["--model", "local/test"], env = {}) =>
      openScreen(["chat", ...args], { folder, env: { ...server.env, ...env } }),
  };
}

/** Types each line once the one before is answered. */
async function say(screen: Screen, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    screen.type(`${line}\r`);
    await screen.until("tokens ·");
  }
}

/** Leaves at an empty line. */
async function leave(screen: Screen): Promise<string> {
  screen.type(CTRL_D);
  await screen.until("Go on with: modullm chat --resume ");
  const { exit, stdout } = await screen.end();
  expect(exit).toBe(0);
  return stdout;
}

describe("chat at a terminal", () => {
  test("draws an answer as it comes, and is gone on with by its name", async () => {
    const { server, open } = talk(["# Title\n\nSome **bold** text.", "second", "third"]);
    const screen = open();
    await screen.until("> ");
    screen.type("hello there\\\rand more\r");
    await screen.until("Title");
    await screen.until("Some bold text.");
    expect(screen.drawn()).toContain("\u001B[1mbold\u001B[22m");
    await say(screen, "two");
    const stdout = await leave(screen);
    expect(stdout).toBe("# Title\n\nSome **bold** text.\nsecond\n");
    const again = open(["--resume", "hello-there-and-more"]);
    await again.until("second");
    await say(again, "three");
    await leave(again);
    expect(server.last()).toEqual([
      "hello there\nand more",
      "# Title\n\nSome **bold** text.",
      "two",
      "second",
      "three",
    ]);
  });

  test("Ctrl-C stops the answer and keeps the chat; twice it leaves", async () => {
    const { server, open } = talk([{ begins: "It begins so" }, "whole", { begins: "Again" }]);
    const screen = open();
    await screen.until("> ");
    screen.type("go\r");
    await screen.until("It begins so");
    screen.type(CTRL_C);
    await screen.until("[stopped]");
    await screen.until("tokens ·");
    await say(screen, "on");
    expect(server.last()).toEqual([
      "go",
      "It begins so\n\n[The user stopped the answer here.]",
      "on",
    ]);
    screen.type("once more\r");
    await screen.until("Again");
    screen.type(CTRL_C);
    await screen.until("[stopped]");
    screen.type(CTRL_C);
    await screen.until("Go on with: modullm chat --resume go");
    expect((await screen.end()).exit).toBe(0);
  });

  test("Ctrl-C at an empty line asks for another one; with a text it drops the text", async () => {
    const { server, open } = talk(["ok"]);
    const screen = open();
    await screen.until("> ");
    screen.type(`not this${CTRL_C}`);
    await say(screen, "this");
    expect(server.last()).toEqual(["this"]);
    screen.type(CTRL_C);
    await screen.until("Ctrl-C once more");
    screen.type(CTRL_C);
    expect((await screen.end()).exit).toBe(0);
  });

  test("takes back, asks again, changes the model and the system message", async () => {
    const { server, open } = talk(["one", "two", "three", "four"]);
    const screen = open();
    await screen.until("> ");
    await say(screen, "a", "b");
    screen.type("/undo\r");
    await screen.until("Taken back: b");
    await say(screen, "/retry");
    expect(server.last()).toEqual(["a"]);
    screen.type("/system Be brief.\r");
    await screen.until("is another one");
    screen.type("/model openai/gpt-5-mini\r");
    await screen.until("goes to openai/gpt-5-mini");
    await say(screen, "c");
    expect(server.last()).toEqual(["Be brief.", "a", "three", "c"]);
    screen.type("/nothing\r");
    await screen.until("There is no command /nothing");
    screen.type("/model nothing\r");
    await screen.until("is no model's name");
    screen.type("/tools\r");
    await screen.until("has no tools");
    screen.type("/save mine\r");
    await screen.until("mine");
    screen.type("/stats\r");
    await screen.until("2 answered");
    screen.type("/exit\r");
    await screen.until("--resume mine");
    expect((await screen.end()).exit).toBe(0);
  });

  test("writes the chat to files, as Markdown and JSON, and replaces none", async () => {
    const { open, folder } = talk([`**Yes**, ${SECRET}.`]);
    const screen = open(["--model", "local/test", "--name", "x"], { OTHER_API_KEY: SECRET });
    await screen.until("> ");
    await say(screen, `Is it ${SECRET}?`);
    for (const form of ["md", "json"]) {
      screen.type(`/export ${form}\r`);
      await screen.until(`x.${form}`);
    }
    screen.type("/export md\r");
    await screen.until("it is there already");
    await leave(screen);
    expect(readFileSync(join(folder, "x.md"), "utf8")).toContain("## local/test\n\n**Yes**, ");
    const written = JSON.parse(readFileSync(join(folder, "x.json"), "utf8")) as object;
    expect(written).toMatchObject({ name: "x", turns: [{ state: "answered" }] });
    for (const file of ["x.md", "x.json", "data/modullm/stats.db"])
      if (existsSync(join(folder, file)))
        expect(readFileSync(join(folder, file)).includes(SECRET)).toBe(false);
    expect(screen.drawn()).not.toContain(SECRET);
  });

  test("summarises the oldest turns near the window, and says so", async () => {
    const long = "word ".repeat(200);
    const config = "models: { local/test: { window: 1000 } }";
    const { server, open } = talk([long, long, long, long, "IN SHORT", "end"], config);
    const screen = open();
    await screen.until("> ");
    await say(screen, "one", "two", "three", "four");
    screen.type("five\r");
    await screen.until("summarising the 2 oldest turns");
    await screen.until("stand in a summary now");
    await screen.until("end");
    expect(server.last()[0]).toContain("IN SHORT");
    await leave(screen);
  });

  test("takes 10,000 pasted lines as one message, and keeps answering keys", async () => {
    const { server, open } = talk(["got it"]);
    const screen = open();
    await screen.until("> ");
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index} of what is pasted`);
    screen.type(`\u001B[200~${lines.join("\r")}\u001B[201~`);
    await screen.until("line 9999 of what is pasted");
    screen.type("!\u001B[D\u007F");
    await screen.until("line 9999 of what is paste!");
    await say(screen, "");
    expect(server.last()).toEqual([lines.join("\n").replace(/d$/, "!")]);
    await leave(screen);
  });

  test("goes on in a terminal that becomes narrower while an answer comes", async () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    const { open } = talk([{ begins: `${words} ` }, "fine"]);
    const screen = open();
    await screen.until("> ");
    screen.type("go\r");
    await screen.until("word20");
    screen.resize(40, 20);
    await screen.until("word59");
    screen.type(CTRL_C);
    await screen.until("[stopped]");
    await screen.until("tokens ·");
    await say(screen, "a message that is longer than a line of forty columns");
    await leave(screen);
  });

  test("has no colour with NO_COLOR, and no Markdown with --plain", async () => {
    const { open } = talk(["# Title\n\n**bold**"]);
    for (const [args, env, shown] of [
      [[], { NO_COLOR: "1" }, "Title\n====="],
      [["--plain"], {}, "# Title\n\n**bold**"],
    ] as const) {
      const screen = open(["--model", "local/test", ...args], env);
      await screen.until("> ");
      await say(screen, "go");
      await leave(screen);
      expect(screen.drawn()).not.toMatch(/\[\d*m/);
      expect(plain(screen.drawn()).replaceAll("\r", "")).toContain(shown);
    }
  });

  test("a kill in the middle of an answer loses no turn before it, and not the message", async () => {
    const { server, open } = talk(["first", { begins: "lost" }, "third"]);
    const screen = open();
    await screen.until("> ");
    await say(screen, "one");
    screen.type("two\r");
    await screen.until("lost");
    screen.kill();
    await screen.end();
    const again = open(["--continue"]);
    await again.until("> two");
    await again.until("not answered");
    await say(again, "/retry");
    expect(server.last()).toEqual(["one", "first", "two"]);
    await leave(again);
  });

  test("sends what is attached, and offers a persona's tools or not", async () => {
    const { server, open, folder } = talk(["seen", "without"]);
    const { programText } = await import("../command-line.ts");
    await Bun.write(join(folder, "a b.txt"), "a text");
    await Bun.write(
      join(folder, "t.rllm"),
      programText({ name: "t", llm: "{model: builtin/baseline}" }),
    );
    await Bun.write(join(folder, "p.rllm"), programText({ tools: "[{program: ./t.rllm}]" }));
    const screen = open(["--model", "local/test", "--persona", "p.rllm"]);
    await screen.until("> ");
    screen.type('/attach "a b.txt"\r');
    await screen.until("For the next message: a b.txt");
    await say(screen, "what is it?");
    expect(server.last().at(-1)).toBe('<file name="a b.txt">\na text\n</file>\n\nwhat is it?');
    expect(server.asked.at(-1)?.tools).toHaveLength(1);
    screen.type("/to\t off\r");
    await screen.until("Tools are off: t");
    await say(screen, "and now?");
    expect(server.asked.at(-1)?.tools).toBeUndefined();
    await leave(screen);
  });

  test("a signal ends it in good order, with what had come kept", async () => {
    const { open } = talk([{ begins: "Half of it" }, "on"]);
    const screen = open();
    await screen.until("> ");
    screen.type("go\r");
    await screen.until("Half of it");
    screen.interrupt();
    await screen.until("Go on with: modullm chat --resume go");
    expect((await screen.end()).exit).toBe(130);
    expect(screen.drawn()).toContain("\u001B[?2004l");
    const again = open(["--continue"]);
    await again.until("Half of it");
    await leave(again);
  });

  test("opens with a program's contract, whose answers it shows as JSON", async () => {
    const { open, folder } = talk(['{"out": "a"}', '{"out": "b"}']);
    const { programText } = await import("../command-line.ts");
    await Bun.write(join(folder, "p.rllm"), programText());
    const screen = open(["p.rllm", "--text", "hello"]);
    await screen.until('"out": "a"');
    await screen.until("tokens ·");
    await say(screen, "another");
    await leave(screen);
    expect(plain(screen.drawn())).toContain('"out": "b"');
  });
});
