import type { ChangelogConfig } from "changelogen";

/**
 * The sections of CHANGELOG.md, in order, each under the folder that stands for it, and the other folders whose commits go there.
 * What is in no section (tests, benches, CI) changes nothing for whoever uses a release.
 */
const SECTIONS = [
  ["Language and contracts", "program", "contract", "library"],
  ["Running and recovery", "engine", "answer"],
  ["Models and providers", "model", "media"],
  ["Plugins", "plugin", "plugins"],
  ["Sandbox", "sandbox"],
  ["Command line", "cli", "doctor"],
  ["Measuring", "store"],
  ["Configuration, errors and the library", "core", "app"],
  ["Documents and examples", "docs", "examples"],
  ["Building and installing", "build", "install", "package", "scripts"],
] as const;

/** The folder that stands for the section of a folder. */
export const SECTION_OF: Readonly<Record<string, string>> = Object.fromEntries(
  SECTIONS.flatMap(([, first, ...others]) => [first, ...others].map((folder) => [folder, first])),
);

export default {
  // changelogen makes a section of each type, so several folders can share one only where scripts/changelog.ts renames them.
  types: Object.fromEntries(SECTIONS.map(([title, first]) => [first, { title }])),
  templates: { tagBody: "{{newVersion}}" },
  // `noAuthors` alone leaves names out of the text, but first looks every author's e-mail address up at a server. "" is part of all names.
  noAuthors: true,
  excludeAuthors: [""],
} satisfies Partial<ChangelogConfig>;
