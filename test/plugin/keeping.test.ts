import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, type Outcome, type Setting } from "../cli/command-line.ts";
import { type RegistryServer, serveRegistry } from "./registry-server.ts";
import { sampleFiles } from "./sample.ts";
import { pax, tarball } from "./tarball.ts";

const PACKAGE = "modullm-plugin-sample";
const registry: RegistryServer = serveRegistry();
afterAll(() => registry.stop());

let folder: string;
beforeEach(() => {
  folder = makeFolder();
  registry.intercept = () => null;
  for (const name of Object.keys(registry.packages)) delete registry.packages[name];
  registry.packages[PACKAGE] = { "1.0.0": { files: sampleFiles() } };
});

async function plugins(args: readonly string[], setting: Setting = {}): Promise<Outcome> {
  return await modullm(["plugins", ...args], {
    ...setting,
    folder,
    env: { ...registry.env, ...setting.env },
  });
}

async function install(...args: readonly string[]): Promise<{ folder: string; sha256: string }> {
  const outcome = await plugins(["install", ...(args.length === 0 ? [PACKAGE, "--yes"] : args)]);
  expect(outcome).toMatchObject({ exit: 0 });
  return outcome.json() as { folder: string; sha256: string };
}

async function failure(
  args: readonly string[],
  setting: Setting = {},
): Promise<{ error_code: string; message: string; recovery_hint: string }> {
  const outcome = await plugins(args, setting);
  expect(outcome.exit).not.toBe(0);
  return JSON.parse(outcome.stdout) as {
    error_code: string;
    message: string;
    recovery_hint: string;
  };
}

async function info(): Promise<{
  trust: string;
  reason?: string;
  version: string;
  sha256: string;
}> {
  return (await plugins(["info", "sample"])).json() as {
    trust: string;
    reason?: string;
    version: string;
    sha256: string;
  };
}

function left(): string[] {
  const place = join(folder, "data/modullm/plugins");
  return existsSync(place) ? readdirSync(place).toSorted() : [];
}

