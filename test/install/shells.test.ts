import { afterAll, beforeAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../src/core/version.ts";
import { makeFolder } from "../cli/command-line.ts";
import {
  filesIn,
  install,
  INSTALLED,
  installedIn,
  makeHome,
  makeRelease,
  makeSmallRelease,
  SCRIPT,
  serveFolder,
  removeHomes,
} from "./installer.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

const SHELLS: readonly (readonly [string, ...string[]])[] = [
  ["dash"],
  ["bash", "--posix"],
  ["busybox", "ash"],
];

let release = "";
beforeAll(async () => {
  release = await makeRelease("a release");
});

for (const shell of SHELLS) {
  describe.skipIf(Bun.which(shell[0]) === null)(
    `install.sh by ${shell[0]} (skipped where there is none)`,
    () => {
      test("installs, upgrades and uninstalls", async () => {
        const home = makeHome("a home");
        const first = await install(home, ["--from", makeSmallRelease("echo 0.0.9")], { shell });
        expect(first).toMatchObject({ exit: 0, stdout: "" });
        const second = await install(home, ["--from", release], { shell });
        expect(second).toMatchObject({ exit: 0, stdout: "" });
        expect(second.stderr).toContain(
          `Installed modullm ${VERSION} over 0.0.9 in ${home}/.local/bin`,
        );
        expect(filesIn(home)).toEqual(INSTALLED);
        const { run, bin } = installedIn(join(home, ".local/bin"), home);
        for (const name of ["modullm", "runllm"] as const)
          expect(run(name, ["--version"]).stdout).toBe(`${VERSION}\n`);
        expect(readlinkSync(join(bin, "runllm"))).toBe("modullm");
        expect(statSync(join(bin, "modullm")).mode & 0o777).toBe(0o755);
        expect(await install(home, ["--uninstall"], { shell })).toMatchObject({
          exit: 0,
          stdout: "",
        });
        expect(filesIn(home)).toEqual([".local", ".local/bin"]);
      });

      test("installs from an address, and leaves an old program where a digest is wrong", async () => {
        const home = makeHome("a home");
        const { url, stop } = serveFolder(release);
        expect(await install(home, ["--from", `${url}/`], { shell })).toMatchObject({
          exit: 0,
          stdout: "",
        });
        await stop();
        const wrong = serveFolder(release, (path) =>
          path === "/SHA256SUMS" ? null : new Response("something else"),
        );
        const ended = await install(home, ["--from", wrong.url], { shell });
        await wrong.stop();
        expect(ended).toMatchObject({
          exit: 1,
          stdout: "",
          stderr: expect.stringContaining("is not what SHA256SUMS says"),
        });
        expect(filesIn(home)).toEqual(INSTALLED);
        expect(
          installedIn(join(home, ".local/bin"), home).run("runllm", ["--version"]).stdout,
        ).toBe(`${VERSION}\n`);
      });

      test("installs when it is piped, and does nothing when it is cut on its way", () => {
        const text = readFileSync(SCRIPT, "utf8");
        for (const part of [0.3, 0.6, 0.9, 0.999, 1]) {
          const home = makeHome();
          const env = { PATH: process.env["PATH"] ?? "", HOME: home, MODULLM_RELEASE_URL: release };
          const input = text.slice(0, Math.floor(text.length * part));
          spawnSync(shell[0], [...shell.slice(1), "-s"], { cwd: home, env, input });
          expect(filesIn(home)).toEqual(part === 1 ? INSTALLED : []);
        }
      });
    },
  );
}

test.skipIf(Bun.which("busybox") === null)(
  "install.sh needs no more than what busybox has (skipped where there is none)",
  async () => {
    const busybox = Bun.which("busybox") ?? "";
    const PATH = makeFolder();
    expect(spawnSync(busybox, ["--install", "-s", PATH]).status).toBe(0);
    const home = makeHome("a home");
    const options = { shell: [join(PATH, "sh")], env: { PATH } };
    expect(await install(home, ["--from", release], options)).toMatchObject({
      exit: 0,
      stdout: "",
    });
    expect(filesIn(home)).toEqual(INSTALLED);
    const { url, asked, stop } = serveFolder(release);
    const refused = await install(home, ["--from", url], options);
    await stop();
    // Its wget takes any certificate.
    expect(refused).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("needs curl or GNU wget"),
    });
    expect(asked).toEqual([]);
  },
);

test.skipIf(Bun.which("shellcheck") === null)(
  "shellcheck finds nothing in install.sh (skipped where there is none)",
  () => {
    const { status, stdout } = spawnSync("shellcheck", [SCRIPT], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  },
);
