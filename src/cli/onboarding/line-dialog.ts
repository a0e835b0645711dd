import { ModullmError } from "../../core/error.ts";
import { inputError } from "../../program/input.ts";
import type { Lines } from "../lines.ts";
import type { Output, Terminal } from "../output.ts";
import { visible } from "../../core/visible.ts";
import {
  type Choice,
  type Dialog,
  interrupted,
  type MoreChoice,
  type TextQuestion,
} from "./dialog.ts";

const HINT =
  "Write one answer a line, or take the usual ones with --yes; docs/onboarding.md lists the " +
  "questions.";

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
  const script: Script = {
    terminal: output.terminal,
    print: (told) => output.terminal.stderr(output.redactor.text(visible(told))),
    next: () => untilAborted(lines.next(), signal),
  };
  const { print } = script;
  return {
    unattended: false,
    text: (question, options) => askText(script, question, options),
    choose: (question, choices, usual, more) =>
      choose(script, question, { choices, usual, ...more }),
    async hidden(question) {
      if (script.terminal.stdinIsTty === true) throw wouldShow(question, script.terminal);
      print(`? ${question}: `);
      return await answer(script, question);
    },
    async confirm(question, usual) {
      print(`? ${question} ${usual ? "[Y/n]" : "[y/N]"}: `);
      const given = await answer(script, question);
      if (given === "") return usual;
      if (/^y(?:es)?$/i.test(given)) return true;
      if (/^no?$/i.test(given)) return false;
      throw unusable(question, "it is neither yes nor no");
    },
    say: (told) => print(`${told}\n`),
    show: (title, shown) => print(`\n${title}\n${shown.replaceAll(/^/gm, "  ")}\n`),
  };
}

interface Script {
  readonly terminal: Terminal;
  print(told: string): void;
  /** Null at the end of stdin. */
  next(): Promise<string | null>;
}

async function answer(script: Script, question: string, spare?: string): Promise<string> {
  const line = await script.next();
  script.print("\n");
  if (line !== null) return line.trim();
  if (spare !== undefined) return spare;
  throw inputError(
    "stdin",
    `Cannot go on: the answers on stdin end before "${question}"`,
    { question },
    HINT,
  );
}

async function askText(
  script: Script,
  question: string,
  { usual, multiline, spare, check }: TextQuestion = {},
): Promise<string> {
  const shown = usual === undefined || usual === "" ? "" : ` [${oneLine(usual)}]`;
  script.print(`? ${question}${shown}: `);
  const line = await answer(script, question, spare);
  const typed = multiline === undefined ? line : line.replaceAll(String.raw`\n`, "\n");
  const given = line === "" ? (usual ?? "") : visible(typed);
  const fault = check?.(given) ?? null;
  if (fault !== null) throw unusable(question, fault);
  return given;
}

async function choose<Value extends string>(
  script: Script,
  question: string,
  {
    choices,
    usual,
    free,
  }: MoreChoice<Value> & {
    readonly choices: readonly Choice<Value>[];
    readonly usual: Value;
  },
): Promise<Value> {
  const shown = choices.map(({ value, label, hint }, index) => {
    const named = label.startsWith(value) ? label : `${value}  ${label}`;
    return `  ${index + 1}  ${named}${hint === undefined ? "" : ` - ${hint}`}`;
  });
  script.print(`? ${question}\n${shown.join("\n")}\n  [${usual}]: `);
  const given = await answer(script, question);
  if (given === "") return usual;
  const chosen = choices.find(({ value }) => value === given) ?? choices[Number(given) - 1];
  if (chosen !== undefined) return chosen.value;
  if (free?.(given) === true) return given;
  // The answer is not quoted: it may be a key on a wrong line.
  throw unusable(question, `it is none of ${choices.map(({ value }) => value).join(", ")}`);
}

function wouldShow(question: string, { stderrIsTty }: Terminal): ModullmError {
  const reason = stderrIsTty
    ? "what is typed would be shown here"
    : "what is typed would be shown, as stderr is no terminal";
  return inputError(
    "stdin",
    `Cannot ask for ${question}: ${reason}`,
    { question, reason },
    stderrIsTty ? "Set the variable, then go on with --resume." : "Leave stderr to the terminal.",
  );
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
