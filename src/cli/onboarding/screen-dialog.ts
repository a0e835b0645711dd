import { Writable } from "node:stream";
import * as prompts from "@clack/prompts";
import { visible } from "../../core/visible.ts";
import type { Output, Terminal } from "../output.ts";
import { type Dialog, interrupted, type TextQuestion } from "./dialog.ts";
import { editText, findEditor } from "./editor.ts";

export interface ScreenDialogOptions {
  readonly output: Output;
  readonly keyboard: NonNullable<Terminal["keyboard"]>;
  readonly signal: AbortSignal;
  /** Asked before a file for an editor is written. @throws {ModullmError} RLLM_021 */
  readonly permit: (path: string) => void;
}

/** A dialog at a terminal, drawn on stderr: stdout is kept for the result. */
export function createScreenDialog(options: ScreenDialogOptions): Dialog {
  // It would end all of it, where one means to leave a text.
  prompts.settings.aliases.delete("escape");
  const screen = openScreen(options);
  const { ask, say, shown } = screen;
  return {
    unattended: false,
    text: (question, asked) => askText(screen, question, asked),
    async choose(question, choices, usual) {
      const shownChoices = choices.map(({ value, label, hint }) => ({
        value: value as string,
        label: shown(label),
        ...(hint === undefined ? {} : { hint: shown(hint) }),
      }));
      const asked = { message: shown(question), options: shownChoices, initialValue: usual };
      const given = await ask((common) =>
        prompts.select<string>({ ...common, ...asked, maxItems: 12 }),
      );
      return choices.find(({ value }) => value === given)?.value ?? usual;
    },
    hidden: async (question) =>
      seen(await ask((common) => prompts.password({ ...common, message: shown(question) }))),
    confirm: (question, initialValue) =>
      ask((common) => prompts.confirm({ ...common, message: shown(question), initialValue })),
    say,
    show: (title, body) =>
      prompts.note(shown(body), shown(title), { output: screen.drawn, format: (line) => line }),
  };
}

interface Screen extends Pick<ScreenDialogOptions, "permit"> {
  readonly terminal: Terminal;
  readonly drawn: Writable;
  ask<T>(prompt: Prompt<T>): Promise<Exclude<T, symbol>>;
  say(told: string): void;
  shown(told: string): string;
}

type Prompt<T> = (common: Common) => Promise<T>;

function openScreen({ output, keyboard, signal, permit }: ScreenDialogOptions): Screen {
  const { terminal, redactor } = output;
  const common = { input: keyboard(), output: screenOf(output), signal };
  const shown = (told: string): string => visible(redactor.text(told));
  return {
    terminal,
    permit,
    drawn: common.output,
    ask: (prompt) => askPrompt(common, prompt),
    say: (told) =>
      prompts.log.message(wrapped(shown(told), terminal.columns - FRAME), {
        output: common.output,
      }),
    shown,
  };
}

/**
 * One question. Ctrl-D closes the keyboard, which nobody tells the prompt: it ends as Ctrl-C does.
 * Going on after Ctrl-Z closes it too, and there it is opened again.
 */
async function askPrompt<T>(common: Common, prompt: Prompt<T>): Promise<Exclude<T, symbol>> {
  const { input, signal } = common;
  const closed = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let continued = false;
  const onContinue = (): void => void (continued = true);
  // An answer closes it as well, and its prompt is done by then: told late, it would close the
  // next one's keyboard.
  const onPause = (): void => {
    timer = setTimeout(() => {
      if (continued) input.resume();
      else closed.abort();
      continued = false;
    });
  };
  input.on("pause", onPause);
  process.on("SIGCONT", onContinue);
  try {
    const given = await prompt({ ...common, signal: AbortSignal.any([signal, closed.signal]) });
    if (prompts.isCancel(given)) throw interrupted();
    return given as Exclude<T, symbol>;
  } finally {
    input.off("pause", onPause);
    process.off("SIGCONT", onContinue);
    clearTimeout(timer);
  }
}

/** A text as typed, without what can't be seen; empty where nothing was. */
async function askText(
  screen: Screen,
  question: string,
  options: TextQuestion = {},
): Promise<string> {
  const { usual = "", multiline, check } = options;
  const { env, rows = ROWS } = screen.terminal;
  const editor = multiline === "long" ? findEditor(env, usual, rows) : null;
  if (editor !== null) return await askEdited(screen, editor, question, options);
  const message = screen.shown(question);
  const validate = (answer: string | undefined): string | undefined =>
    check?.(seen(answer)) ?? undefined;
  const asked = { validate, ...(usual === "" ? {} : { initialValue: visible(usual) }) };
  const given = await screen.ask((common) => {
    if (multiline === "long")
      return prompts.multiline({
        ...common,
        ...asked,
        message: `${message} (Tab, then Enter, when done)`,
        showSubmit: true,
      });
    if (multiline === "short")
      return prompts.multiline({
        ...common,
        ...asked,
        message: `${message} (Enter twice when done)`,
      });
    return prompts.text({ ...common, ...asked, message });
  });
  return seen(given);
}

async function askEdited(
  { ask, say, terminal, permit }: Screen,
  editor: string,
  question: string,
  { usual = "", check }: TextQuestion,
): Promise<string> {
  for (let current = usual; ;) {
    say(`${question}: in ${editor} …`);
    current = seen(editText(editor, current, { env: terminal.env, permit }));
    const fault = check?.(current) ?? null;
    if (fault === null) return current;
    say(fault);
    const again = await ask((common) => prompts.confirm({ ...common, message: "Edit it again?" }));
    if (!again) return usual;
  }
}

type Common = Required<Pick<prompts.CommonOptions, "input" | "output" | "signal">>;

/** Lines of a terminal that does not say how many it has. */
const ROWS = 24;

/** Columns of a line's frame. */
const FRAME = 4;

/** Lines parted between words; the terminal would part them anywhere, and outside of the frame. */
function wrapped(text: string, width: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

function seen(answer: string | undefined): string {
  return visible(answer ?? "").trim();
}

/**
 * A stream of the kind the dialogs draw on: what is drawn passes the redactor as all output does.
 */
function screenOf(output: Output): Writable {
  const { terminal } = output;
  const screen = new Writable({
    decodeStrings: false,
    write(drawn: string | Uint8Array, _encoding, done) {
      const text = typeof drawn === "string" ? drawn : Buffer.from(drawn).toString("utf8");
      terminal.stderr(output.redactor.text(text));
      done();
    },
  });
  return Object.defineProperties(screen, {
    columns: { get: () => terminal.columns },
    rows: { get: () => terminal.rows ?? ROWS },
    isTTY: { value: true },
  });
}
