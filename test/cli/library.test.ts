import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveRegistry } from "../plugin/registry-server.ts";
import { packageTarball } from "../plugin/tarball.ts";
import { programText as generated } from "../library/index/generated-programs.ts";
import { makeFolder, modullm, type Outcome, type Setting, serveModel } from "./command-line.ts";

const GIVES = "out: { type: string }";
const INVOICE = generated("invoice_total", "Extracts the total of an invoice.", GIVES);
const POEM = generated("poem", "Writes verses.", GIVES);

function library(args: readonly string[], folder: string, setting: Setting = {}): Promise<Outcome> {
  return modullm(["library", ...args], { ...setting, folder });
}

describe("library", () => {
  test("add and remove change the list in config.yaml, and nothing else of it", async () => {
    const folder = makeFolder({
      "config/modullm/config.yaml":
        "# mine\nlibrary:\n  - /nowhere # gone for now\n\nruntime:\n  default_max_retries: 3 # enough\n",
      "a/invoice.rllm": INVOICE,
    });
    const file = join(folder, "config/modullm/config.yaml");
    const before = readFileSync(file, "utf8");
    const added = await library(["add", "a", "./a"], folder);
    expect(added.json()).toMatchObject({
      library: ["/nowhere", join(folder, "a")],
      changed: true,
    });
    expect(readFileSync(file, "utf8")).toContain("  - /nowhere # gone for now\n");
    expect(readFileSync(file, "utf8")).toContain("default_max_retries: 3 # enough\n");
    expect((await library(["add", "a"], folder)).json()).toMatchObject({ changed: false });
    expect((await library(["list"], folder)).json()).toMatchObject({
      total: 1,
      programs: [{ name: "invoice_total", fault: null }],
    });
    expect((await library(["remove", "a"], folder)).exit).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect((await library(["remove", "a"], folder)).exit).toBe(2);
    expect((await library(["add", "nothing"], folder)).exit).toBe(2);
  });

  test("add says so where the project's own list counts instead", async () => {
    const folder = makeFolder({
      "a/invoice.rllm": INVOICE,
      ".modullm/config.yaml": "library: [../b]\n",
    });
    const { stderr } = await library(["add", "a"], folder);
    expect(stderr).toContain(`No program is looked for in "${join(folder, "a")}"`);
  });

  test("list, search, tree and show read what is there, at a terminal for people", async () => {
    const folder = makeFolder({
      "library/invoice.rllm": INVOICE,
      "library/poem.rllm": POEM,
      "library/broken.rllm": "---\n",
    });
    expect((await library(["index"], folder)).json()).toMatchObject({ programs: 3, broken: 1 });
    const found = await library(["search", "sum", "of", "a", "bill"], folder);
    expect(found.json()).toMatchObject({ by: "words", programs: [{ name: "invoice_total" }] });
    expect((await library(["tree"], folder)).json()).toMatchObject({ programs: 2 });
    const page = (await library(["tree", "finance"], folder)).json();
    expect(page).toMatchObject({ total: 1, programs: [{ name: "invoice_total" }] });
    const shown = (await library(["show", "poem"], folder)).json();
    expect(shown).toMatchObject({ library_name: "poem", fault: null, stats: null });
    for (const action of [["list"], ["tree"], ["tree", "finance"], ["search", "poem"]]) {
      const { stdout, exit } = await library(action, folder, { tty: true });
      expect({ exit, isText: !stdout.startsWith("{") }).toEqual({ exit: 0, isText: true });
      expect(stdout).toMatch(/poem|invoice_total/);
    }
    const unknown = await library(["show", "peom"], folder);
    expect(unknown.json()).toMatchObject({ error_code: "RLLM_008", details: { near: ["poem"] } });
    expect((await library(["serach"], folder)).stderr).toContain('did you mean "search"?');
  });

  test("show tells how runs went", async () => {
    const folder = makeFolder({ "library/poem.rllm": POEM });
    expect((await modullm(["run", "poem", "--text", "roses"], { folder })).exit).toBe(0);
    expect((await library(["show", "poem"], folder)).json()).toMatchObject({
      stats: { runs: 1, success_pct: 100, latency: expect.stringMatching(/instant|fast/) },
    });
    expect((await library(["list", "--latency", "unknown"], folder)).json()).toMatchObject({
      total: 0,
    });
  });
});

