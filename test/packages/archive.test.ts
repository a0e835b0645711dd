import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { $ } from "bun";
import { unpack, type UnpackOptions } from "../../src/packages/archive.ts";
import { makeFolder } from "../cli/command-line.ts";
import { type Entry, pax, tar, tarball } from "../plugin/tarball.ts";

/** Unpacks into a folder whose neighbours are looked at as well. */
async function unpacked(
  bytes: Uint8Array,
  options: UnpackOptions = {},
): Promise<{ folder: string; fault: string | null }> {
  const place = makeFolder();
  const folder = join(place, "in", "here");
  writeFileSync(join(place, "a.tgz"), bytes);
  const fault = await unpack(join(place, "a.tgz"), folder, options).then(
    () => null,
    (thrown: unknown) =>
      thrown instanceof Error ? `${thrown.constructor.name}: ${thrown.message}` : String(thrown),
  );
  expect(readdirSync(place).toSorted()).toEqual(["a.tgz", "in"]);
  expect(readdirSync(join(place, "in"))).toEqual(["here"]);
  return { folder, fault };
}

const FILE: Entry = { name: "package/a.txt", content: "a" };

describe("unpack()", () => {
  test("takes files and folders, long names in both ways, and of the mode whether a file can be executed", async () => {
    const long = `package/${"d".repeat(90)}/${"f".repeat(90)}.txt`;
    const { folder, fault } = await unpacked(
      tarball([
        { name: "x", type: "g", content: pax("comment", "4f3e") },
        { name: "package/", type: "5" },
        { ...FILE, content: "x".repeat(200_000) },
        { name: "package/run", content: "#!", mode: 0o6755 },
        { name: "package/old/", type: "\0" },
        { name: "package/empty" },
        { name: "x", type: "x", content: pax("mtime", "1.5") + pax("path", "package/ünï.txt") },
        { name: "cut", content: "u" },
        { name: "././@LongLink", type: "L", content: `${long}\0` },
        { name: long.slice(0, 99), content: "long" },
        { name: "b.txt", prefix: "package/pre", content: "b" },
        { name: "./package/./c.txt", content: "c" },
      ]),
    );
    expect(fault).toBeNull();
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    expect(read("package/a.txt")).toBe("x".repeat(200_000));
    expect([
      read("package/ünï.txt"),
      read(long),
      read("package/pre/b.txt"),
      read("package/c.txt"),
    ]).toEqual(["u", "long", "b", "c"]);
    expect(statSync(join(folder, "package/run")).mode & 0o7777).toBe(0o755 & ~process.umask());
    expect(statSync(join(folder, "package/a.txt")).mode & 0o111).toBe(0);
    expect(statSync(join(folder, "package/old")).isDirectory()).toBe(true);
    expect(read("package/empty")).toBe("");
  });

  test("takes what tar itself makes", async () => {
    const source = makeFolder({ "p/main.ts": "1", [`p/${"deep/".repeat(25)}x.txt`]: "2" });
    for (const format of ["ustar", "pax", "gnu"]) {
      const file = join(source, `${format}.tgz`);
      await $`tar --format=${format} -czf ${file} -C ${source} p`.quiet();
      const to = join(source, format);
      await unpack(file, to);
      expect(readFileSync(join(to, "p/main.ts"), "utf8")).toBe("1");
      expect(readFileSync(join(to, `p/${"deep/".repeat(25)}x.txt`), "utf8")).toBe("2");
    }
  });

  const end = new Uint8Array(1024);
  test.each<[string, Uint8Array, string]>([
    ["a way up", tarball([{ name: "package/../../../x" }]), "leads out of the archive"],
    ["a way up and back", tarball([{ name: "package/x/../a" }]), "leads out of the archive"],
    ["nothing but a way up", tarball([{ name: "..", type: "5" }]), "leads out of the archive"],
    ["an absolute path", tarball([{ name: "/etc/x" }]), "is absolute"],
    ["a drive", tarball([{ name: "C:x" }]), "is absolute"],
    ["a backslash", tarball([{ name: "package\\..\\x" }]), "has a backslash"],
    [
      "a way up in the prefix",
      tarball([{ name: "x", prefix: "../../.." }]),
      "leads out of the archive",
    ],
    [
      "a way up in a pax path",
      tarball([{ name: "p", type: "x", content: pax("path", "../../x") }, FILE]),
      "leads out",
    ],
    [
      "a way up in a long name",
      tarball([{ name: "l", type: "L", content: "../../x\0" }, FILE]),
      "leads out",
    ],
    [
      "a symbolic link",
      tarball([{ name: "package/l", type: "2", link: "/etc/passwd" }]),
      "is a symbolic link",
    ],
    [
      "a file through a link",
      tarball([{ name: "l", type: "2", link: ".." }, { name: "l/x" }]),
      "is a symbolic link",
    ],
    [
      "a hard link",
      tarball([FILE, { name: "package/h", type: "1", link: "package/a.txt" }]),
      "is a hard link",
    ],
    [
      "a link's long name",
      tarball([{ name: "k", type: "K", content: "/etc/x\0" }, FILE]),
      "is a link",
    ],
    [
      "a link in a pax header",
      tarball([{ name: "p", type: "x", content: pax("linkpath", "/x") }, FILE]),
      '"linkpath"',
    ],
    ["a device", tarball([{ name: "package/d", type: "3" }]), "is a device"],
    ["a pipe", tarball([{ name: "package/p", type: "6" }]), "is a pipe"],
    ["a sparse file", tarball([{ name: "package/s", type: "S" }]), "is a sparse file"],
    [
      "a sparse file in pax",
      tarball([{ name: "p", type: "x", content: pax("GNU.sparse.major", "1") }, FILE]),
      "GNU.sparse",
    ],
    ["an unknown type", tarball([{ name: "package/z", type: "Z" }]), 'unknown type "Z"'],
    ["a file twice", tarball([FILE, FILE]), "twice"],
    ["a file twice but for its case", tarball([FILE, { name: "package/A.TXT" }]), "twice"],
    [
      "a file twice but for its accents",
      tarball([{ name: "\u00e9" }, { name: "e\u0301" }]),
      "twice",
    ],
    ["a file in a file", tarball([FILE, { name: "package/a.txt/b" }]), "twice"],
    ["a file over a folder", tarball([{ name: "package/a/b" }, { name: "package/a" }]), "twice"],
    ["a control character", tarball([{ name: "package/\u001b[2J" }]), "control character"],
    [
      "a name that is no text",
      tarball([{ name: "", nameBytes: Uint8Array.of(0x61, 0xff) }]),
      "not UTF-8",
    ],
    ["a device of Windows", tarball([{ name: "package/aux.ts" }]), "no name on Windows"],
    ["a stream of Windows", tarball([{ name: "package/a:b" }]), "no name on Windows"],
    ["a name with a blank end", tarball([{ name: "package/a. " }]), "no name on Windows"],
    ["no name", tarball([{ name: "" }]), "a file without a name"],
    [
      "a name that is too long",
      tarball([{ name: "p", type: "x", content: pax("path", "n".repeat(300)) }, FILE]),
      "255 bytes",
    ],
    [
      "too deep a path",
      tarball([{ name: "p", type: "x", content: pax("path", "a/".repeat(40)) }, FILE]),
      "32 levels",
    ],
    ["a wrong checksum", tarball([{ ...FILE, checksum: 1 }]), "checksum is wrong"],
    [
      "a negative size",
      tarball([{ ...FILE, size: `\u00ff${"\u00ff".repeat(11)}` }]),
      "negative or too large",
    ],
    ["a size that is no number", tarball([{ ...FILE, size: "12345678z\0" }]), "no octal one"],
    ["a size beyond its end", tarball([{ ...FILE, size: 100_000 }]), "breaks off"],
    ["a size of gigabytes", tarball([{ ...FILE, size: 8 ** 11 - 1 }]), "more than"],
    [
      "a size in pax",
      tarball([{ name: "p", type: "x", content: pax("size", "9") }, FILE]),
      '"size"',
    ],
    [
      "a path for all",
      tarball([{ name: "p", type: "g", content: pax("path", "x") }, FILE]),
      '"path"',
    ],
    [
      "a damaged pax header",
      tarball([{ name: "p", type: "x", content: "99 path=x\n" }, FILE]),
      "header in it is damaged",
    ],
    [
      "a pax header without an end",
      tarball([{ name: "p", type: "x", content: "path" }, FILE]),
      "header in it is damaged",
    ],
    [
      "a large pax header",
      tarball([{ name: "p", type: "x", content: "x".repeat(70_000) }, FILE]),
      "more than 65536",
    ],
    [
      "a header for nothing",
      tarball([FILE, { name: "p", type: "x", content: pax("path", "x") }]),
      "belongs to nothing",
    ],
    [
      "a folder with content",
      tarball([{ name: "package/d", type: "5", content: "x" }]),
      "has content",
    ],
    ["no end", tarball([FILE], new Uint8Array()), "breaks off"],
    ["half an end", tarball([FILE], new Uint8Array(512)), "breaks off"],
    [
      "more behind its end",
      gzipSync(Buffer.concat([tar([FILE]), Buffer.alloc(70_000, 1)])),
      "goes on behind its end",
    ],
    [
      "an end in its middle",
      gzipSync(Buffer.concat([new Uint8Array(512), tar([FILE])])),
      "goes on behind its end",
    ],
    ["nothing", tarball([]), "it is empty"],
    ["no gzip", tar([FILE]), "no gzip file"],
    [
      "half of the gzip",
      tarball([
        { ...FILE, content: Buffer.from(crypto.getRandomValues(new Uint8Array(9000))) },
      ]).subarray(0, 4000),
      "gzip file, or a damaged",
    ],
    ["an empty file", end.subarray(0, 0), "gzip file, or a damaged"],
  ])("refuses %s", async (_, bytes, reason) => {
    const { fault } = await unpacked(bytes);
    expect(fault).toStartWith("ArchiveFault: ");
    expect(fault).toContain(reason);
  });

  test("refuses too many entries, and too many bytes before they are written", async () => {
    const limits = { entries: 3, bytes: 1000 };
    const many = tarball(Array.from({ length: 4 }, (_, index) => ({ name: `f${index}` })));
    expect((await unpacked(many, { limits })).fault).toContain("more than 3 entries");
    const large = tarball([
      { name: "a", content: "x".repeat(600) },
      { name: "b", content: "x".repeat(600) },
    ]);
    const { folder, fault } = await unpacked(large, { limits });
    expect(fault).toContain("more than 1000 bytes");
    expect(existsSync(join(folder, "b"))).toBe(false);
  });

  test("a bomb is put down by what its headers say", async () => {
    const bomb = tarball([{ name: "zeros", content: Buffer.alloc(20_000_000) }]);
    expect(bomb.length).toBeLessThan(50_000);
    const { folder, fault } = await unpacked(bomb, { limits: { entries: 10, bytes: 1_000_000 } });
    expect(fault).toContain("more than 1000000 bytes");
    expect(existsSync(join(folder, "zeros"))).toBe(false);
  });

  test("stops when it is told to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    const place = makeFolder();
    writeFileSync(join(place, "a.tgz"), tarball([FILE]));
    const ending = await unpack(join(place, "a.tgz"), join(place, "x"), {
      signal: stop.signal,
    }).catch(String);
    expect(ending).toBe("Error: enough");
    expect(dirname(place)).not.toBe(place);
  });
});
