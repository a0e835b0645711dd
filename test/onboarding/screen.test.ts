import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OnboardResult } from "../../src/cli/onboarding/onboard.ts";
import { makeFolder } from "../cli/command-line.ts";
import { KEY, MODEL, serveScript } from "./model-server.ts";
import { CTRL_C, DOWN, ENTER, openScreen, type Screen } from "./screen.ts";

/** The binary at a pseudo-terminal, as a person would use it. */
const server = serveScript();
afterAll(() => server.stop());
setDefaultTimeout(180_000);

/** A question as it is drawn while it waits, and the keys that answer it. */
type Answer = readonly [question: string, keys: string];

const ask = (question: string): string => `◆  ${question}`;
const PARTS = [
  "What it does",
  "Input fields",
  "Output fields",
  "Limits and parameters",
  "Prompt",
  "Recovery prompt",
  "File",
  "Input to try it with",
];
const APPROVALS: readonly Answer[] = PARTS.map((title) => [ask(`${title}: is this right?`), ENTER]);
const END: readonly Answer[] = [
  [ask("What shall be changed?"), ENTER],
  [ask("Keep this as a scaffold"), ENTER],
];
/** Phase A: no credential. The second offer is OpenAI's. */
const KEY_TYPED: readonly Answer[] = [
  [ask("Which model shall help you"), DOWN + ENTER],
  [ask("What now?"), ENTER],
  [ask("OPENAI_API_KEY"), KEY + ENTER],
];
const KEPT: Answer = [ask("Where shall OPENAI_API_KEY be kept?"), DOWN + DOWN + ENTER];
const PURPOSE: Answer = [ask("What shall your program do?"), `Read invoices${ENTER}${ENTER}`];
const WHOLE: readonly Answer[] = [...KEY_TYPED, KEPT, PURPOSE, ...APPROVALS, ...END];

async function answer(screen: Screen, answers: readonly Answer[]): Promise<void> {
  for (const [question, keys] of answers) {
    await screen.until(question);
    screen.type(keys);
  }
}

/** Every file below a folder that holds the key. */
function filesWithKey(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(KEY))
    .map((path) => path.slice(folder.length + 1));
}

async function made(screen: Screen): Promise<OnboardResult> {
  const { exit, stdout } = await screen.end();
  expect({ exit, stdout: exit === 0 ? "" : stdout }).toEqual({ exit: 0, stdout: "" });
  return JSON.parse(stdout) as OnboardResult;
}

describe("onboard at a terminal", () => {
  test("goes from no credential to a program that runs; the key is in the chosen .env alone", async () => {
    const folder = makeFolder();
    const screen = openScreen(["onboard"], { folder, env: server.env });
    await answer(screen, WHOLE);
    const result = await made(screen);
    expect(result).toMatchObject({
      ok: true,
      credential_written: true,
      credential_path: join(folder, ".env"),
      generated_file: join(folder, "invoice_facts.rllm"),
      sample_output: { supplier: "Northwind Ltd.", due: "2026-05-31" },
    });
    expect(filesWithKey(folder)).toEqual([".env"]);
    expect(screen.drawn()).not.toContain(KEY);
    expect(server.asked.join()).not.toContain(KEY);
    for (const args of [
      ["validate", "--strict", "invoice_facts.rllm"],
      ["run", "invoice_facts.rllm", "--input-file", "invoice_facts.yaml"],
    ])
      expect((await openScreen(args, { folder, env: server.env }).end()).exit).toBe(0);
  });

  test("with a credential asks for no key; a text of several lines is edited on the screen", async () => {
    const folder = makeFolder();
    const screen = openScreen(["onboard", "--no-save-scaffold"], {
      folder,
      env: { ...server.env, OPENAI_API_KEY: KEY },
    });
    const isPrompt = ([question]: Answer): boolean => question === ask("Prompt: is this right?");
    const at = APPROVALS.findIndex(isPrompt);
    await answer(screen, [
      [ask("Which model shall help you"), ENTER],
      PURPOSE,
      ...APPROVALS.slice(0, at),
      [ask("Prompt: is this right?"), DOWN + DOWN + ENTER],
      [ask("Prompt (Tab"), `${ENTER}Say nothing else.\t${ENTER}`],
      [ask("System message"), `\t${ENTER}`],
      ...APPROVALS.slice(at),
      [ask("What shall be changed?"), ENTER],
    ]);
    const result = await made(screen);
    expect(result).toMatchObject({ ok: true, credential_written: false, scaffold_file: null });
    expect(readFileSync(result.generated_file, "utf8")).toContain(
      "{{input.invoice}}\nSay nothing else.\n",
    );
    expect(filesWithKey(folder)).toEqual([]);
  });

  test("with nothing at all makes one on builtin/baseline", async () => {
    const folder = makeFolder();
    const screen = openScreen(["onboard"], { folder });
    await answer(screen, [
      [ask("Which model shall help you"), ENTER],
      [ask("What shall your program do?"), `Sort tickets by team${ENTER}${ENTER}`],
      ...APPROVALS,
      ...END,
    ]);
    expect(await made(screen)).toMatchObject({ ok: true, model: "builtin/baseline" });
  });
});

