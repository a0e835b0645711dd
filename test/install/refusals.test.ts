import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../cli/command-line.ts";
import {
  BASIC_TOOLS,
  filesIn,
  install,
  makeHome,
  makeSmallRelease,
  pathOf,
  SCRIPT,
  TARGET,
  removeHomes,
} from "./installer.ts";

afterAll(removeHomes);

const SMALL = makeSmallRelease("echo 1.2.3");
const PRESENT = "sha256sum shasum openssl".split(" ").filter((name) => Bun.which(name) !== null);

/** Runs it in a new home, where it must fail in one line and leave nothing. */
async function refusal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const home = makeHome("a home");
  const { exit, stdout, stderr } = await install(home, args, { env });
  expect({ exit, stdout, left: filesIn(home) }).toEqual({ exit: 1, stdout: "", left: [] });
  expect(stderr).toMatch(/^(?:Getting .*\n)?install\.sh: .+\n$/);
  return stderr.split("install.sh: ")[1] ?? "";
}

describe("install.sh refuses, and leaves nothing,", () => {
  test("a program that is not what SHA256SUMS says", async () => {
    const folder = makeSmallRelease("echo 1.2.3");
    writeFileSync(join(folder, `modullm-${TARGET}`), "#!/bin/sh\necho 6.6.6\n");
    expect(await refusal(["--from", folder])).toMatch(
      /is not what SHA256SUMS says: its SHA-256 is [0-9a-f]{64}, and [0-9a-f]{64} is wanted/,
    );
  });

  test("a target that is not listed, and names those that are", async () => {
    const folder = makeSmallRelease("echo 1.2.3", { target: "plan9-mips" });
    writeFileSync(
      join(folder, "SHA256SUMS"),
      `${readFileSync(join(folder, "SHA256SUMS"), "utf8")}${"0".repeat(64)} *modullm-vms-vax\n\u001b[31mnonsense\n`,
    );
    expect(await refusal(["--from", folder])).toBe(
      `"${folder}" has no program for ${TARGET}; it has: plan9-mips, vms-vax\n`,
    );
  });

  test("a release without anything listed", async () => {
    const folder = makeFolder({ SHA256SUMS: "<html>\n" });
    expect(await refusal(["--from", folder])).toBe(
      `"${folder}" has no program for ${TARGET}; it has: nothing\n`,
    );
  });

  test("a machine that can't check a digest", async () => {
    const said = await refusal(["--from", SMALL], { PATH: pathOf(BASIC_TOOLS) });
    expect(said).toBe("cannot check a download: there is no sha256sum, shasum or openssl\n");
  });

  test("a program that doesn't run here, with the reason", async () => {
    expect(await refusal(["--from", makeSmallRelease("echo no such library >&2; exit 127")])).toBe(
      "the program does not run on this machine: no such library\n",
    );
    expect(await refusal(["--from", makeSmallRelease("echo hello there")])).toContain(
      "does not run on this machine: hello there\n",
    );
  });

  test("a folder that is none, or no release", async () => {
    expect(await refusal(["--from", "nowhere"])).toBe(
      'there is no folder "nowhere" to install from\n',
    );
    expect(await refusal(["--from", makeFolder()])).toMatch(
      /^".*" is no release of ModuLLM: it has no SHA256SUMS\n$/,
    );
  });

  test("a prefix that can't be made", async () => {
    const folder = makeFolder({ file: "no folder" });
    expect(await refusal(["--from", SMALL, "--prefix", join(folder, "file/below")])).toMatch(
      /^cannot make ".*file\/below\/bin": /,
    );
    expect(filesIn(folder)).toEqual(["file"]);
  });

  test("a piped script without a release", () => {
    const home = makeHome();
    const env = { PATH: process.env["PATH"] ?? "", HOME: home };
    // Where it stands does not count: this folder is a checkout, but not the script's.
    const ended = spawnSync("sh", ["-s"], {
      cwd: join(import.meta.dir, "../.."),
      env,
      input: readFileSync(SCRIPT),
      encoding: "utf8",
    });
    expect(ended).toMatchObject({ status: 1, stdout: "" });
    expect(ended.stderr).toBe(
      "install.sh: a script that is piped has no program with it: name a release with --from, or in MODULLM_RELEASE_URL\n",
    );
  });
});

describe.each(PRESENT)("install.sh checks digests with %s", (tool) => {
  test("alone", async () => {
    const env = { PATH: pathOf([...BASIC_TOOLS, tool, ...(tool === "shasum" ? ["perl"] : [])]) };
    expect(await install(makeHome(), ["--from", SMALL], { env })).toMatchObject({ exit: 0 });
    const wrong = makeFolder({
      SHA256SUMS: readFileSync(join(SMALL, "SHA256SUMS"), "utf8"),
      [`modullm-${TARGET}`]: "#!/bin/sh\necho 6.6.6\n",
    });
    expect(await refusal(["--from", wrong], env)).toContain("is not what SHA256SUMS says");
  });
});

describe("install.sh with wrong arguments", () => {
  test.each([
    [["--colour"], 'unknown argument "--colour"'],
    [["somewhere"], 'unknown argument "somewhere"'],
    [["--prefix"], "--prefix needs a value"],
    [["--from="], "--from needs a value"],
    [["--uninstall", "--from", "x"], "--uninstall takes no --from"],
    [["--from", "http://example.org/release"], "http:// is for this machine only"],
    [["--from", "http://127.0.0.1.example.org/"], "http:// is for this machine only"],
    [["--from", "http://localhost:80@example.org/"], "holds a character"],
    [["--from", "http://localhost:80x/"], "no port number"],
    [["--from", "http://localhost\\.example.org/"], "holds a character"],
    [["--from", "https://example.org/a?b"], "holds a character"],
    [["--from", "ftp://example.org/"], "neither a folder nor an https:// address"],
    [["--from", "file:///tmp"], "neither a folder nor an https:// address"],
  ])("%j ends with status 2", async (args, words) => {
    const home = makeHome();
    const { exit, stdout, stderr } = await install(home, args);
    expect({ exit, stdout, left: filesIn(home) }).toEqual({ exit: 2, stdout: "", left: [] });
    expect(stderr).toMatch(/^install\.sh: .+\nTry "install\.sh --help"\.\n$/);
    expect(stderr).toContain(words);
  });

  test("without a home it wants a prefix; --help is on stdout", async () => {
    expect(await install(makeHome(), [], { env: { HOME: "" } })).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("HOME is not set"),
    });
    expect(await install(makeHome(), ["--help"])).toMatchObject({
      exit: 0,
      stderr: "",
      stdout: expect.stringContaining("Exit status"),
    });
  });
});
