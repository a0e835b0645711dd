import { readFileSync } from "node:fs";
import { Glob } from "bun";
import { join } from "node:path";

export const ROOT = join(import.meta.dir, "../..");

export interface Block {
  /** The first word behind the backticks. */
  readonly language: string;
  /** The second one: the name a reader is to save it under. */
  readonly file: string | null;
  readonly text: string;
  /** Line of the page (from 1) on which it opens. */
  readonly line: number;
}

export interface Page {
  /** Relative to the project. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** What stands outside of blocks. */
  readonly prose: string;
  /** Targets of links, code left out. */
  readonly links: readonly string[];
  /** What `#…` may name. */
  readonly anchors: ReadonlySet<string>;
}

/** Every page a reader may open. */
export function readPages(): readonly Page[] {
  const paths = [
    "README.md",
    "AGENTS.md",
    "CHANGELOG.md",
    ...new Glob("{docs,examples}/**/*.md").scanSync(ROOT),
    ...new Glob("plugins/*/README.md").scanSync(ROOT),
  ];
  return paths.toSorted().map((path) => readPage(path, readFileSync(join(ROOT, path), "utf8")));
}

/** A page's text taken apart. */
export function readPage(path: string, written: string): Page {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { fence: string; info: string; lines: string[]; line: number } | null = null;
  for (const [index, line] of written.split("\n").entries()) {
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (open !== null && line.trimEnd() === open.fence) {
      const [language = "", file = null] = open.info.trim().split(/\s+/);
      blocks.push({ language, file, text: open.lines.join("\n"), line: open.line });
      open = null;
    } else if (open !== null) open.lines.push(line);
    else if (fence)
      open = { fence: fence[1] ?? "", info: fence[2] ?? "", lines: [], line: index + 1 };
    else prose.push(line);
  }
  if (open !== null)
    throw new Error(`${path}: the code block that opens on line ${open.line} is never closed`);
  const text = prose.join("\n");
  const links = [...text.replace(/`[^`\n]*`/g, "code").matchAll(/\]\(([^)\s]+)\)/g)].map(
    (match) => match[1] ?? "",
  );
  return { path, blocks, prose: text, links, anchors: anchorsOf(text) };
}

/** Headings as GitHub names them, and explicit anchors. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1] ?? ""));
  for (const [, heading = ""] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-");
    let free = name;
    for (let count = 1; anchors.has(free); count++) free = `${name}-${count}`;
    anchors.add(free);
  }
  return anchors;
}
