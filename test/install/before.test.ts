import { afterAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../cli/command-line.ts";
import {
  filesIn,
  install,
  INSTALLED,
  installedIn,
  makeHome,
  makeSmallRelease,
  putForeign,
  SCRIPT,
  removeHomes,
} from "./installer.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

const SMALL = makeSmallRelease("echo 1.2.3");

describe("install.sh and what was there before", () => {
  test("a modullm or runllm of another origin stays, unless --force says otherwise", async () => {
    for (const name of ["modullm", "runllm"]) {
      const home = makeHome();
      const foreign = putForeign(home, name);
      const before = readFileSync(foreign, "utf8");
      const refused = await install(home, ["--from", SMALL]);
      expect(refused).toMatchObject({
        exit: 1,
        stderr: `install.sh: "${foreign}" was not installed by this script: --force replaces it\n`,
      });
      expect({ files: filesIn(home), text: readFileSync(foreign, "utf8") }).toEqual({
        files: [".local", ".local/bin", `.local/bin/${name}`],
        text: before,
      });
      expect(await install(home, ["--uninstall"])).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining("it stays"),
      });
      expect(readFileSync(foreign, "utf8")).toBe(before);
      expect(await install(home, ["--from", SMALL, "--force"])).toMatchObject({ exit: 0 });
      expect(installedIn(join(home, ".local/bin"), home).run("runllm", []).stdout).toBe("1.2.3\n");
    }
  });

  test("a link is of another origin, as npm makes one; a folder is never replaced", async () => {
    const home = makeHome();
    const target = putForeign(home, "elsewhere", "#!/bin/sh\necho 3.2.1\n");
    const link = join(home, ".local/bin/modullm");
    symlinkSync("elsewhere", link);
    expect(await install(home, ["--from", SMALL])).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("--force replaces it"),
    });
    expect(await install(home, ["--from", SMALL, "--force"])).toMatchObject({ exit: 0 });
    expect({
      isLink: lstatSync(link).isSymbolicLink(),
      target: readFileSync(target, "utf8"),
    }).toEqual({
      isLink: false,
      target: "#!/bin/sh\necho 3.2.1\n",
    });
    const other = makeHome();
    mkdirSync(join(other, ".local/bin/runllm"), { recursive: true });
    expect(await install(other, ["--from", SMALL, "--force"])).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("it is a folder"),
    });
    expect(filesIn(other)).toEqual([".local", ".local/bin", ".local/bin/runllm"]);
  });

  test("a failure leaves the old installation as it was", async () => {
    const home = makeHome();
    await install(home, ["--from", SMALL]);
    expect(await install(home, ["--from", makeSmallRelease("exit 1")])).toMatchObject({ exit: 1 });
    expect(filesIn(home)).toEqual(INSTALLED);
    expect(installedIn(join(home, ".local/bin"), home).run("modullm", []).stdout).toBe("1.2.3\n");
  });

  test("uninstalling keeps configuration and data, says where they are, and removes nothing else", async () => {
    const home = makeHome();
    const neighbour = putForeign(home, "neighbour");
    await install(home, ["--from", SMALL]);
    const config = join(home, ".config/modullm/config.yaml");
    mkdirSync(join(home, ".config/modullm"), { recursive: true });
    writeFileSync(config, "runtime: {}\n");
    const data = makeFolder({ "modullm/stats.db": "data" });
    const { exit, stderr } = await install(home, ["--uninstall"], { env: { XDG_DATA_HOME: data } });
    expect({
      exit,
      kept: [
        readFileSync(config, "utf8"),
        readFileSync(join(data, "modullm/stats.db"), "utf8"),
        readFileSync(neighbour, "utf8").length > 0,
      ],
    }).toEqual({ exit: 0, kept: ["runtime: {}\n", "data", true] });
    expect(stderr).toContain(`Kept ${home}/.config/modullm.\nKept ${data}/modullm.\n`);
    expect(filesIn(join(home, ".local"))).toEqual(["bin", "bin/neighbour"]);
    expect(await install(home, ["--uninstall"])).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining(`There is no ${home}/.local/bin/modullm.`),
    });
  });

  const asUser =
    process.getuid?.() !== 0 ||
    spawnSync("setpriv", ["--reuid=65534", "--clear-groups", "true"]).status === 0;
  test.skipIf(!asUser)(
    "a folder that only others may write to is told in a line (skipped for root without setpriv)",
    async () => {
      const home = makeHome();
      const bin = join(home, "prefix/bin");
      mkdirSync(bin, { recursive: true });
      chmodSync(bin, 0o555);
      for (const folder of [join(home, ".."), home]) chmodSync(folder, 0o755);
      const shell =
        process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--clear-groups", "sh"] : ["sh"];
      const release = makeSmallRelease("echo 1.2.3");
      chmodSync(release, 0o755);
      const script = join(makeFolder({ "install.sh": readFileSync(SCRIPT, "utf8") }), "install.sh");
      chmodSync(join(script, ".."), 0o755);
      const ended = await install(home, ["--from", release, "--prefix", join(home, "prefix")], {
        shell,
        script,
      });
      expect(ended).toMatchObject({
        exit: 1,
        stderr: `install.sh: cannot write to "${bin}": name another folder with --prefix\n`,
      });
      expect(filesIn(home)).toEqual(["prefix", "prefix/bin"]);
    },
  );
});
