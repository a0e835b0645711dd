import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorOf } from "../model/calls.ts";
import { startPlugin, type StartedPlugin } from "./plugin.ts";

let root: string;
let plugin: StartedPlugin;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "files-")));
  const texts = {
    "notes/a.md": "one\ntwo\nThree apples\n",
    "notes/deep/b.txt": "an Apple a day\n",
    "notes/empty.txt": "",
    "notes/.env": "KEY=apple\n",
    "notes/.git/config": "apple\n",
    "notes/binary.dat": "a\0b apple",
    "notes/long.txt": `${"x".repeat(100_001)}\nnext\n`,
    "book/c.md": "line\n".repeat(2500),
    "outside/secret.txt": "apple\n",
  };
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  writeFileSync(join(root, "notes/latin.txt"), Uint8Array.from([0x61, 0x70, 0x70, 0x6c, 0xe9]));
  symlinkSync(join(root, "outside/secret.txt"), join(root, "notes/link.txt"));
  symlinkSync(join(root, "outside"), join(root, "notes/out"));
  symlinkSync(join(root, "notes/a.md"), join(root, "notes/inner.md"));
  symlinkSync(join(root, "notes/.env"), join(root, "notes/env.txt"));
  plugin = await startPlugin("files", { folders: [join(root, "notes"), join(root, "book")] });
});
afterAll(async () => await plugin.host.close());

async function value(tool: string, input: Record<string, string | number>): Promise<unknown> {
  const { value: found, failed, content } = await plugin.call(tool, input);
  expect({ failed: failed === true, content: failed === true ? content : "" }).toEqual({
    failed: false,
    content: "",
  });
  return found;
}

describe("list", () => {
  test("shows the folders where it is given none", async () => {
    expect(await value("list", {})).toEqual({
      entries: [
        { path: "notes", kind: "folder", bytes: null },
        { path: "book", kind: "folder", bytes: null },
      ],
      more: false,
    });
  });
  test("shows files with their sizes, and neither links nor what begins with a dot", async () => {
    const { entries } = (await value("list", { path: "notes", depth: 3 })) as {
      entries: { path: string; bytes: number | null }[];
    };
    expect(entries.map(({ path, bytes }) => [path, bytes])).toEqual([
      ["notes/a.md", 21],
      ["notes/binary.dat", 9],
      ["notes/deep", null],
      ["notes/deep/b.txt", 15],
      ["notes/empty.txt", 0],
      ["notes/latin.txt", 5],
      ["notes/long.txt", 100_007],
    ]);
  });
});

describe("read", () => {
  test.each([
    [{ path: "notes/a.md" }, { text: "one\ntwo\nThree apples", from: 1, lines: 3, next: null }],
    [
      { path: "notes/a.md", from: 2, lines: 1 },
      { text: "two", from: 2, lines: 1, next: 3 },
    ],
    [{ path: "./notes//deep/b.txt" }, { text: "an Apple a day", from: 1, lines: 1, next: null }],
    [{ path: "notes/empty.txt" }, { text: "", from: 1, lines: 0, next: null }],
    [
      { path: "notes/inner.md", from: 3 },
      { text: "Three apples", from: 3, lines: 1, next: null },
    ],
  ])("%j", async (input, wanted) => {
    expect(await value("read", input)).toEqual(wanted);
  });
  test("goes on where it stopped", async () => {
    expect(await value("read", { path: "book/c.md" })).toMatchObject({ lines: 2000, next: 2001 });
    expect(await value("read", { path: "book/c.md", from: 2001 })).toMatchObject({
      lines: 500,
      next: null,
    });
  });
  test.each([
    ["notes/../outside/secret.txt", 'there is no "notes/../outside/secret.txt"'],
    ["outside/secret.txt", 'there is no folder "outside"; there are notes, book'],
    ["/etc/passwd", 'there is no folder "etc"'],
    ["notes/link.txt", 'there is no "notes/link.txt"'],
    ["notes/out/secret.txt", 'there is no "notes/out/secret.txt"'],
    ["notes\\..\\outside\\secret.txt", "there is no"],
    ["notes/.env", 'there is no "notes/.env"'],
    ["notes/env.txt", 'there is no "notes/env.txt"'],
    ["notes/deep/../.git/config", "there is no"],
    ["notes/a.md\0.txt", "there is no"],
    ["notes", "is a folder"],
    ["notes/nothing", 'there is no "notes/nothing"'],
    ["notes/binary.dat", "no text"],
    ["notes/latin.txt", "no text in UTF-8"],
    ["notes/long.txt", "line 1 has more than 100000 characters"],
  ])("refuses %p: %s", async (path, words) => {
    expect(await plugin.call("read", { path })).toMatchObject({
      failed: true,
      content: expect.stringContaining(words),
    });
  });
  test("refuses a line that is not there", async () => {
    expect(await plugin.call("read", { path: "notes/a.md", from: 9 })).toMatchObject({
      failed: true,
      content: "it has 3 lines, and no line 9",
    });
  });
});

describe("search", () => {
  test("finds lines in all folders, and says what it has not read", async () => {
    expect(await value("search", { text: "apple" })).toEqual({
      matches: [
        { path: "notes/a.md", line: 3, text: "Three apples" },
        { path: "notes/deep/b.txt", line: 1, text: "an Apple a day" },
      ],
      files: 5,
      skipped: 2,
      more: false,
    });
  });
  test.each([
    [{ text: "apple", path: "notes/deep" }, ["notes/deep/b.txt"]],
    [{ text: "apple", name: ".md" }, ["notes/a.md"]],
    [{ text: "apple", path: "notes/a.md" }, ["notes/a.md"]],
    [{ text: "pears" }, []],
  ])("%j", async (input, wanted) => {
    const { matches } = (await value("search", input)) as { matches: { path: string }[] };
    expect(matches.map(({ path }) => path)).toEqual(wanted);
  });
  test("stops at 200, and says that there may be more", async () => {
    const found = (await value("search", { text: "line" })) as {
      matches: unknown[];
      more: boolean;
    };
    expect([found.matches.length, found.more]).toEqual([200, true]);
  });
});

describe("settings", () => {
  test.each([
    ["relative", "which is no folder here"],
    ["/no/such/folder", "which is no folder here"],
  ])("the folder %p is refused", async (folder, words) => {
    const { host } = await startPlugin("files", { folders: [folder] });
    expect((await errorOf(() => host.start())).message).toContain(words);
    await host.close();
  });
  test("two folders of one name are refused", async () => {
    mkdirSync(join(root, "other/notes"), { recursive: true });
    const folders = [join(root, "notes"), join(root, "other/notes")];
    const { host } = await startPlugin("files", { folders });
    expect((await errorOf(() => host.start())).message).toContain('two that are called "notes"');
    await host.close();
  });
  test("hidden shows what begins with a dot", async () => {
    const folders = [join(root, "notes")];
    const { host, call } = await startPlugin("files", { folders, hidden: true });
    expect((await call("read", { path: "notes/.env" })).value).toMatchObject({ text: "KEY=apple" });
    await host.close();
  });
});