describe("Ctrl-C at a question ends onboard with exit 130, and --resume goes on:", () => {
  test.each(WHOLE.map(([question], index) => [question.slice(3), index] as const))(
    "%s",
    async (_, index) => {
      const folder = makeFolder();
      const screen = openScreen(["onboard"], { folder, env: server.env });
      await answer(screen, WHOLE.slice(0, index));
      await screen.until(WHOLE[index]?.[0] ?? "");
      screen.type(CTRL_C);
      const { exit, stdout } = await screen.end();
      expect({ exit, error: JSON.parse(stdout) as unknown }).toMatchObject({
        exit: 130,
        error: { error_code: "RLLM_022" },
      });
      // The cursor is shown again.
      expect(screen.drawn().lastIndexOf("\u001B[?25h")).toBeGreaterThan(
        screen.drawn().lastIndexOf("\u001B[?25l"),
      );
      const kept = existsSync(join(folder, ".env"));
      expect(filesWithKey(folder)).toEqual(kept ? [".env"] : []);

      const again = openScreen(["onboard", "--resume"], { folder, env: server.env });
      await answer(again, remaining(index, kept));
      expect(await made(again)).toMatchObject({
        ok: true,
        generated_file: join(folder, "invoice_facts.rllm"),
      });
      expect(filesWithKey(folder)).toEqual([".env"]);
    },
  );
});

test("Ctrl-D ends onboard as Ctrl-C does, not with success", async () => {
  const folder = makeFolder();
  const screen = openScreen(["onboard", "--model", "builtin/baseline"], { folder });
  await screen.until(PURPOSE[0]);
  screen.type("\u0004");
  const { exit, stdout } = await screen.end();
  expect({ exit, error: JSON.parse(stdout) as unknown }).toMatchObject({
    exit: 130,
    error: { error_code: "RLLM_022" },
  });
});

test("Esc and keys that edit nothing leave no trace in a text", async () => {
  const folder = makeFolder();
  const screen = openScreen(["onboard", "--model", "builtin/baseline"], { folder });
  await screen.until(PURPOSE[0]);
  for (const key of ["\u007F", "\u0001", "\u001B"]) {
    screen.type(key);
    await Bun.sleep(100);
  }
  screen.type(`Sort tickets${ENTER}${ENTER}`);
  await screen.until("Sort tickets");
  await screen.until(ask("What it does: is this right?"));
  screen.type(CTRL_C);
  const { stdout } = await screen.end();
  const { details } = JSON.parse(stdout) as { details: { session_file: string } };
  expect(
    (JSON.parse(readFileSync(details.session_file, "utf8")) as { purpose: string }).purpose,
  ).toBe("Sort tickets");
});

test("a text is edited in the user's editor, where there is one", async () => {
  const folder = makeFolder({
    "editor.sh": "#!/bin/sh\nprintf 'text: string - From the editor\\n' > \"$2\"\n",
  });
  const screen = openScreen(["onboard", "--model", "builtin/baseline"], {
    folder,
    env: { EDITOR: `sh ${join(folder, "editor.sh")} --wait` },
  });
  await answer(screen, [
    PURPOSE,
    ...APPROVALS.slice(0, 1),
    [ask("Input fields: is this right?"), DOWN + ENTER],
  ]);
  await screen.until("From the editor");
  await screen.until(ask("Input fields: is this right?"));
  screen.type(CTRL_C);
  expect((await screen.end()).exit).toBe(130);
});

test("Ctrl-C while a model drafts ends onboard with exit 130, and --resume goes on", async () => {
  const hanging = serveScript({ hang: "Name the fields of its answer" });
  const folder = makeFolder();
  const env = { OPENAI_API_KEY: KEY };
  const screen = openScreen(["onboard", "--model", MODEL], {
    folder,
    env: { ...hanging.env, ...env },
  });
  await answer(screen, [PURPOSE, ...APPROVALS.slice(0, 2)]);
  await screen.until("waiting for");
  screen.interrupt();
  const { exit, stdout } = await screen.end();
  hanging.stop();
  expect({ exit, error: JSON.parse(stdout) as unknown }).toMatchObject({
    exit: 130,
    error: { error_code: "RLLM_022" },
  });
  const again = openScreen(["onboard", "--resume"], { folder, env: { ...server.env, ...env } });
  await answer(again, [...APPROVALS.slice(2), ...END]);
  expect(await made(again)).toMatchObject({ ok: true });
});

/**
 * What is asked after an interrupt: what was not decided, and the key as long as it is kept
 * nowhere.
 */
function remaining(index: number, kept: boolean): readonly Answer[] {
  if (index === 0) return WHOLE;
  const purposeAt = WHOLE.indexOf(PURPOSE);
  const open = WHOLE.slice(Math.max(index, purposeAt));
  // What came after the last part is asked again: the trial, and the scaffold.
  const lastPart = WHOLE.length - END.length;
  const rest = index > lastPart ? END : open;
  return kept ? rest : [...KEY_TYPED.slice(1), KEPT, ...rest];
}