describe("the dependencies of a plugin", () => {
  function release(
    about: object,
    files: Record<string, string> = {},
  ): { files: Record<string, string> } {
    return { files: { "package.json": JSON.stringify(about), ...files } };
  }

  test("come from the registry, with what they need, into its own folder and its digest", async () => {
    registry.packages["outer"] = {
      "1.2.0": release(
        { name: "outer", version: "1.2.0", dependencies: { inner: "2.x" } },
        { "index.js": "1" },
      ),
    };
    registry.packages["inner"] = {
      "1.0.0": release({ name: "inner", version: "1.0.0" }),
      "2.5.0": release(
        { name: "inner", version: "2.5.0", bin: "cli.js" },
        { "cli.js": "#!/usr/bin/env node" },
      ),
    };
    const dependencies = { outer: "^1.0.0", other: "npm:inner@1.0.0" };
    registry.packages[PACKAGE] = {
      "1.0.0": {
        files: sampleFiles({ package: { dependencies, devDependencies: { gone: "1" } } }),
      },
    };
    const shown = await install();
    expect(readdirSync(join(shown.folder, "node_modules")).toSorted()).toEqual([
      "inner",
      "other",
      "outer",
    ]);
    const inner = JSON.parse(
      readFileSync(join(shown.folder, "node_modules/inner/package.json"), "utf8"),
    ) as object;
    expect(inner).toMatchObject({ version: "2.5.0" });
    expect((await info()).trust).toBe("trusted");
    appendFileSync(join(shown.folder, "node_modules/outer/index.js"), "evil()");
    expect(await info()).toMatchObject({
      trust: "broken",
      reason: 'it is not as it was installed: "node_modules/outer/index.js" was changed',
    });
  });

  test.each<[string, object, string]>([
    [
      "a repository",
      { dependencies: { x: "git+https://example.com/x.git" } },
      'depends on "x" by "git+https://example.com/x.git"',
    ],
    [
      "a repository in short",
      { dependencies: { x: "someone/x" } },
      'depends on "x" by "someone/x"',
    ],
    ["a folder", { dependencies: { x: "file:../../.." } }, 'depends on "x" by "file:../../.."'],
    [
      "an address",
      { optionalDependencies: { x: "https://example.com/x.tgz" } },
      "only versions from the registry",
    ],
    ["a way out by its name", { dependencies: { "../x": "1" } }, "only versions from the registry"],
    [
      "put in the place of another by an address",
      { dependencies: { x: "1" }, overrides: { y: "https://x/y.tgz" } },
      'depends on "y" by',
    ],
    [
      "a package that there is not",
      { dependencies: { gone: "1" } },
      "its dependencies can't be installed",
    ],
  ])("are refused when one is %s", async (_, about, reason) => {
    registry.packages[PACKAGE] = { "1.0.0": { files: sampleFiles({ package: about }) } };
    const { error_code, message } = await failure(["install", PACKAGE, "--yes"]);
    expect(error_code).toBe("RLLM_019");
    expect(message).toContain(reason);
    expect(left()).toEqual([]);
  });

  test("are refused when one of theirs is none of a registry's, or comes with another digest", async () => {
    const other = serveRegistry({ deep: { "1.0.0": release({ name: "deep", version: "1.0.0" }) } });
    const address = `${other.url}/tarballs/deep/1.0.0.tgz`;
    registry.packages["outer"] = {
      "1.0.0": release({ name: "outer", version: "1.0.0", dependencies: { deep: address } }),
    };
    registry.packages[PACKAGE] = {
      "1.0.0": { files: sampleFiles({ package: { dependencies: { outer: "1" } } }) },
    };
    expect((await failure(["install", PACKAGE, "--yes"])).message).toContain(
      "which comes from no registry",
    );
    registry.packages["outer"] = {
      "1.0.0": {
        ...release({ name: "outer", version: "1.0.0" }),
        integrity: `sha512-${"A".repeat(86)}==`,
      },
    };
    expect((await failure(["install", PACKAGE, "--yes"])).message).toContain(
      "dependencies can't be installed",
    );
    expect(left()).toEqual([]);
    other.stop();
  });

  test("are replaced where it says so", async () => {
    registry.packages["outer"] = {
      "1.0.0": release({
        name: "outer",
        version: "1.0.0",
        dependencies: { inner: "1.x" },
        optionalDependencies: { huge: "1" },
      }),
    };
    registry.packages["inner"] = Object.fromEntries(
      ["1.0.0", "1.5.0"].map((version) => [version, release({ name: "inner", version })]),
    );
    registry.packages["huge"] = { "1.0.0": release({ name: "huge", version: "1.0.0" }) };
    const about = { dependencies: { outer: "1" }, overrides: { inner: "1.0.0", huge: "0.0.0" } };
    registry.packages[PACKAGE] = { "1.0.0": { files: sampleFiles({ package: about }) } };
    const { folder: place } = await install();
    expect(readdirSync(join(place, "node_modules")).toSorted()).toEqual(["inner", "outer"]);
    expect(readFileSync(join(place, "node_modules/inner/package.json"), "utf8")).toContain("1.0.0");
  });

  test("that it brings along are taken as they are, all or none", async () => {
    const about = { dependencies: { outer: "1" }, bundleDependencies: ["outer"] };
    const whole = makeFolder(
      sampleFiles({ package: about, files: { "node_modules/outer/index.js": "mine" } }),
    );
    const { folder: place } = await install(whole, "--yes");
    expect(readFileSync(join(place, "node_modules/outer/index.js"), "utf8")).toBe("mine");
    const half = makeFolder(
      sampleFiles({
        package: { dependencies: { outer: "1", inner: "1" } },
        files: { "node_modules/outer/index.js": "" },
      }),
    );
    expect((await failure(["install", half])).message).toContain(
      'but not the package "inner" in it',
    );
  });

  test("are fetched as its own settings would not have it", async () => {
    const strangers = serveRegistry({
      outer: { "1.0.0": release({ name: "outer", version: "1.0.0" }, { "evil.js": "" }) },
    });
    registry.packages["outer"] = { "1.0.0": release({ name: "outer", version: "1.0.0" }) };
    const files = {
      ".npmrc": `registry=${strangers.url}\n`,
      "bunfig.toml": `[install]\nregistry = "${strangers.url}"\n`,
      "bun.lock": "{}",
      "package-lock.json": "{}",
    };
    const about = {
      dependencies: { outer: "1" },
      trustedDependencies: ["outer"],
      workspaces: ["../../*"],
    };
    const { folder: place } = await install(
      makeFolder(sampleFiles({ package: about, files })),
      "--yes",
    );
    expect(readdirSync(join(place, "node_modules/outer"))).toEqual(["package.json"]);
    expect(strangers.asked).toEqual([]);
    strangers.stop();
  });
});

