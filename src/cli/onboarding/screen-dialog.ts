import { Writable } from "node:stream";
import * as prompts from "@clack/prompts";
import { type Output, type Terminal, visible } from "../output.ts";
import { type Dialog, interrupted, type TextQuestion } from "./dialog.ts";

export interface ScreenDialogOptions {
  readonly output: Output;
  readonly keyboard: NonNullable<Terminal["keyboard"]>;
  readonly signal: AbortSignal;
}

/** A dialog at a terminal, drawn on stderr: stdout is kept for the result. */
export function createScreenDialog({ output, keyboard, signal }: ScreenDialogOptions): Dialog {
  const common = { input: keyboard(), output: screenOf(output), signal };

  /** A text as typed; empty where nothing was. */
  async function text(message: string, options: TextQuestion = {}): Promise<string> {
    const { usual = "", multiline = false, check } = options;
    const validate = (answer: string | undefined): string | undefined => check?.((answer ?? "").trim()) ?? undefined;
    const asked = { ...common, message, validate, ...(usual === "" ? {} : { initialValue: usual }) };
    const given = multiline
      ? await prompts.multiline({ ...asked, message: `${message} (Tab, then Enter, when done)`, showSubmit: true })
      : await prompts.text(asked);
    return answered(given ?? "").trim();
  }

  return {
    text,
    async choose(message, choices, usual) {
      const options = choices.map(({ value, label, hint }) => ({
        value: value as string,
        label: shown(label),
        ...(hint === undefined ? {} : { hint: shown(hint) }),
      }));
      const given = answered(
        await prompts.select<string>({ ...common, message, options, initialValue: usual, maxItems: 12 }),
      );
      return choices.find(({ value }) => value === given)?.value ?? usual;
    },
    hidden: async (message) => answered(await prompts.password({ ...common, message })).trim(),
    confirm: async (message, initialValue) => answered(await prompts.confirm({ ...common, message, initialValue })),
    say: (told) => prompts.log.message(shown(told), common),
    show: (title, body) => prompts.note(shown(body), title, { ...common, format: (line) => line }),
  };

  function shown(told: string): string {
    return visible(output.redactor.text(told));
  }
}

function answered<T>(given: T): Exclude<T, symbol> {
  if (prompts.isCancel(given)) throw interrupted();
  return given as Exclude<T, symbol>;
}

/** A stream of the kind the dialogs draw on: what is drawn passes the redactor as all output does. */
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

/** Lines of a terminal that does not say how many it has. */
const ROWS = 24;