describe("library classify", () => {
  test("asks the model, once for each text, and never elsewhere", async () => {
    const server = serveModel(['{"domain": "media", "task": "generate"}']);
    const folder = makeFolder({
      "library/poem.rllm": generated("haiku", "Puts seventeen syllables down.", GIVES),
    });
    for (const action of [["index"], ["tree"], ["search", "haiku"], ["list"]])
      await library(action, folder, server);
    expect(server.asked).toHaveLength(0);
    const classify = () => library(["classify", "--model", "local/test"], folder, server);
    expect((await classify()).json()).toMatchObject({
      programs: [{ name: "haiku", category: { domain: "media", task: "generate", from: "model" } }],
    });
    expect((await classify()).json()).toMatchObject({ programs: [] });
    expect(server.asked).toHaveLength(1);
    server.stop();
  });

  test("takes what a person says, keeps it when the text changes, and writes it into the file", async () => {
    const folder = makeFolder({ "library/poem.rllm": POEM });
    const category = async () => {
      const shown = (await library(["classify", "--review"], folder)).json() as {
        programs: { category: { path: string; from: string } }[];
      };
      return shown.programs[0]?.category;
    };
    await library(["classify", "poem", "--category", "gifts/generate"], folder);
    expect(await category()).toMatchObject({ path: "gifts/generate/text-to-text", from: "review" });
    const file = join(folder, "library/poem.rllm");
    appendFileSync(file, "\nMore.\n");
    expect(await category()).toMatchObject({ path: "gifts/generate/text-to-text", from: "review" });
    const kept = readFileSync(file, "utf8").replace("author:", "author: # of it all\n ");
    writeFileSync(file, kept);
    expect((await library(["classify", "poem", "--write"], folder)).exit).toBe(0);
    const written = readFileSync(file, "utf8");
    expect(written).toContain("category: gifts/generate");
    expect(written).toContain("# of it all");
    expect((await modullm(["validate", file], { folder })).exit).toBe(0);
    const refused = await library(["classify", "poem", "--category", "media/sing"], folder);
    expect(refused.json()).toMatchObject({ error_code: "RLLM_016" });
  });
});

describe("library install", () => {
  const files = (version: string, program = INVOICE) => ({
    "package.json": JSON.stringify({ name: "@acme/mails", version }),
    "invoice.rllm": program,
  });

  test("takes a package of a registry after a yes, updates it, and takes it away", async () => {
    const registry = serveRegistry({ "@acme/mails": { "1.0.0": { files: files("1.0.0") } } });
    registry.tags["@acme/mails"] = { latest: "1.0.0" };
    const folder = makeFolder();
    const { env } = registry;
    const no = await library(["install", "npm:@acme/mails"], folder, {
      env,
      typed: "n\n",
      tty: true,
    });
    expect(no.exit).not.toBe(0);
    expect((await library(["list"], folder)).json()).toMatchObject({ total: 0 });
    const yes = await library(["install", "npm:@acme/mails", "--yes"], folder, { env });
    expect(yes.json()).toMatchObject({ name: "acme.mails", programs: 1, trusted: true });
    expect((await library(["list"], folder)).json()).toMatchObject({
      programs: [{ name: "invoice_total" }],
    });
    expect((await modullm(["run", "invoice", "--text", "12 euros"], { folder })).exit).toBe(0);

    registry.packages["@acme/mails"] = { "1.1.0": { files: files("1.1.0", POEM) } };
    registry.tags["@acme/mails"] = { latest: "1.1.0" };
    const unseen = await library(["update"], folder, { env });
    expect(unseen.json()).toMatchObject({ error_code: "RLLM_021" });
    const updated = await library(["update", "--yes"], folder, { env });
    expect(updated.json()).toMatchObject({ packages: [{ version: "1.1.0", previous: "1.0.0" }] });
    expect((await library(["list"], folder)).json()).toMatchObject({
      programs: [{ name: "poem" }],
    });
    expect((await library(["uninstall", "acme.mails"], folder)).exit).toBe(0);
    expect((await library(["list"], folder)).json()).toMatchObject({ total: 0 });
    registry.stop();
  });

  test("updates the others where a package can't be updated, and says why", async () => {
    const folder = makeFolder();
    for (const name of ["bills", "mails"]) {
      const told = JSON.stringify({ name, version: "1.0.0" });
      const archive = packageTarball({ "package.json": told, "invoice.rllm": INVOICE });
      writeFileSync(join(folder, `${name}.tgz`), archive);
      expect((await library(["install", `./${name}.tgz`, "--yes"], folder)).exit).toBe(0);
    }
    rmSync(join(folder, "bills.tgz"));
    const { exit, json } = await library(["update", "--yes"], folder);
    expect(exit).toBe(1);
    expect(json()).toMatchObject({
      packages: [
        { name: "bills", error: { error_code: "RLLM_008" } },
        { name: "mails", version: "1.0.0", previous: "1.0.0" },
      ],
    });
  });

  test("leaves out a package whose files were changed since the yes, and says so", async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "mails.tgz"), packageTarball(files("1.0.0")));
    const { folder: place } = (
      await library(["install", "./mails.tgz", "--yes"], folder)
    ).json() as {
      folder: string;
    };
    appendFileSync(join(place, "invoice.rllm"), "\nAnd send it to me.\n");
    const list = await library(["list"], folder);
    expect(list.json()).toMatchObject({ total: 0 });
    expect(list.stderr).toContain('The programs of "acme.mails" are not found');
    expect((await modullm(["run", "invoice", "--text", "a"], { folder })).exit).not.toBe(0);
  });

  test("refuses what is no package of programs, and leaves nothing", async () => {
    const folder = makeFolder({ "empty/package.json": '{"name": "empty", "version": "1.0.0"}' });
    mkdirSync(join(folder, "bare"));
    writeFileSync(join(folder, "broken.tgz"), "no archive");
    for (const source of ["./empty", "./bare", "./broken.tgz", "./nowhere", "npm:../x", ""]) {
      const outcome = await library(["install", source, "--yes"], folder);
      expect({ source, exit: outcome.exit === 0 }).toEqual({ source, exit: false });
    }
    expect((await library(["list"], folder)).json()).toMatchObject({ total: 0 });
  });
});

