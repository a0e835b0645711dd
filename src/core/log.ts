import type { Redactor } from "./redact.ts";

/** Short texts for the person at the terminal. Everything goes to stderr: stdout belongs to results. */
export interface Log {
  /** Something that may be a mistake, and that the command went on in spite of. */
  warn(message: string): void;
  /** Something worth knowing. */
  note(message: string): void;
  /** Why the command failed. Shown even when quiet. */
  error(message: string): void;
}

export interface LogOptions {
  /** Where lines go; each call is one or more whole lines. */
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Warnings and notes are left out. @default false */
  readonly quiet?: boolean;
  readonly redact: Redactor;
}

/** How many texts are remembered so that none is shown twice; a process that runs for long forgets the oldest. */
const MOST_REMEMBERED = 1000;

const LEVELS = {
  warn: { label: "warning", color: "\u001B[33m" },
  note: { label: "note", color: "\u001B[36m" },
  error: { label: "error", color: "\u001B[31m" },
} as const;

export function createLog(options: LogOptions): Log {
  const shown = new Set<string>();
  const show = (level: keyof typeof LEVELS, message: string): void => {
    if (options.quiet && level !== "error") return;
    const { label, color } = LEVELS[level];
    const text = visible(options.redact.text(message));
    if (!remember(shown, `${label}: ${text}`)) return;
    const start = options.color ? `${color}${label}:\u001B[0m` : `${label}:`;
    options.write(`${start} ${text.replaceAll("\n", "\n  ")}\n`);
  };
  return {
    warn: (message) => show("warn", message),
    note: (message) => show("note", message),
    error: (message) => show("error", message),
  };
}

/** Texts quote servers, models and files: their control characters must not steer the terminal. */
function visible(message: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return message.trimEnd().replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "");
}

/** Whether the text is new. */
function remember(shown: Set<string>, text: string): boolean {
  if (shown.has(text)) return false;
  for (const oldest of shown) {
    if (shown.size < MOST_REMEMBERED) break;
    shown.delete(oldest);
  }
  shown.add(text);
  return true;
}
