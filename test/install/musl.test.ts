import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../cli/command-line.ts";

const SCRIPT = join(import.meta.dir, "../../install.sh");

/** What `is_musl` says with nothing on the PATH but these programs, wherever they are. */
function isMusl(programs: readonly string[]): boolean {
  const folder = makeFolder();
  for (const name of programs) symlinkSync(Bun.which(name) ?? "", join(folder, name));
  const functions = readFileSync(SCRIPT, "utf8").replace(/^main "\$@"$/m, "");
  const script = `${functions}\nsystem=linux\nif is_musl; then echo yes; else echo no; fi`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], {
    encoding: "utf8",
    env: { PATH: folder },
  });
  return stdout === "yes\n";
}

test.skipIf(process.platform !== "linux" || Bun.which("ldd") === null)(
  "install.sh tells musl from glibc without ldd as with it",
  () => {
    expect(isMusl(["grep", "ls"])).toBe(isMusl(["grep", "ls", "ldd"]));
  },
);
