import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { keepInEnv } from "../../src/config/keep-credential.ts";
import { makeFolder } from "../cli/command-line.ts";

const KEY = { OPENAI_API_KEY: "sk-0123456789" };

function git(folder: string, ...args: string[]): number | null {
  return spawnSync("git", args, { cwd: folder, stdio: "ignore" }).status;
}

function keepHere(folder: string): string {
  try {
    keepInEnv({ path: join(folder, ".env"), shared: true }, KEY);
    return "kept";
  } catch (thrown) {
    return String(thrown);
  }
}

describe("keepInEnv() in a folder that is shared", () => {
  test.each([
    ["there is none", null, ".env\n"],
    ["its last line has no end", "dist", "dist\n.env\n"],
    ["it has the rule", "dist\n.env\n", "dist\n.env\n"],
    ["another rule covers it", ".env*\n", ".env*\n"],
    ["a rule takes it in", ".env\n!.env\n", ".env\n!.env\n.env\n"],
  ])("adds to .gitignore where %s", (_, before, after) => {
    const folder = makeFolder(before === null ? {} : { ".gitignore": before });
    git(folder, "init", "-q");
    expect(keepHere(folder)).toBe("kept");
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe(after);
    expect(git(folder, "check-ignore", "-q", ".env")).toBe(0);
  });

  test("leaves .gitignore alone where the repository above ignores it", () => {
    const root = makeFolder({ ".gitignore": ".env\n" });
    git(root, "init", "-q");
    mkdirSync(join(root, "sub"));
    expect(keepHere(join(root, "sub"))).toBe("kept");
    expect(readdirSync(join(root, "sub"))).toEqual([".env"]);
  });

  test("writes a .gitignore without git too, once", () => {
    const folder = makeFolder();
    expect([keepHere(folder), keepHere(folder)]).toEqual(["kept", "kept"]);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe(".env\n");
  });

  test("keeps every byte of a .gitignore that is no UTF-8", () => {
    const folder = makeFolder();
    writeFileSync(join(folder, ".gitignore"), Buffer.from([0xe9, 0x0a, 0xe8]));
    expect(keepHere(folder)).toBe("kept");
    expect(readFileSync(join(folder, ".gitignore"))).toEqual(
      Buffer.from([0xe9, 0x0a, 0xe8, 0x0a, ...Buffer.from(".env\n")]),
    );
  });

  test("refuses a .env that git has on record, and changes nothing", () => {
    const folder = makeFolder({ ".env": "A=1\n" });
    git(folder, "init", "-q");
    git(folder, "add", ".env");
    expect(keepHere(folder)).toContain("git has the file on record");
    expect(readdirSync(folder).toSorted()).toEqual([".env", ".git"]);
    expect(readFileSync(join(folder, ".env"), "utf8")).toBe("A=1\n");
  });

  test("refuses links: what they lead to may be anybody's", () => {
    const outside = makeFolder({ env: "A=1\n", ignore: "x\n" });
    const [one, two] = [makeFolder(), makeFolder()];
    symlinkSync(join(outside, "env"), join(one, ".env"));
    symlinkSync(join(outside, "ignore"), join(two, ".gitignore"));
    expect(keepHere(one)).toContain("it is a link");
    expect(keepHere(two)).toContain("is no ordinary file");
    expect(readFileSync(join(outside, "env"), "utf8")).toBe("A=1\n");
    expect(readFileSync(join(outside, "ignore"), "utf8")).toBe("x\n");
  });

  test("refuses where git can't be asked", () => {
    const folder = makeFolder({ ".git": "gitdir: /nowhere\n" });
    expect(keepHere(folder)).toContain("git does not ignore it, or can't be asked");
    expect(existsSync(join(folder, ".env"))).toBe(false);
  });

  test("refuses a file whose open quote would swallow what is added", () => {
    const folder = makeFolder({ ".env": "A='open\n" });
    const told = keepHere(folder);
    expect(told === "kept" || told.includes("a quote in it is never closed")).toBe(true);
    if (told === "kept")
      expect(readFileSync(join(folder, ".env"), "utf8")).toContain("OPENAI_API_KEY=sk-0123456789");
  });

  test("runs no program that the folder's git settings name", () => {
    const folder = makeFolder({ "evil.sh": "#!/bin/sh\ntouch ran\n" });
    git(folder, "init", "-q");
    git(folder, "config", "core.fsmonitor", `sh ${join(folder, "evil.sh")}`);
    expect(keepHere(folder)).toBe("kept");
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });
});

test("keepInEnv() makes the user's own .env and its folder private, and keeps a link there", () => {
  const folder = makeFolder({ "dotfiles/env": "A=1\n" });
  const path = join(folder, "config/modullm/.env");
  keepInEnv({ path, shared: false }, KEY);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "config/modullm")).mode & 0o777).toBe(0o700);
  const linked = join(folder, "linked");
  symlinkSync(join(folder, "dotfiles/env"), linked);
  keepInEnv({ path: linked, shared: false }, KEY);
  expect(lstatSync(linked).isSymbolicLink()).toBe(true);
  expect(readFileSync(linked, "utf8")).toBe("A=1\nOPENAI_API_KEY=sk-0123456789\n");
  expect(readdirSync(folder).filter((name) => name.startsWith("linked."))).toEqual([]);
});

test.each([
  ["a folder", (path: string) => mkdirSync(path)],
  ["a pipe", (path: string) => spawnSync("mkfifo", [path])],
])("keepInEnv() refuses %s", (_, make) => {
  const folder = makeFolder();
  make(join(folder, ".env"));
  expect(keepHere(folder)).toContain("Cannot keep the key");
});
