import type { Readable } from "node:stream";
import { escapeInvisible, visible } from "../core/visible.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Policy } from "../policy/policy.ts";
import { writeJson } from "../core/json.ts";

/** The terminal, pipes and environment a command line runs in; a test hands in its own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** What may be done, and by whom. @default what the configuration says */
  readonly policy?: Policy;
  /** Whether a user can be asked something. @default false */
  readonly stdinIsTty?: boolean;
  /** Columns of the terminal behind stderr. */
  readonly columns: number;
  /** Lines of the terminal behind stderr. */
  readonly rows?: number;
  /**
   * Keys as they are pressed, for what is drawn on the screen; absent where there is no keyboard.
   */
  readonly keyboard?: () => Readable;
  /** @throws {Error} where nobody reads it any more and nobody listens to `onInterrupt` */
  stdout(text: string): void;
  stderr(text: string): void;
  stdin(): AsyncIterable<Uint8Array>;
  /**
   * Calls back at Ctrl-C or SIGTERM, instead of ending the process at once, and when the reader of
   * stdout goes away, until the function it gives is called. A second signal ends the process.
   * While nobody listens the system's own handling holds: work that never yields can be stopped
   * too.
   */
  onInterrupt(callback: () => void): () => void;
  /** What has interrupted the command; null as long as nothing has. @default null */
  interruptedBy?(): Interruption | null;
  /** Whether stdout and stderr are one pipe or file, as with `2>&1`. @default false */
  readonly oneStream?: boolean;
}

/** SIGPIPE: the reader of stdout has gone away. */
export type Interruption = "SIGINT" | "SIGTERM" | "SIGPIPE";

/**
 * Everything a command says. Results go to stdout, the rest to stderr, and all of it through the
 * redactor: this is the one place where text leaves the process.
 */
export interface Output {
  readonly terminal: Terminal;
  readonly color: boolean;
  /** Whether results are asked for as JSON, whoever reads them. */
  readonly wantsJson: boolean;
  /** Whether a result that has a form for people is printed in it. */
  readonly forPeople: boolean;
  /** A result. One line when piped, indented at a terminal. */
  json(value: unknown): void;
  /** One of many results: always one line. */
  line(value: unknown): void;
  /** A result that is text. */
  text(text: string): void;
  /** For people, on stderr. */
  note(text: string): void;
  /** A warning on stderr; the same words are said once. */
  warn(message: string): void;
  /** Secrets known from now on. */
  redactor: Redactor;
}

export interface OutputOptions {
  /** @default "auto" */
  readonly color?: "auto" | "always" | "never";
  /** @default false */
  readonly json?: boolean;
}

export function createOutput(
  terminal: Terminal,
  redactor: Redactor,
  { color = "auto", json: wantsJson = false }: OutputOptions = {},
): Output {
  const colored =
    color === "always" || (color === "auto" && terminal.stderrIsTty && wantsColor(terminal.env));
  const warned = new Set<string>();
  const output: Output = {
    terminal,
    color: colored,
    wantsJson,
    forPeople: terminal.stdoutIsTty && !wantsJson,
    redactor,
    json(value) {
      const shown = output.redactor.value(value);
      const text = terminal.stdoutIsTty ? escapeInvisible(writeJson(shown, 2)) : writeJson(shown);
      terminal.stdout(`${text}\n`);
    },
    line(value) {
      terminal.stdout(`${writeJson(output.redactor.value(value))}\n`);
    },
    text(text) {
      terminal.stdout(output.redactor.text(text.endsWith("\n") ? text : `${text}\n`));
    },
    note(text) {
      terminal.stderr(output.redactor.text(text.endsWith("\n") ? text : `${text}\n`));
    },
    warn(message) {
      if (warned.has(message)) return;
      warned.add(message);
      output.note(`${paint(colored, 33, "warning:")} ${visible(message)}`);
    },
  };
  return output;
}

/** Text in an ANSI colour, or plain. */
export function paint(color: boolean, code: number, text: string): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text;
}

function wantsColor(env: Terminal["env"]): boolean {
  if (env["NO_COLOR"]) return false;
  return env["TERM"] !== "dumb";
}
