import { afterAll, expect, test, setDefaultTimeout } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { tryFirstProgram } from "./first-program.ts";
import {
  filesIn,
  install,
  INSTALLED,
  installedIn,
  installInto,
  makeHome,
  makeRelease,
  makeSmallRelease,
  putForeign,
  ROOT,
  TARGET,
  removeHomes,
} from "./installer.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

test("from install.sh to the first program", async () => {
  tryFirstProgram(await installInto(makeHome("a home")));
}, 180_000);

test("install.sh replaces a modullm that is running, which ends as it would have", async () => {
  const { home, bin } = await installInto(makeHome());
  const file = join(bin, "modullm");
  const before = statSync(file).ino;
  const env = { PATH: process.env["PATH"] ?? "", HOME: home };
  const running = Bun.spawn([file, "parse"], {
    cwd: home,
    env,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  void running.stdin.write('{"a": ');
  await running.stdin.flush();
  await Bun.sleep(200);
  expect(await install(home, ["--from", await makeRelease()])).toMatchObject({ exit: 0 });
  expect(statSync(file).ino).not.toBe(before);
  void running.stdin.write("1}\n");
  await running.stdin.end();
  expect({
    exit: await running.exited,
    out: await new Response(running.stdout).text(),
  }).toMatchObject({
    exit: 0,
    out: expect.stringContaining('{"a":1}'),
  });
});

test.each([
  ["/bin/bash", "~/.bashrc", 'export PATH="HOME/.local/bin:$PATH"'],
  ["/usr/bin/zsh", "~/.zshrc", 'export PATH="HOME/.local/bin:$PATH"'],
  ["/usr/bin/fish", "~/.config/fish/config.fish", 'fish_add_path "HOME/.local/bin"'],
  ["", "~/.profile", 'export PATH="HOME/.local/bin:$PATH"'],
])(
  "install.sh tells a user of %j how to put the folder on PATH, and one who has it nothing",
  async (shell, file, line) => {
    const home = makeHome('a "$home"');
    const release = makeSmallRelease("echo 1.2.3");
    const told = await install(home, ["--from", release], { env: { SHELL: shell } });
    const escaped = home.replaceAll(/["$]/g, "\\$&");
    expect(told.stderr).toContain(
      `Add this line to ${file}, and open a new terminal:\n  ${line.replace("HOME", escaped)}\n`,
    );
    if (!line.startsWith("export")) return;
    const PATH = await evaluated(line.replace("HOME", escaped));
    const silent = await install(home, ["--from", release], { env: { PATH } });
    expect(silent.stderr).not.toContain("PATH");
    for (const { stderr } of [told, silent]) expect(stderr).toEndWith("Next: modullm onboard\n");
    expect(filesIn(home)).toEqual(INSTALLED);
  },
);

test("install.sh says when another modullm comes first on PATH, and is quiet when told to be", async () => {
  const other = makeHome();
  const first = putForeign(other, "modullm");
  const home = makeHome();
  const PATH = `${join(first, "..")}:${home}/.local/bin:${process.env["PATH"]}`;
  const release = makeSmallRelease("echo 1.2.3");
  const { stderr } = await install(home, ["--from", release], { env: { PATH } });
  expect(stderr).toContain(`Another one comes first on your PATH: ${first}.\n`);
  expect(await install(home, ["--from", release, "--quiet"], { env: { PATH } })).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: "",
  });
  expect(await install(home, ["--uninstall", "--quiet"])).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: "",
  });
});

test("install.sh takes the release that it lies in, and folders from where the user stands", async () => {
  const release = await makeRelease("checkout");
  const home = makeHome();
  const options = { script: join(release, "install.sh"), cwd: home };
  expect(await install(home, ["--prefix=some where"], options)).toMatchObject({ exit: 0 });
  expect(filesIn(home)).toEqual([
    "some where",
    "some where/bin",
    "some where/bin/modullm",
    "some where/bin/runllm",
  ]);
  expect(installedIn(join(home, "some where/bin"), home).run("runllm", ["--version"]).exit).toBe(0);
  const named = await install(home, ["--from", "checkout"], { cwd: join(release, "..") });
  expect(named).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining(`from ${release}`) as string,
  });
});

test("scripts/release.ts makes a release of what it compiles", async () => {
  const home = makeHome();
  const folder = join(home, "release");
  const made = spawnSync(process.execPath, [join(ROOT, "scripts/release.ts"), `--out=${folder}`], {
    encoding: "utf8",
  });
  expect({ status: made.status, files: filesIn(folder) }).toEqual({
    status: 0,
    files: ["SHA256SUMS", "install.sh", `modullm-${TARGET}`],
  });
  for (const line of readFileSync(join(folder, "SHA256SUMS"), "utf8").trim().split("\n")) {
    const [digest, name = ""] = line.split("  ");
    expect(
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ).toBe(digest ?? "");
  }
  expect(await install(home, [], { script: join(folder, "install.sh") })).toMatchObject({
    exit: 0,
  });
}, 180_000);

/** PATH after a line that a user was told to add. */
async function evaluated(line: string): Promise<string> {
  const child = Bun.spawn(["sh", "-c", `${line}; printf %s "$PATH"`], { stdout: "pipe" });
  return await new Response(child.stdout).text();
}
