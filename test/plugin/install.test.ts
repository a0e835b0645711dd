import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { $ } from "bun";
import { makeFolder, modullm, type Outcome, type Setting } from "../cli/command-line.ts";
import { integrityOf, type RegistryServer, serveRegistry } from "./registry-server.ts";
import { markingScripts, sampleFiles } from "./sample.ts";
import { packageTarball, tarball } from "./tarball.ts";

const PACKAGE = "modullm-plugin-sample";

let registry: RegistryServer;
beforeAll(() => void (registry = serveRegistry()));
afterAll(() => registry.stop());
afterEach(() => {
  registry.intercept = () => null;
  for (const name of Object.keys(registry.packages)) delete registry.packages[name];
  for (const name of Object.keys(registry.tags)) delete registry.tags[name];
  registry.asked.length = 0;
});

async function plugins(
  args: readonly string[],
  folder: string,
  setting: Setting = {},
): Promise<Outcome> {
  return await modullm(["plugins", ...args], {
    ...setting,
    folder,
    env: { ...registry.env, ...setting.env },
  });
}

interface Shown {
  readonly version: string;
  readonly previous: string | null;
  readonly changed: boolean;
  readonly sha256: string;
  readonly folder: string;
  readonly trusted: boolean;
  readonly resolved: string | null;
}

async function install(
  args: readonly string[],
  folder: string,
  setting: Setting = {},
): Promise<Shown> {
  const outcome = await plugins(["install", ...args], folder, setting);
  expect(outcome).toMatchObject({ exit: 0 });
  return outcome.json() as Shown;
}

/** What an installation may leave: nothing of it, anywhere. */
function leftIn(folder: string): string[] {
  const data = join(folder, "data/modullm");
  const names = existsSync(join(data, "plugins")) ? readdirSync(join(data, "plugins")) : [];
  return [
    ...names,
    ...readdirSync(existsSync(data) ? data : folder).filter((name) => name.includes("lock")),
  ];
}

function errorOf(outcome: Outcome): { error_code: string; message: string; recovery_hint: string } {
  expect(outcome.exit).not.toBe(0);
  return outcome.json() as { error_code: string; message: string; recovery_hint: string };
}

