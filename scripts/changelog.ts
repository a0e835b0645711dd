/**
 * What was committed since the last release, as a section of CHANGELOG.md.
 *   bun scripts/changelog.ts [--from REF] [--write]
 * Prints it; --write puts it into CHANGELOG.md, under the version of package.json. Without --from
 * it begins at the tag of the newest version in CHANGELOG.md, and where there is none at the commit
 * that wrote its heading. Reads git, and nothing else.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateMarkDown, getGitDiff, parseCommits, type RawGitCommit } from "changelogen";
import config, { SECTION_OF } from "../changelog.config.ts";

const FILE = "CHANGELOG.md";
const HEADING = /^## (\d+\.\d+\.\d+\S*)/m;

if (import.meta.main) {
  const { values } = parseArgs({
    options: { from: { type: "string" }, write: { type: "boolean", default: false } },
  });
  const folder = join(import.meta.dir, "..");
  const text = await (values.write
    ? writeSection(folder, values.from)
    : readSection(folder, values.from));
  process.stdout.write(`${text}\n`);
}

/** Under the version of package.json, or `Unreleased` while that is the last release's. */
export async function readSection(folder: string, from = lastRelease(folder)): Promise<string> {
  const version = versionOf(folder);
  const title = version === newestIn(folder) ? "Unreleased" : version;
  const commits = (await getGitDiff(from, "HEAD", folder)).flatMap(
    (commit) => inSection(commit) ?? [],
  );
  const settings = {
    ...config,
    cwd: folder,
    newVersion: title,
    to: "HEAD",
    output: false,
    scopeMap: {},
    tokens: {},
    publish: {},
    // With a repository or a `from` it would link to addresses that need not exist.
    from: "",
    repo: {},
  };
  return await generateMarkDown(parseCommits(commits, settings), settings);
}

export async function writeSection(folder: string, from?: string): Promise<string> {
  if (versionOf(folder) === newestIn(folder))
    throw new Error(
      `${FILE} has ${newestIn(folder)} already: set the new version in package.json first`,
    );
  const section = await readSection(folder, from);
  const path = join(folder, FILE);
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(HEADING, (heading) => `${section}\n\n${heading}`),
  );
  return section;
}

/** `engine, core: what changed` as the section's own; null for what is in none. */
function inSection(commit: RawGitCommit): RawGitCommit | null {
  const [, folders = "", what = ""] = /^([\w-]+(?:, ?[\w-]+)*): (.+)$/.exec(commit.message) ?? [];
  const section = folders.split(/, ?/).flatMap((name) => SECTION_OF[name] ?? [])[0];
  return section === undefined ? null : { ...commit, message: `${section}: ${what}` };
}

function lastRelease(folder: string): string {
  const version = newestIn(folder);
  if (version === null) throw new Error(`${FILE} names no version to begin at: give --from`);
  const tag = `v${version}`;
  if (git(folder, "tag", "--list", tag) !== "") return tag;
  const [wrote = ""] = git(
    folder,
    "log",
    "--reverse",
    "--format=%H",
    `-S## ${version}`,
    "--",
    FILE,
  ).split("\n");
  if (wrote === "")
    throw new Error(`no commit wrote "## ${version}" into ${FILE}: commit it, or give --from`);
  return wrote;
}

function newestIn(folder: string): string | null {
  const path = join(folder, FILE);
  return existsSync(path) ? (HEADING.exec(readFileSync(path, "utf8"))?.[1] ?? null) : null;
}

function versionOf(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const version =
    typeof manifest === "object" && manifest !== null && "version" in manifest
      ? manifest.version
      : null;
  if (typeof version !== "string") throw new Error("package.json has no version");
  return version;
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
}
