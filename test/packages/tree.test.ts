import { describe, expect, test } from "bun:test";
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { $ } from "bun";
import {
  copyTree,
  describeChanges,
  readTree,
  readTreeList,
  treeList,
} from "../../src/packages/tree.ts";
import { makeFolder } from "../cli/command-line.ts";

const FILES = { "main.ts": "1", "lib/a.ts": "2", "lib/b.ts": "3" };

async function faultOf(folder: string, source = false): Promise<string> {
  return await readTree(folder, { source }).then(
    () => "none",
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
}

describe("readTree()", () => {
  test("is the same for the same files, wherever they are", async () => {
    const [one, other] = [await readTree(makeFolder(FILES)), await readTree(makeFolder(FILES))];
    expect(one).toEqual(other);
    expect(one.files.map(({ path }) => path)).toEqual(["lib/a.ts", "lib/b.ts", "main.ts"]);
    expect(one.size).toBe(3);
  });

  test.each<[string, (folder: string) => void, string]>([
    [
      "a changed byte",
      (folder) => writeFileSync(join(folder, "main.ts"), "2"),
      '"main.ts" was changed',
    ],
    ["a new file", (folder) => writeFileSync(join(folder, "lib/c.ts"), ""), '"lib/c.ts" was added'],
    ["a file less", (folder) => rmSync(join(folder, "lib/b.ts")), '"lib/b.ts" was removed'],
    [
      "the right to execute",
      (folder) => chmodSync(join(folder, "main.ts"), 0o755),
      '"main.ts" was made executable',
    ],
    ["a hidden file", (folder) => writeFileSync(join(folder, ".env"), "A=b"), '".env" was added'],
    [
      "two files that change places",
      (folder) => {
        writeFileSync(join(folder, "lib/a.ts"), "3");
        writeFileSync(join(folder, "lib/b.ts"), "2");
      },
      '"lib/a.ts" was changed, "lib/b.ts" was changed',
    ],
  ])("differs by %s, and says so", async (_, change, words) => {
    const folder = makeFolder(FILES);
    const before = await readTree(folder);
    change(folder);
    const after = await readTree(folder);
    expect(after.sha256).not.toBe(before.sha256);
    expect(describeChanges(before.files, after.files)).toBe(words);
  });

  test("refuses links, also into itself, and pipes", async () => {
    const folder = makeFolder(FILES);
    symlinkSync("main.ts", join(folder, "link.ts"));
    expect(await faultOf(folder)).toBe(
      '"link.ts" is a link, and a plugin may hold files and folders only',
    );
    rmSync(join(folder, "link.ts"));
    symlinkSync("/etc", join(folder, "etc"));
    expect(await faultOf(folder)).toContain('"etc" is a link');
    rmSync(join(folder, "etc"));
    await $`mkfifo ${join(folder, "pipe")}`;
    expect(await faultOf(folder)).toContain('"pipe" is no regular file');
  });

  test("refuses a name with a line break, which would make two lines of one", async () => {
    expect(await faultOf(makeFolder({ "a\nb": "" }))).toContain("control character");
  });

  test("of what somebody works on, passes over .git, compiled Python and npm's links to commands", async () => {
    const folder = makeFolder({
      ...FILES,
      ".git/HEAD": "x",
      "lib/__pycache__/a.pyc": "",
      "node_modules/a/index.js": "",
    });
    mkdirSync(join(folder, "node_modules/.bin"));
    symlinkSync("../a/index.js", join(folder, "node_modules/.bin/a"));
    expect(await faultOf(folder)).toContain("is a link");
    const { files } = await readTree(folder, { source: true });
    expect(files.map(({ path }) => path)).toEqual([
      "lib/a.ts",
      "lib/b.ts",
      "main.ts",
      "node_modules/a/index.js",
    ]);
  });

  test("its list proves itself", async () => {
    const { files, sha256 } = await readTree(makeFolder(FILES));
    expect(readTreeList(treeList(files), sha256)).toEqual(files);
    expect(readTreeList(treeList(files).replace("main", "mine"), sha256)).toBeNull();
  });

  test("changes beyond five are counted", async () => {
    const many = Array.from({ length: 8 }, (_, index) => ({
      path: `f${index}`,
      sha256: "",
      executable: false,
    }));
    expect(describeChanges(many, [])).toEndWith('"f4" was removed, and 3 more');
  });

  test("a copy is the same tree, without what was passed over", async () => {
    const folder = makeFolder({ ...FILES, ".git/HEAD": "x" });
    chmodSync(join(folder, "lib/a.ts"), 0o700);
    linkSync(join(folder, "main.ts"), join(folder, "hard.ts"));
    const tree = await readTree(folder, { source: true });
    const copy = join(makeFolder(), "copy");
    await copyTree(tree, folder, copy);
    expect(await readTree(copy)).toEqual(tree);
    writeFileSync(join(folder, "main.ts"), "changed");
    expect(await readTree(copy)).toEqual(tree);
  });
});