describe("from npm", () => {
  test("installs the latest version, locks it, and without a yes it is not trusted", async () => {
    registry.packages[PACKAGE] = { "0.9.0": { files: {} }, "1.0.0": { files: sampleFiles() } };
    const folder = makeFolder();
    const shown = await install([PACKAGE], folder);
    const bytes = packageTarball(sampleFiles());
    expect(shown).toEqual({
      name: "sample",
      version: "1.0.0",
      previous: null,
      changed: true,
      source: `${PACKAGE}@latest of npm`,
      resolved: `${PACKAGE}@1.0.0 ${integrityOf(bytes)}`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      folder: join(folder, `data/modullm/plugins/sample@${shown.sha256.slice(0, 16)}`),
      tools: [],
      trusted: false,
      next: "modullm plugins trust sample",
    } as never);
    expect(readdirSync(shown.folder).toSorted()).toEqual([
      "main.ts",
      "modullm-plugin.json",
      "package.json",
    ]);
    const lock = JSON.parse(
      readFileSync(join(folder, "data/modullm/plugins.lock.json"), "utf8"),
    ) as object;
    expect(lock).toEqual({
      sample: {
        version: "1.0.0",
        source: { kind: "npm", package: PACKAGE, wanted: "latest" },
        resolved: shown.resolved,
        sha256: shown.sha256,
        installed: expect.stringMatching(/^\d{4}-/) as never,
      },
    });
    expect(leftIn(folder).toSorted()).toEqual(
      [
        `sample@${shown.sha256.slice(0, 16)}`,
        `sample@${shown.sha256.slice(0, 16)}.files`,
        "plugins.lock.json",
      ].toSorted(),
    );
  });

  test("takes a version and a tag, and names what there is instead of a third", async () => {
    registry.packages[PACKAGE] = {
      "1.0.0": { files: sampleFiles() },
      "2.0.0-rc.1": { files: sampleFiles({ version: "2.0.0-rc.1" }) },
    };
    registry.tags[PACKAGE] = { latest: "1.0.0", next: "2.0.0-rc.1" };
    const folder = makeFolder();
    expect(await install([`${PACKAGE}@1.0.0`, "--yes"], folder)).toMatchObject({
      version: "1.0.0",
      trusted: true,
    });
    expect(await install([`${PACKAGE}@next`, "--yes"], folder)).toMatchObject({
      version: "2.0.0-rc.1",
      previous: "1.0.0",
    });
    const { message } = errorOf(await plugins(["install", `${PACKAGE}@3.0.0`], folder));
    expect(message).toContain(
      'has no version "3.0.0" of modullm-plugin-sample (it has latest, next, 1.0.0, 2.0.0-rc.1)',
    );
    expect(errorOf(await plugins(["install", `${PACKAGE}@^1.0.0`], folder)).message).toContain(
      "ranges are not taken",
    );
  });

  test("says that something is deprecated", async () => {
    registry.packages[PACKAGE] = { "1.0.0": { files: sampleFiles(), deprecated: "use another" } };
    const { stderr } = await plugins(["install", PACKAGE], makeFolder());
    expect(stderr).toContain(`${PACKAGE} 1.0.0 is deprecated: use another`);
  });

  const good = packageTarball(sampleFiles());
  test.each<[string, Partial<RegistryServer["packages"][string][string]>, string]>([
    ["another digest", { integrity: integrityOf(Buffer.from("other")) }, "was promised"],
    [
      "another digest beside a weaker one that fits",
      { integrity: `${integrityOf(good, "sha256")} ${integrityOf(Buffer.from("x"))}` },
      "was promised",
    ],
    [
      "no digest",
      { integrity: null },
      "no digest of modullm-plugin-sample 1.0.0 that is strong enough",
    ],
    ["a weak digest", { integrity: integrityOf(good, "sha1") }, "no digest of sha256 or stronger"],
    [
      "an archive elsewhere that is not there",
      { url: "http://127.0.0.1:1/x.tgz" },
      "nothing listens there",
    ],
    ["an archive on the disk", { url: "file:///etc/passwd" }, "neither http nor https"],
    ["no archive", { tarball: Buffer.from("<html>") }, "no gzip file"],
    [
      "a way out",
      { tarball: tarball([{ name: "package/../../../x", content: "x" }]) },
      "leads out of the archive",
    ],
    [
      "a link",
      { tarball: tarball([{ name: "package/l", type: "2", link: "/etc" }]) },
      "is a symbolic link",
    ],
    ["no manifest", { files: { "package.json": "{}" } }, "there is no modullm-plugin.json"],
    ["a broken manifest", { files: sampleFiles({ name: "Sample" }) }, "lower-case letters"],
    [
      "a built-in provider's name",
      { files: sampleFiles({ name: "openai" }) },
      "mean a provider that is built in",
    ],
    [
      "the baseline's name",
      { files: sampleFiles({ name: "builtin" }) },
      "mean a provider that is built in",
    ],
  ])("leaves nothing behind when the registry gives %s", async (_, release, reason) => {
    registry.packages[PACKAGE] = {
      "1.0.0": { ...(release.tarball ? {} : { files: sampleFiles() }), ...release },
    };
    const folder = makeFolder();
    const { error_code, message } = errorOf(await plugins(["install", PACKAGE, "--yes"], folder));
    expect(error_code).toBe("RLLM_019");
    expect(message).toContain(reason);
    expect(leftIn(folder)).toEqual([]);
  });

  test.each<[string, RegistryServer["intercept"], string]>([
    ["an error", () => new Response("no", { status: 500 }), "answers 500"],
    [
      "nothing of the kind",
      () => new Response(null, { status: 404 }),
      `has no package "${PACKAGE}"`,
    ],
    ["a page", () => new Response("<html>"), "something else than a JSON object"],
    [
      "a redirect without an end",
      (request) => Response.redirect(request.url),
      "redirects more than 5 times",
    ],
    [
      "a redirect to a file",
      () => new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } }),
      "neither http nor https",
    ],
  ])("says so when the registry answers with %s", async (_, intercept, reason) => {
    registry.intercept = intercept;
    const folder = makeFolder();
    expect(errorOf(await plugins(["install", PACKAGE], folder)).message).toContain(reason);
    expect(leftIn(folder)).toEqual([]);
  });

  test("sends the user's key to its registry only, and asks the registry of a scope", async () => {
    const elsewhere = serveRegistry({
      "@acme/modullm-plugin-x": { "1.0.0": { files: sampleFiles() } },
    });
    registry.packages["@acme/modullm-plugin-x"] = {
      "1.0.0": {
        files: sampleFiles(),
        url: `${elsewhere.url}/tarballs/@acme%2fmodullm-plugin-x/1.0.0.tgz`,
      },
    };
    const { host } = new URL(registry.url);
    const npmrc = `@acme:registry=${registry.url}/\n//${host}/:_authToken=\${ACME_TOKEN}\n; a comment\nregistry=http://127.0.0.1:1\n`;
    const folder = makeFolder({ "home/.npmrc": npmrc });
    const env = { npm_config_registry: "", ACME_TOKEN: "t0ken-of-acme" };
    expect(await install(["@acme/modullm-plugin-x"], folder, { env })).toMatchObject({
      version: "1.0.0",
    });
    expect(registry.asked.map(({ authorization }) => authorization)).toEqual([
      "Bearer t0ken-of-acme",
    ]);
    expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual([null]);
    registry.asked.length = 0;
    await install(["@acme/modullm-plugin-x"], folder, { env: { npm_config_registry: "" } });
    expect(registry.asked.map(({ authorization }) => authorization)).toEqual([null]);
    elsewhere.stop();
  });

  test("does not ask the registry of a folder that is not trusted", async () => {
    const strangers = serveRegistry({
      [PACKAGE]: { "6.6.6": { files: sampleFiles({ version: "6.6.6" }) } },
    });
    registry.packages[PACKAGE] = { "1.0.0": { files: sampleFiles() } };
    const npmrc = `registry=${strangers.url}/\${SECRET_TOKEN}\n`;
    const folder = makeFolder({ ".npmrc": npmrc, "home/.npmrc": `registry=${registry.url}` });
    const env = { npm_config_registry: "", SECRET_TOKEN: "hush-hush" };
    const { stdout, stderr } = await plugins(["install", PACKAGE], folder, { env });
    expect(stdout).toContain('"version":"1.0.0"');
    expect(stderr).toContain("./.npmrc names a registry, which is not asked");
    expect(strangers.asked).toEqual([]);
    writeFileSync(join(folder, ".npmrc"), `registry=${strangers.url}/\n`);
    await modullm(["trust"], { folder });
    expect(await install([PACKAGE], folder, { env })).toMatchObject({ version: "6.6.6" });
    strangers.stop();
  });

  test("search asks for the keyword", async () => {
    registry.packages[PACKAGE] = { "1.0.0": { files: {} } };
    registry.packages[`${PACKAGE}-tools`] = { "1.0.0": { files: {} } };
    const found = await plugins(["search", "chat", "model"], makeFolder());
    const about = { version: "1.0.0", description: "A sample." };
    expect(found.json()).toEqual({
      packages: [
        { package: PACKAGE, ...about, tools: false },
        { package: `${PACKAGE}-tools`, ...about, tools: true },
      ],
    });
    expect(registry.asked[0]?.path).toBe(
      "/-/v1/search?text=keywords%3Amodullm-plugin%20chat%20model&size=50",
    );
    registry.intercept = () => new Response(null, { status: 503 });
    expect(errorOf(await plugins(["search"], makeFolder())).message).toContain("answers 503");
  });
});

