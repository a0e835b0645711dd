import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, type ModelServer, serveModel, worldOf } from "../cli/command-line.ts";
import { plain } from "../onboarding/screen.ts";
import { missingPieces, needsModel, readConsole, readWords, type Shown } from "./console.ts";
import { readPages, ROOT } from "./page.ts";

/**
 * The pages that a newcomer reads first, followed to the letter: a new folder, a shell, a terminal,
 * and the binary on the PATH. What needs a key of a real provider is left out, as a newcomer
 * without one has to.
 */
const PAGES = ["README.md", "docs/quickstart.md", "docs/onboarding.md"];
const BINARY = join(ROOT, "dist/modullm");
const FOLDER = "/home/you/modullm";
/** Drawn when a command has ended. */
const END = "(the end)";

setDefaultTimeout(180_000);
const servers: ModelServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

test.each(PAGES)("%s can be followed to the letter", async (path) => {
  if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run npm run build first`);
  const page = readPages().find((each) => each.path === path);
  const folder = makeFolder();
  cpSync(join(ROOT, "examples"), join(folder, "examples"), { recursive: true });
  const server = serveModel(["By next Friday.", '{"due": "2026-05-08"}']);
  servers.push(server);
  let followed = 0;
  for (const block of page?.blocks ?? []) {
    if (block.file !== null) writeFileSync(join(folder, block.file), `${block.text}\n`);
    if (block.language !== "console") continue;
    for (const shown of readConsole(block.text)) {
      if (needsModel(readWords(shown.command, folder).words.slice(1))) continue;
      await follow(shown, folder, server);
      followed++;
    }
  }
  expect(followed).toBeGreaterThan(2);
});

/** Types a command at a terminal, and holds what is drawn against the page. */
async function follow(shown: Shown, folder: string, server: ModelServer): Promise<void> {
  let drawn = "";
  const decoder = new TextDecoder();
  const terminal = new Bun.Terminal({
    cols: 400,
    rows: 200,
    data: (_, bytes) => void (drawn += decoder.decode(bytes, { stream: true })),
  });
  const PATH = `${dirname(BINARY)}:${process.env["PATH"] ?? ""}`;
  // A page's reader has nothing on stdin that was not typed.
  const child = Bun.spawn(
    ["sh", "-c", `${shown.command} < /dev/null; exit=$?; printf '${END}'; exit $exit`],
    {
      cwd: folder,
      env: {
        ...worldOf(folder),
        ...server.env,
        PATH,
        NO_COLOR: "1",
        TERM: "xterm",
        LANG: "C.UTF-8",
      },
      terminal,
    },
  );
  const exit = await child.exited;
  // What is drawn may come after the end of who drew it.
  for (const late = Date.now() + 10_000; !drawn.includes(END) && Date.now() < late;)
    await Bun.sleep(5);
  terminal.close();
  const printed = plain(drawn).replaceAll("\r", "").replace(END, "").replaceAll(folder, FOLDER);
  const said = `$ ${shown.command}\n${printed}`;
  const fails = shown.output.some((line) => /^error RLLM_|"error_code"/.test(line));
  expect({ fails: exit !== 0, said }).toEqual({ fails, said });
  expect({ missing: missingPieces(shown, printed), said }).toEqual({ missing: [], said });
}
