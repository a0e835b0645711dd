/**
 * Writes llms.txt and docs/llms.txt (https://llmstxt.org): what the documents are, for models that
 * look for their way.
 *   bun scripts/docs-llms.ts
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { programOf } from "../src/program/parse.ts";
import { TOPICS } from "../src/cli/topics/topics.ts";

const ROOT = join(import.meta.dirname, "..");

/**
 * Where the text stands. It is the same twice, for some look for it beside the README and some
 * beside the documents.
 */
export const PLACES = ["llms.txt", "docs/llms.txt"] as const;

/** The text for one of the places: links are relative to it. */
export function llmsText(place: (typeof PLACES)[number]): string {
  const link = (path: string, title: string, about = ""): string =>
    `- [${title}](${relative(dirname(place), path)})${about === "" ? "" : `: ${about}`}`;
  const page = (path: string): string => {
    const { title, about } = readHead(path);
    return link(path, title, about);
  };
  return [
    "# ModuLLM",
    "",
    `> ${readHead("README.md").paragraph}`,
    "",
    "To write, check and run programs, read what `modullm help agents` prints: all that a " +
      "coding agent needs, in less than 2,500 tokens.",
    "The binary answers offline, as JSON in a pipe:",
    "",
    `- \`modullm help TOPIC\`, where TOPIC is ${Object.keys(TOPICS).join(", ")} or commands`,
    "- `modullm help commands --format json`: every command with its arguments and options",
    "- `modullm help RLLM_013`: an error code, with what to do",
    "",
    "## Documents",
    "",
    ...documents().map(page),
    "",
    "## Examples",
    "",
    ...examples().map(({ path, name, description }) => link(path, name, description)),
    "",
    "## Optional",
    "",
    page("AGENTS.md"),
    ...decisions().map((path) => link(path, readHead(path).title)),
    "",
  ].join("\n");
}

/** Every page of docs/, in the order in which docs/README.md leads to them. */
function documents(): string[] {
  const list = readFileSync(join(ROOT, "docs/README.md"), "utf8");
  const linked = [...list.matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, file = ""]) => `docs/${file}`);
  const all = readdirSync(join(ROOT, "docs")).filter(
    (file) => file.endsWith(".md") && file !== "README.md",
  );
  const missing = all.filter((file) => !linked.includes(`docs/${file}`));
  if (missing.length > 0) throw new Error(`docs/README.md does not lead to ${missing.join(", ")}`);
  return [...new Set(linked)];
}

function examples(): { path: string; name: string; description: string }[] {
  const files = readdirSync(join(ROOT, "examples")).filter((file) => file.endsWith(".rllm"));
  return files.toSorted().map((file) => {
    const path = `examples/${file}`;
    const { name, description } = programOf(readFileSync(join(ROOT, path), "utf8"), { path });
    return { path, name, description };
  });
}

function decisions(): string[] {
  return readdirSync(join(ROOT, "docs/decisions"))
    .filter((file) => file.endsWith(".md"))
    .toSorted()
    .map((file) => `docs/decisions/${file}`);
}

/** The title of a page, its first paragraph, and the first sentence of that. */
function readHead(path: string): { title: string; paragraph: string; about: string } {
  const text = readFileSync(join(ROOT, path), "utf8").replace(/<!--[^]*?-->/g, "");
  const [heading = "", ...rest] = text.trim().split(/\n{2,}/);
  const first = rest.find((part) => /^(?:[^#|>`\d-]|`[^`])/.test(part)) ?? "";
  const paragraph = first
    .replaceAll("\n", " ")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim();
  const about = /^.*?[.?!](?= |$)/.exec(paragraph)?.[0] ?? paragraph.replace(/:$/, ".");
  return { title: heading.replace(/^# /, ""), paragraph, about };
}

if (import.meta.main) for (const place of PLACES) writeFileSync(join(ROOT, place), llmsText(place));