describe("from elsewhere", () => {
  test("a folder, with nothing but the disk: without .git, and with what it has", async () => {
    const folder = makeFolder();
    const files = sampleFiles({
      files: { ".git/HEAD": "ref", "lib/a.ts": "export {}", "node_modules/x/index.js": "" },
    });
    const source = makeFolder(files);
    mkdirSync(join(source, "node_modules/.bin"));
    symlinkSync("../x/index.js", join(source, "node_modules/.bin/x"));
    const shown = await install([source, "--yes"], folder, {
      env: { npm_config_registry: "http://127.0.0.1:1" },
    });
    expect(shown).toMatchObject({ trusted: true, resolved: null });
    expect(readdirSync(shown.folder).toSorted()).toEqual([
      "lib",
      "main.ts",
      "modullm-plugin.json",
      "node_modules",
      "package.json",
    ]);
    expect(readdirSync(join(shown.folder, "node_modules"))).toEqual(["x"]);
    expect(registry.asked).toEqual([]);
  });

  test("a relative folder, an archive, and an archive with everything at its top", async () => {
    const folder = makeFolder(
      Object.fromEntries(
        Object.entries(sampleFiles()).map(([name, text]) => [`my plugin/${name}`, text]),
      ),
    );
    const first = await install(["./my plugin"], folder);
    await $`tar -czf ${join(folder, "a.tgz")} -C ${folder} ${"my plugin"}`.quiet();
    await $`tar -czf ${join(folder, "b.tar.gz")} -C ${join(folder, "my plugin")} .`.quiet();
    expect((await install(["a.tgz"], folder)).sha256).toBe(first.sha256);
    expect((await install(["./b.tar.gz"], folder)).sha256).toBe(first.sha256);
  });

  test("an archive behind a URL; over http on this machine only", async () => {
    registry.packages[PACKAGE] = { "1.0.0": { files: sampleFiles() } };
    const folder = makeFolder();
    const shown = await install([`${registry.url}/tarballs/${PACKAGE}/1.0.0.tgz`], folder);
    expect(shown.resolved).toBe(integrityOf(packageTarball(sampleFiles())));
    expect(
      errorOf(await plugins(["install", "http://example.com/x.tgz"], folder)).message,
    ).toContain("over https only");
    expect(
      errorOf(await plugins(["install", "https://u:p@example.com/x.tgz"], folder)).message,
    ).toContain("a password");
    expect(errorOf(await plugins(["install", "https://example.com/x"], folder)).message).toContain(
      "of no .tgz",
    );
  });

  test("a git repository: a branch of it, without its history, at a commit that is written down", async () => {
    const source = makeFolder(sampleFiles());
    await $`git init -q -b main . && git add . && git -c user.name=a -c user.email=a@b commit -qm one`
      .cwd(source)
      .quiet();
    writeFileSync(
      join(source, "modullm-plugin.json"),
      sampleFiles({ version: "2.0.0" })["modullm-plugin.json"] ?? "",
    );
    await $`git checkout -q -b next && git -c user.name=a -c user.email=a@b commit -qam two`
      .cwd(source)
      .quiet();
    const commit = (await $`git rev-parse next`.cwd(source).text()).trim();
    await $`git checkout -q main`.cwd(source).quiet();
    const folder = makeFolder();
    expect(await install([`git+file://${source}`], folder)).toMatchObject({ version: "1.0.0" });
    const shown = await install([`git+file://${source}#next`], folder);
    expect(shown).toMatchObject({ version: "2.0.0", previous: "1.0.0", resolved: commit });
    expect(existsSync(join(shown.folder, ".git"))).toBe(false);
    expect(
      errorOf(await plugins(["install", `git+file://${source}#gone`], folder)).message,
    ).toContain("git can't clone it");
    const without = await plugins(["install", `git+file://${source}`], folder, {
      env: { PATH: "/nowhere" },
    });
    expect(errorOf(without).message).toContain("git is not installed here");
  });

  test.each([
    ["git+ext://sh -c touch x", "over https, ssh or file only"],
    ["git+http://example.com/x.git", "over https, ssh or file only"],
    ["git+ssh://-oProxyCommand=x/y.git", "over https, ssh or file only"],
    ["git@-x:y.git", "over https, ssh or file only"],
    ["git+https://example.com/x.git#--upload-pack=x", "is no branch or tag"],
    ["ftp://example.com/x.tgz", "over https only"],
    ["./gone", "there is no folder"],
    ["gone.tgz", "there is no file"],
    ["A Name", "neither the name of a package nor a folder"],
    ["../../etc/../x y", "there is no folder"],
  ])("refuses %s", async (source, reason) => {
    const folder = makeFolder();
    const { error_code, message } = errorOf(await plugins(["install", source], folder));
    expect({ error_code, message }).toEqual({
      error_code: "RLLM_019",
      message: expect.stringContaining(reason) as never,
    });
    expect(leftIn(folder)).toEqual([]);
  });

  test("a folder without what its manifest's `files` leaves out, and an edit there needs no new yes", async () => {
    const parts = ["lib", "NOTICE"];
    const files = { "lib/a.ts": "1", NOTICE: "2", "target/debug/big": "3", "notes.md": "4" };
    const source = makeFolder(sampleFiles({ parts, files }));
    const folder = makeFolder();
    const { folder: place, sha256 } = await install([source], folder);
    const kept = readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect(kept.toSorted()).toEqual([
      "NOTICE",
      "a.ts",
      "main.ts",
      "modullm-plugin.json",
      "package.json",
    ]);
    writeFileSync(join(source, "notes.md"), "5");
    const again = await plugins(["update", "sample"], folder);
    expect(again.json()).toMatchObject({ plugins: [{ sha256, changed: false }] });
  });

  test.each([
    [["nowhere"], 'files names "nowhere", which is not there'],
    [["../x"], "must be a path inside of the plugin's folder"],
    [["lib/*"], "must be the path of one file or folder"],
  ])("refuses `files: %j` in a manifest", async (parts, reason) => {
    const outcome = await plugins(["install", makeFolder(sampleFiles({ parts }))], makeFolder());
    expect(errorOf(outcome).message).toContain(reason);
  });

  test("refuses a folder with a link in it", async () => {
    const source = makeFolder(sampleFiles());
    symlinkSync("/etc/passwd", join(source, "notes.txt"));
    const folder = makeFolder();
    expect(errorOf(await plugins(["install", source], folder)).message).toContain(
      '"notes.txt" is a link',
    );
    expect(leftIn(folder)).toEqual([]);
  });
});

