import { ModullmError } from "../../core/error.ts";
import { inputError } from "../../program/input.ts";
import type { Lines } from "../lines.ts";
import { type Output } from "../output.ts";
import { visible } from "../../core/visible.ts";
import {
  type Choice,
  type Dialog,
  interrupted,
  type MoreChoice,
  type TextQuestion,
} from "./dialog.ts";

const HINT =
  "Write one answer a line, or take the usual ones with --yes; docs/onboarding.md lists the questions.";

export interface LineDialogOptions {
  readonly output: Output;
  readonly lines: Lines;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/**
 * A dialog over lines of stdin: each question is printed on stderr and takes one line. An empty
 * line is the usual answer; a choice is its number or its word; in a text of several lines `\n` is
 * a line break.
 */
export function createLineDialog({ output, lines, signal }: LineDialogOptions): Dialog {
  function print(told: string): void {
    output.terminal.stderr(output.redactor.text(visible(told)));
  }

  async function answer(question: string, spare?: string): Promise<string> {
    const line = await untilAborted(lines.next(), signal);
    print("\n");
    if (line !== null) return line.trim();
    if (spare !== undefined) return spare;
    throw inputError(
      "stdin",
      `Cannot go on: the answers on stdin end before "${question}"`,
      { question },
      HINT,
    );
  }

  async function text(question: string, options: TextQuestion = {}): Promise<string> {
    const { usual, multiline, spare, check } = options;
    print(`? ${question}${usual === undefined || usual === "" ? "" : ` [${oneLine(usual)}]`}: `);
    const line = await answer(question, spare);
    const typed = multiline === undefined ? line : line.replaceAll(String.raw`\n`, "\n");
    const given = line === "" ? (usual ?? "") : visible(typed);
    const fault = check?.(given) ?? null;
    if (fault !== null) throw unusable(question, fault);
    return given;
  }

  return {
    text,
    unattended: false,
    async choose<Value extends string>(
      question: string,
      choices: readonly Choice<Value>[],
      usual: Value,
      { free }: MoreChoice<Value> = {},
    ) {
      const shown = choices.map(({ value, label, hint }, index) => {
        const named = label.startsWith(value) ? label : `${value}  ${label}`;
        return `  ${index + 1}  ${named}${hint === undefined ? "" : ` - ${hint}`}`;
      });
      print(`? ${question}\n${shown.join("\n")}\n  [${usual}]: `);
      const given = await answer(question);
      if (given === "") return usual;
      const chosen = choices.find(({ value }) => value === given) ?? choices[Number(given) - 1];
      if (chosen !== undefined) return chosen.value;
      if (free?.(given) === true) return given;
      // The answer is not quoted: it may be a key on a wrong line.
      throw unusable(question, `it is none of ${choices.map(({ value }) => value).join(", ")}`);
    },
    async hidden(question) {
      if (output.terminal.stdinIsTty === true) {
        const reason = output.terminal.stderrIsTty
          ? "what is typed would be shown here"
          : "what is typed would be shown, as stderr is no terminal";
        throw inputError(
          "stdin",
          `Cannot ask for ${question}: ${reason}`,
          { question, reason },
          output.terminal.stderrIsTty
            ? "Set the variable, then go on with --resume."
            : "Leave stderr to the terminal.",
        );
      }
      print(`? ${question}: `);
      return await answer(question);
    },
    async confirm(question, usual) {
      print(`? ${question} ${usual ? "[Y/n]" : "[y/N]"}: `);
      const given = await answer(question);
      if (given === "") return usual;
      if (/^y(?:es)?$/i.test(given)) return true;
      if (/^no?$/i.test(given)) return false;
      throw unusable(question, "it is neither yes nor no");
    },
    say: (told) => print(`${told}\n`),
    show: (title, shown) => print(`\n${title}\n${shown.replaceAll(/^/gm, "  ")}\n`),
  };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(interrupted());
  if (signal.aborted) throw interrupted();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function unusable(question: string, reason: string): ModullmError {
  return inputError(
    "stdin",
    `Cannot use the answer to "${question}": ${reason}`,
    { question, reason },
    HINT,
  );
}

function oneLine(text: string): string {
  const line = text.replaceAll("\n", String.raw`\n`);
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