describe("update", () => {
  test("fetches again from where it came, wants a new yes, and keeps the old one without it", async () => {
    const first = await install();
    registry.packages[PACKAGE] = {
      ...registry.packages[PACKAGE],
      "1.1.0": { files: sampleFiles({ version: "1.1.0", env: ["SAMPLE_API_KEY", "AWS_SECRET"] }) },
    };
    const refused = await failure(["update"]);
    expect(refused).toMatchObject({ error_code: "RLLM_021" });
    expect(refused.message).toContain("its files differ from those that you have trusted");
    expect(await info()).toMatchObject({
      version: "1.0.0",
      trust: "trusted",
      sha256: first.sha256,
    });

    const no = await plugins(["update", "sample"], { typed: "n\n" });
    expect(no.stderr).toContain('Plugin "sample" 1.1.0, was 1.0.0: Says what it sees.');
    expect(no.stderr).toContain(
      "the variables SAMPLE_API_KEY, AWS_SECRET (new: AWS_SECRET), beside PATH, HOME, TMPDIR, LANG",
    );
    expect(no.stderr).toContain('Cannot update plugin "sample": you said no');
    expect(no.stderr).toContain("RLLM_021");
    expect(await info()).toMatchObject({ version: "1.0.0", trust: "trusted" });

    expect((await plugins(["update", "sample"], { typed: "y\n" })).json()).toMatchObject({
      plugins: [{ version: "1.1.0", previous: "1.0.0", changed: true, trusted: true }],
    });
    expect(left()).toHaveLength(2);
    expect((await plugins(["update"])).json()).toMatchObject({
      plugins: [{ version: "1.1.0", changed: false, trusted: true }],
    });
  });

  test("of one that is not trusted needs no yes, and is not trusted either", async () => {
    await install(PACKAGE);
    registry.packages[PACKAGE] = { "2.0.0": { files: sampleFiles({ version: "2.0.0" }) } };
    expect((await plugins(["update"])).json()).toMatchObject({
      plugins: [{ version: "2.0.0", trusted: false }],
    });
  });

  test("from a folder takes what is in it now, and repairs what was tampered with", async () => {
    const source = makeFolder(sampleFiles());
    const { folder: place } = await install(source, "--yes");
    writeFileSync(join(place, "main.ts"), "evil()");
    expect((await info()).trust).toBe("broken");
    expect((await plugins(["update", "sample"])).json()).toMatchObject({
      plugins: [{ changed: false, trusted: true }],
    });
    expect((await info()).trust).toBe("trusted");
    appendFileSync(join(source, "main.ts"), "// more");
    expect((await plugins(["update", "sample", "--yes"])).json()).toMatchObject({
      plugins: [{ changed: true }],
    });
    rmSync(source, { recursive: true });
    expect((await failure(["update", "sample"])).message).toContain("there is no folder");
    expect((await info()).trust).toBe("trusted");
  });

  test("of all goes on behind one that can't be updated", async () => {
    const source = makeFolder(sampleFiles({ name: "absent" }));
    await install(source, "--yes");
    await install();
    rmSync(source, { recursive: true });
    registry.packages[PACKAGE] = { "2.0.0": { files: sampleFiles({ version: "2.0.0" }) } };
    const outcome = await plugins(["update", "--yes"]);
    expect(outcome.exit).toBe(1);
    expect(outcome.json()).toMatchObject({
      plugins: [
        { name: "absent", error: { error_code: "RLLM_019" } },
        { name: "sample", version: "2.0.0", changed: true },
      ],
    });
  });

  test("does not take another plugin in its place, nor one that is not installed", async () => {
    await install();
    registry.packages[PACKAGE] = { "2.0.0": { files: sampleFiles({ name: "other" }) } };
    expect((await failure(["update", "sample", "--yes"])).message).toContain(
      'what came has the name "other"',
    );
    expect((await failure(["update", "nobody"])).message).toContain("it is not installed");
    expect((await failure(["update", "constructor"])).message).toContain("it is not installed");
    expect((await info()).trust).toBe("trusted");
  });
});

describe("remove", () => {
  test("takes its files, its lock and the yes; what it has kept is named and stays", async () => {
    await install();
    mkdirSync(join(folder, "data/modullm/plugin-data/sample"), { recursive: true });
    const kept = join(folder, "data/modullm/plugin-data/sample");
    expect((await plugins(["remove", "sample"])).json()).toEqual({
      removed: [{ name: "sample", version: "1.0.0", kept }],
    });
    expect(left()).toEqual([]);
    expect(readFileSync(join(folder, "data/modullm/plugins.lock.json"), "utf8")).toBe("{}\n");
    expect(readFileSync(join(folder, "state/modullm/trusted-plugins.json"), "utf8")).toBe("[]\n");
    expect((await failure(["remove", "sample"])).message).toBe(
      'Cannot remove plugin "sample": it is not installed',
    );
    expect((await failure(["info", "sample"])).message).toContain("there is no such plugin here");
  });
});