describe("library publish", () => {
  const manifest = { name: "@acme/mails", version: "1.0.0", keywords: ["modullm-programs"] };

  test("gives the registry what install takes, without what is hidden", async () => {
    const registry = serveRegistry();
    const place = registry.url.replace("http:", "");
    const long = `deep/${"folder/".repeat(14)}poem.rllm`;
    const folder = makeFolder({
      "mails/package.json": JSON.stringify(manifest),
      "mails/invoice.rllm": INVOICE,
      [`mails/${long}`]: POEM,
      "mails/.env": "KEY=secret",
      "home/.npmrc": `${place}/:_authToken=of-acme\n`,
    });
    const { env } = registry;
    let document: Record<string, never> = {};
    const keys: (string | null)[] = [];
    registry.intercept = async (request) => {
      if (request.method !== "PUT") return new Response("no", { status: 404 });
      keys.push(request.headers.get("authorization"));
      document = (await request.json()) as typeof document;
      return Response.json({ ok: true });
    };
    const unasked = await library(["publish", "mails"], folder, { env });
    expect(unasked.json()).toMatchObject({ error_code: "RLLM_021" });
    const done = await library(["publish", "mails", "--yes"], folder, { env });
    expect(done.json()).toMatchObject({
      version: "1.0.0",
      files: [long, "invoice.rllm", "package.json"],
    });
    expect(keys).toEqual(["Bearer of-acme"]);
    const attachments: Record<string, { data: string }> = document["_attachments"] ?? {};
    const archive = Buffer.from(attachments["mails-1.0.0.tgz"]?.data ?? "", "base64");
    expect(archive.length).toBeGreaterThan(100);

    registry.intercept = () => null;
    const integrity = (done.json() as { integrity: string }).integrity;
    registry.packages["@acme/mails"] = { "1.0.0": { tarball: archive, integrity } };
    registry.tags["@acme/mails"] = { latest: "1.0.0" };
    const installed = await library(["install", "npm:@acme/mails", "--yes"], folder, { env });
    expect(installed.json()).toMatchObject({ name: "acme.mails", programs: 2 });
    registry.stop();
  });

  test("refuses broken programs, a private package, and one without a key", async () => {
    const registry = serveRegistry();
    const publish = async (files: Record<string, string>, told: object = manifest) => {
      const folder = makeFolder({ "mails/package.json": JSON.stringify(told), ...files });
      const { env } = registry;
      return (await library(["publish", "mails", "--yes"], folder, { env })).json();
    };
    const sound = { "mails/invoice.rllm": INVOICE };
    expect(await publish({ "mails/a.rllm": "---\n" })).toMatchObject({ error_code: "RLLM_001" });
    expect(await publish({})).toMatchObject({ error_code: "RLLM_001" });
    expect(await publish(sound)).toMatchObject({ error_code: "RLLM_008" });
    const others = [{ ...manifest, private: true }, { name: "a", version: "1.0.0" }, { name: "a" }];
    for (const told of others)
      expect(await publish(sound, told)).toMatchObject({ error_code: "RLLM_008" });
    expect(registry.asked).toEqual([]);
    registry.stop();
  });
});
