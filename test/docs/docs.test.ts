import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { CODES } from "../../src/core/codes.ts";
import { programOf } from "../../src/program/parse.ts";
import { makeFolder, modullm, serveModel } from "../cli/command-line.ts";
import { END, openOllama, piece } from "../model/ollama/ollama-server.ts";
import { missingPieces, needsModel, readConsole, readWords, type Shown } from "./console.ts";
import { type Page, readPages, ROOT } from "./page.ts";

const PAGES = readPages();
/** How the pages call the folder that the commands are typed in. */
const FOLDER = "/home/you/modullm";

/** How the pages call the Ollama server. */
const OLLAMA = "127.0.0.1:11434";

const opened: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of opened) await close();
});

test.each(PAGES.map((page) => [page.path, page] as const))(
  "the links of %s lead somewhere",
  (_, page) => {
    expect(page.links.filter((link) => !resolves(page, link))).toEqual([]);
  },
);

describe("programs in the pages", () => {
  // Those of a folder `old` are shown for what is wrong with them; the commands under them say it.
  const programs = PAGES.flatMap((page) =>
    page.blocks.map((block) => ({ ...block, page: page.path })),
  ).filter(
    ({ language, text, file }) =>
      (language === "rllm" || /^---\n[^]*^llm:/m.test(text)) && file?.startsWith("old/") !== true,
  );

  test.each(programs.map((block) => [`${block.page}:${block.line}`, block.text] as const))(
    "%s parses",
    (place, text) => {
      expect(programOf(text, { path: place }).warnings).toEqual([]);
    },
  );
});

describe("commands in the pages", () => {
  const pages = PAGES.filter((page) => page.blocks.some((block) => block.language === "console"));

  test.each(pages.map((page) => [page.path, page] as const))(
    "%s shows what they print",
    async (_, page) => {
      const folder = makeFolder();
      cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
      const servers = standIns();
      for (const block of page.blocks) {
        if (block.file !== null) save(join(folder, block.file), block.text);
        if (block.language !== "console") continue;
        for (const shown of readConsole(block.text)) await follow(shown, folder, servers);
      }
    },
    60_000,
  );
});

test("docs/composition.md draws the examples as inspect does", async () => {
  const page = PAGES.find(({ path }) => path === "docs/composition.md");
  const shown =
    page?.blocks.filter(({ language }) => language === "mermaid").map(({ text }) => text) ?? [];
  const drawn = await Promise.all(
    shown.map(async (text) => {
      const name = /p0\["(\w+)/.exec(text)?.[1] ?? "";
      const { stdout } = await modullm([
        "inspect",
        join(ROOT, `examples/${name}.rllm`),
        "--format",
        "mermaid",
      ]);
      return stdout.trimEnd();
    }),
  );
  expect(shown).toHaveLength(5);
  expect(shown).toEqual(drawn);
});

/** A relative link leads to a file of the project and, behind `#`, to a heading of it. */
function resolves(page: Page, link: string): boolean {
  if (/^(?:https?|mailto):/.test(link)) return true;
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page.path : normalize(join(dirname(page.path), file));
  if (path.startsWith("..") || !existsSync(join(ROOT, path))) return false;
  return (
    anchor === undefined ||
    (PAGES.find((other) => other.path === path)?.anchors.has(anchor) ?? false)
  );
}

interface StandIns {
  readonly env: Readonly<Record<string, string>>;
  /** Where the Ollama server of the pages listens here. */
  readonly ollama: string;
}

/** A server behind `local/…`, and an Ollama server that has no model until one is pulled. */
function standIns(): StandIns {
  const local = serveModel(["By next Friday.", '{"due": "2026-05-08"}']);
  const ollama = openOllama({
    chat: [piece('{"due": "2026-'), piece('05-08"}'), END],
    pull: [
      { status: "pulling manifest" },
      {
        status: "pulling dde5aa3fc5ff",
        digest: "sha256:dde5aa3fc5ff",
        total: 2_000_000,
        completed: 1_000_000,
      },
      { status: "success" },
    ],
  });
  opened.push(local.stop, ollama.close);
  return { env: { ...local.env, OLLAMA_HOST: ollama.host }, ollama: ollama.host };
}

function save(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}

/** Does what a reader who types the command does, and holds the page against what comes out. */
async function follow(shown: Shown, folder: string, servers: StandIns): Promise<void> {
  const { words, redirected } = readWords(shown.command, folder);
  const [program, ...args] = words;
  if (program === "sed") edit(args, folder, redirected);
  if (program !== "modullm" || needsModel(args)) return;
  const { exit, stdout, stderr } = await modullm(args, {
    folder,
    tty: true,
    env: { ...servers.env, NO_COLOR: "1", LANG: "C.UTF-8" },
  });
  if (redirected !== null && redirected !== "/dev/null")
    writeFileSync(join(folder, redirected), stdout);
  const printed = `${stderr}\n${redirected === null ? stdout : ""}`
    .replaceAll(folder, FOLDER)
    .replaceAll(servers.ollama, OLLAMA);
  const said = `$ ${shown.command}\n${printed}`;
  expect({ exit, said }).toEqual({ exit: expectedExit(shown), said });
  expect({ missing: missingPieces(shown, printed), said }).toEqual({ missing: [], said });
}

/** `sed 's/A/B/' FROM > TO`, which is how the pages make a second version of a file. */
function edit(
  [script = "", from = ""]: readonly string[],
  folder: string,
  to: string | null,
): void {
  const [, pattern = "", replacement = ""] = /^s\/(.*)\/(.*)\/$/.exec(script) ?? [];
  const text = readFileSync(join(folder, from), "utf8");
  if (to === null || !text.includes(pattern))
    throw new Error(`sed ${script} ${from} changes nothing`);
  writeFileSync(join(folder, to), text.replaceAll(pattern, replacement));
}

function expectedExit({ output }: Shown): number {
  const text = output.join("\n");
  if (/^modullm\b.*: /m.test(text)) return 2;
  const code = /(?:^error |"error_code": ")(RLLM_\d{3})/m.exec(text)?.[1];
  return code === undefined ? 0 : CODES[code as keyof typeof CODES].exit;
}