describe("what is not as it was installed", () => {
  test.each<[string, (place: string) => void, string]>([
    [
      "a changed file",
      (place) => appendFileSync(join(place, "main.ts"), " "),
      '"main.ts" was changed',
    ],
    [
      "a changed manifest",
      (place) =>
        writeFileSync(
          join(place, "modullm-plugin.json"),
          sampleFiles({ env: ["HUSH"] })["modullm-plugin.json"] ?? "",
        ),
      '"modullm-plugin.json" was changed',
    ],
    [
      "a new file",
      (place) => writeFileSync(join(place, "bunfig.toml"), 'preload = ["x"]'),
      '"bunfig.toml" was added',
    ],
    ["a file less", (place) => rmSync(join(place, "package.json")), '"package.json" was removed'],
    [
      "no manifest",
      (place) => rmSync(join(place, "modullm-plugin.json")),
      '"modullm-plugin.json" was removed',
    ],
    [
      "the right to execute",
      (place) => chmodSync(join(place, "main.ts"), 0o755),
      '"main.ts" was made executable',
    ],
    ["a link", (place) => symlinkSync("/etc", join(place, "etc")), '"etc" is a link'],
    ["a folder that is gone", (place) => rmSync(place, { recursive: true }), "is gone"],
    [
      "a changed file and its list",
      (place) => {
        appendFileSync(join(place, "main.ts"), " ");
        writeFileSync(`${place}.files`, "");
      },
      "it is not as it was installed",
    ],
  ])("%s: it is broken, says so, and no yes helps", async (_, change, reason) => {
    const { folder: place } = await install();
    change(place);
    const shown = await info();
    expect(shown.trust).toBe("broken");
    expect(shown.reason).toContain(reason);
    expect((await plugins(["list"])).json()).toMatchObject({
      plugins: [{ name: "sample", trust: "broken" }],
    });
    const refused = await failure(["trust", "sample"]);
    expect(refused.error_code).toBe("RLLM_019");
    expect(refused.message).toContain(reason);
  });

  test("a lock that names other files names no folder", async () => {
    const { sha256 } = await install();
    const file = join(folder, "data/modullm/plugins.lock.json");
    const forged = readFileSync(file, "utf8").replaceAll(
      sha256,
      sha256.slice(0, 16).padEnd(64, "0"),
    );
    writeFileSync(file, forged);
    expect((await info()).trust).toBe("broken");
    writeFileSync(file, forged.replaceAll(/"sha256": "[^"]*"/g, '"sha256": "../../.."'));
    expect(await failure(["list"])).toMatchObject({ error_code: "RLLM_018" });
    writeFileSync(file, "{");
    expect((await failure(["list"])).message).toContain("Cannot read the lock of plugins");
  });

  test("a list of the trusted that can't be read trusts nothing", async () => {
    await install();
    writeFileSync(join(folder, "state/modullm/trusted-plugins.json"), '[{"name": "sample"}]');
    expect(await failure(["info", "sample"])).toMatchObject({ error_code: "RLLM_018" });
  });
});

describe("an installation", () => {
  test("at a terminal asks, shows what it may see, and a no leaves nothing", async () => {
    const { exit, stderr } = await plugins(["install", PACKAGE], { typed: "no\n" });
    expect(exit).toBe(1);
    expect(stderr).toContain("RLLM_021");
    expect(stderr).toContain("Nothing was changed.");
    for (const line of [
      'Plugin "sample" 1.0.0: Says what it sees.',
      `  from      ${PACKAGE}@latest of npm (${PACKAGE}@1.0.0 sha512-`,
      "  runs      main.ts (on modullm itself)",
      "  provides  chat, models/list",
      "  sees      the variables SAMPLE_API_KEY, beside PATH, HOME, TMPDIR, LANG",
      "  files     3, ",
      "  It runs as you do: it can read and write your files and reach the network.",
      "Install and trust it? ",
    ])
      expect(stderr).toContain(line);
    expect(left()).toEqual([]);
    expect((await plugins(["install", PACKAGE], { typed: "" })).exit).toBe(1);
    expect((await plugins(["install", PACKAGE], { typed: "yes please\n" })).exit).toBe(1);
    expect((await plugins(["install", PACKAGE], { typed: "yes\n" })).json()).toMatchObject({
      trusted: true,
    });
  });

  test("shows a stranger's words as one line without control characters", async () => {
    const files = sampleFiles();
    const manifest = {
      ...(JSON.parse(files["modullm-plugin.json"] ?? "") as object),
      description: "nice\n  sees      nothing\u001b[2J\u202e",
    };
    registry.packages[PACKAGE] = {
      "1.0.0": { files: { ...files, "modullm-plugin.json": JSON.stringify(manifest) } },
    };
    const { stderr } = await plugins(["install", PACKAGE], { typed: "n\n" });
    expect(stderr).toContain('Plugin "sample" 1.0.0: nice sees nothing[2J\n');
  });

  test.each<[string, number]>([
    ["the list of versions comes", 0],
    ["the archive comes", 1],
  ])("that is interrupted while %s leaves nothing, and says so", async (_, request) => {
    let count = 0;
    const arrived = Promise.withResolvers<void>();
    registry.intercept = () => {
      if (count++ !== request) return null;
      arrived.resolve();
      return new Response(
        new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1000)) }),
      );
    };
    const interrupt = new AbortController();
    const ending = plugins(["install", PACKAGE, "--yes"], { signal: interrupt.signal });
    await arrived.promise;
    interrupt.abort();
    const { exit, stdout } = await ending;
    expect(exit).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_022",
      recovery_hint: "Nothing was changed.",
    });
    expect(left()).toEqual([]);
  });

  test("that is interrupted at the question leaves nothing", async () => {
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 300);
    const ending = await plugins(["install", PACKAGE], {
      typed: "",
      silent: true,
      signal: interrupt.signal,
    });
    expect(ending.exit).toBe(130);
    expect(left()).toEqual([]);
  });

  test("shows at a terminal how far a download is", async () => {
    const content = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)));
    const files = Object.entries(sampleFiles()).map(([name, text]) => ({
      name: `package/${name}`,
      content: text,
    }));
    registry.packages[PACKAGE] = {
      "1.0.0": { tarball: tarball([...files, { name: "package/data", content }]) },
    };
    const { stderr } = await plugins(["install", PACKAGE, "--yes"], { tty: true });
    expect(stderr).toContain("Downloading 0.1 MB of 0.1 MB");
  });

  test("that was killed is swept by the next one; what is going on is not", async () => {
    const place = join(folder, "data/modullm/plugins");
    const dead = Bun.spawn(["true"]);
    await dead.exited;
    const orphan = join(place, "sample@0123456789abcdef");
    const young = join(place, "young@0123456789abcdef");
    for (const each of [
      orphan,
      young,
      join(place, `.staging-${dead.pid}-x`),
      join(place, `.staging-${process.pid}-x`),
    ])
      mkdirSync(each, { recursive: true });
    utimesSync(orphan, 0, 0);
    await install();
    const names = left().filter((name) => !/^sample@(?!0123)/.test(name));
    expect(names).toEqual([`.staging-${process.pid}-x`, "young@0123456789abcdef"]);
  });

  test("and another at the same time are both in the lock", async () => {
    const sources = Array.from({ length: 6 }, (_, index) =>
      makeFolder(sampleFiles({ name: `p${index}` })),
    );
    const outcomes = await Promise.all(
      sources.map((source) => plugins(["install", source, "--yes"])),
    );
    expect(outcomes.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0]);
    const { plugins: listed } = (await plugins(["list"])).json() as {
      plugins: { name: string; trust: string }[];
    };
    expect(listed.map(({ name, trust }) => `${name} ${trust}`)).toEqual(
      Array.from({ length: 6 }, (_, index) => `p${index} trusted`),
    );
    expect(existsSync(join(folder, "data/modullm/plugins.lock.json.busy"))).toBe(false);
  });

  test("does not wait for a process that was killed while it held the lock", async () => {
    const dead = Bun.spawn(["true"]);
    await dead.exited;
    mkdirSync(join(folder, "data/modullm"), { recursive: true });
    writeFileSync(join(folder, "data/modullm/plugins.lock.json.busy"), String(dead.pid));
    await install();
  });

  test("into a folder that can't be written says so, and leaves no lock", async () => {
    mkdirSync(join(folder, "data/modullm"), { recursive: true });
    writeFileSync(join(folder, "data/modullm/plugins"), "a file in its place");
    const { error_code, message } = await failure(["install", PACKAGE]);
    expect(error_code).toBe("RLLM_019");
    expect(message).toContain("data/modullm/plugins");
    expect(existsSync(join(folder, "data/modullm/plugins.lock.json"))).toBe(false);
  });

  test("of an archive whose path is set twice takes the last, and no file lands outside", async () => {
    const entries = [
      { name: "x", type: "x", content: pax("path", "package/a") + pax("path", "../../b") },
      { name: "c", content: "" },
    ];
    registry.packages[PACKAGE] = { "1.0.0": { tarball: tarball(entries) } };
    expect((await failure(["install", PACKAGE])).message).toContain("leads out of the archive");
    expect(left()).toEqual([]);
  });
});
