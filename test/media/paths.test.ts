import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";
import { makeFolder } from "../cli/command-line.ts";
import { PNG } from "./files.ts";
import { read, readerIn } from "./reader.ts";

const root = makeFolder({
  "secret/key.png": "",
  "work/notes.txt": "hello",
  "allowed/in/b.png": "",
});
const work = join(root, "work");
for (const name of [
  "work/a.png",
  "work/sub/ünï [1].png",
  "secret/key.png",
  "allowed/in/b.png",
  "work-2/c.png",
]) {
  mkdirSync(join(root, name, ".."), { recursive: true });
  writeFileSync(join(root, name), PNG);
}
writeFileSync(join(work, "large.png"), Buffer.concat([PNG, Buffer.alloc(1024 * 1024)]));
writeFileSync(join(work, "..odd.png"), PNG);
symlinkSync("a.png", join(work, "inside.png"));
symlinkSync("../secret/key.png", join(work, "outside.png"));
symlinkSync("../secret", join(work, "way-out"));
symlinkSync(join(root, "secret/key.png"), join(work, "absolute.png"));
symlinkSync("outside.png", join(work, "twice.png"));
symlinkSync("circle.png", join(work, "circle.png"));
symlinkSync("/dev/zero", join(work, "zero.png"));
symlinkSync(work, join(root, "door"));
const pipe = Bun.spawnSync(["mkfifo", join(work, "pipe.png")]);
const socket = Bun.listen({ unix: join(work, "socket.png"), socket: { data() {} } });
afterAll(() => socket.stop(true));

const OUTSIDE =
  /^unreadable: names the file ".*", (?:which is|a link that leads) outside the working folder/;

/** Paths as a caller may write them, and what becomes of each. */
const PATHS: readonly (readonly [path: string, outcome: string | RegExp])[] = [
  ["a.png", "ok"],
  ["./a.png", "ok"],
  ["sub/../a.png", "ok"],
  ["sub/ünï [1].png", "ok"],
  ["..odd.png", "ok"],
  [join(work, "a.png"), "ok"],
  [join(root, "door/a.png"), OUTSIDE],
  ["inside.png", "ok"],
  ["../work/a.png", "ok"],
  ["../secret/key.png", OUTSIDE],
  ["../work-2/c.png", OUTSIDE],
  ["sub/../../secret/key.png", OUTSIDE],
  ["../secret/there-is-no-such.png", OUTSIDE],
  [join(root, "secret/key.png"), OUTSIDE],
  ["/etc/passwd", OUTSIDE],
  ["/dev/zero", OUTSIDE],
  ["/proc/self/environ", OUTSIDE],
  ["outside.png", OUTSIDE],
  ["way-out/key.png", OUTSIDE],
  ["absolute.png", OUTSIDE],
  ["twice.png", OUTSIDE],
  ["zero.png", OUTSIDE],
  ["~/a.png", /there is no such file/],
  ["circle.png", /its links lead in a circle/],
  [
    "gone.png",
    /^unreadable: names the file "gone.png", which can't be read: there is no such file$/,
  ],
  ["a.png/b.png", /there is no such file/],
  [`${"a".repeat(300)}.png`, /the path is too long/],
  ["sub", /^unreadable: names "sub", which is a folder; only regular files are read$/],
  [".", /is a folder/],
  ["pipe.png", /is a pipe/],
  ["socket.png", /is a socket/],
  ["a.png\0.txt", /holds a NUL character/],
  ["", /^value: is empty/],
  ["notes.txt", /^value: is of no known type by its first bytes, but image\/\* is wanted$/],
  ["large.png", /^value: has 1.0 MiB, but no more than 1 MiB is taken$/],
  ["file:///etc/passwd", /^value: is a URL with "file:", but only http and https are read$/],
  ["ftp://host/a.png", /^value: is a URL with "ftp:"/],
];

test("a reader opens regular files below the working folder, wherever links lead, and nothing else", async () => {
  expect(pipe.exitCode).toBe(0);
  const reader = readerIn(work);
  for (const [path, outcome] of PATHS) {
    const wanted =
      typeof outcome === "string" ? outcome : (expect.stringMatching(outcome) as string);
    expect([path, await read(reader, path)]).toEqual([path, wanted]);
  }
});

test("a reader opens files below folders that are allowed", async () => {
  expect(
    await read(readerIn(work, { allow: [join(root, "allowed")] }), "../allowed/in/b.png"),
  ).toBe("ok");
  expect(await read(readerIn(work), "../allowed/in/b.png", { allow: ["../allowed/in"] })).toBe(
    "ok",
  );
  expect(await read(readerIn(work), "way-out/key.png", { allow: [join(root, "secret")] })).toBe(
    "ok",
  );
  expect(
    await read(readerIn(work), "../secret/key.png", {
      allow: [join(root, "allowed"), join(root, "gone")],
    }),
  ).toMatch(/outside the working folder ".*" and the folders that are allowed$/);
  expect(await read(readerIn(join(root, "door")), "a.png")).toBe("ok");
});

test("a reader names a file so that it can stand in a prompt", async () => {
  const { signal } = new AbortController();
  const reading = await readerIn(work).read("sub/ünï [1].png", {
    accepts: ["image/*"],
    allow: [],
    signal,
  });
  expect(reading).toMatchObject({
    ok: true,
    media: { name: "ünï _1_.png", attachment: { name: "ünï _1_.png" } },
  });
});
