import { expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSection, writeSection } from "../../scripts/changelog.ts";
import { VERSION } from "../../src/core/version.ts";
import { ROOT } from "./page.ts";

test("package.json, its lock, the program and CHANGELOG.md name one version", () => {
  const lock: unknown = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const [, changed] = /^## (\S+)/m.exec(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")) ?? [];
  expect(lock).toMatchObject({ version: VERSION, packages: { "": { version: VERSION } } });
  expect(changed).toBe(VERSION);
});

/** A repository whose last release, 1.0.0, is followed by commits with these subjects. */
function repository(subjects: readonly string[], { tag }: { tag: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), "changelog-"));
  const git = (...args: readonly string[]): void => {
    const who = [
      "-c",
      "user.name=Ada Byron",
      "-c",
      "user.email=ada@example.org",
      "-c",
      "commit.gpgsign=false",
    ];
    execFileSync("git", [...who, ...args], { cwd: folder, stdio: "ignore" });
  };
  git("init");
  git("remote", "add", "origin", "https://github.com/nobody/nothing.git");
  git("commit", "--allow-empty", "-m", "engine: before the first release");
  writeFileSync(join(folder, "CHANGELOG.md"), "# Changes\n\n## 1.0.0\n\nThe first one.\n");
  writeFileSync(join(folder, "package.json"), '{"version": "1.1.0"}\n');
  git("add", ".");
  git("commit", "-m", "package: 1.0.0");
  if (tag) git("tag", "v1.0.0");
  for (const subject of subjects) git("commit", "--allow-empty", "-m", subject);
  return folder;
}

const SUBJECTS = [
  "engine, core: a budget says what it allows",
  "test: names",
  "cli: help on plugins",
  "answer: dates in words",
  "ci: less of it",
  "test, model: a wire",
];
const SECTION = `## 1.1.0

### Running and recovery

- A budget says what it allows (HASH)
- Dates in words (HASH)

### Models and providers

- A wire (HASH)

### Command line

- Help on plugins (HASH)`;

/** Hashes differ from run to run, blank lines don't matter. */
function plain(section: string): string {
  return section.replace(/\([0-9a-f]{7,}\)/g, "(HASH)").replace(/\n{3,}/g, "\n\n");
}

for (const tag of [true, false]) {
  test(`changes ${tag ? "with" : "without"} a tag are grouped by folder, without authors and links`, async () => {
    expect(plain(await readSection(repository(SUBJECTS, { tag })))).toBe(SECTION);
  });
}

test("changes are written above the last release, once", async () => {
  const folder = repository(SUBJECTS, { tag: true });
  await writeSection(folder);
  const text = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
  expect(plain(text)).toBe(`# Changes\n\n${SECTION}\n\n## 1.0.0\n\nThe first one.\n`);
  const again = await writeSection(folder).catch((thrown: unknown) => String(thrown));
  expect(again).toContain("CHANGELOG.md has 1.1.0 already");
});