describe("no script runs,", () => {
  test("of a package, folder, archive or repository, nor of what they depend on", async () => {
    const folder = makeFolder();
    const mark = join(folder, "mark");
    const scripts = markingScripts(mark);
    const files = sampleFiles({ package: { ...scripts, dependencies: { inner: "^1.0.0" } } });
    registry.packages["inner"] = {
      "1.0.0": {
        files: { "package.json": JSON.stringify({ name: "inner", version: "1.0.0", ...scripts }) },
      },
    };
    registry.packages[PACKAGE] = { "1.0.0": { files } };
    const source = makeFolder({
      ...files,
      "binding.gyp": `{"targets": [{"target_name": "<!(echo gyp >> ${mark})"}]}`,
    });
    await $`git init -q -b main . && git add . && git -c user.name=a -c user.email=a@b commit -qm one`
      .cwd(source)
      .quiet();
    await $`tar -czf ${join(folder, "a.tgz")} --exclude=.git -C ${source} .`.quiet();
    for (const from of [PACKAGE, source, "a.tgz", `git+file://${source}`]) {
      const shown = await install([from, "--yes"], folder);
      expect(readdirSync(join(shown.folder, "node_modules"))).toEqual(["inner"]);
    }
    expect(existsSync(mark)).toBe(false);
  });
});
