import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { worldOf } from "../cli/command-line.ts";

export const BINARY = join(import.meta.dir, "../../dist/modullm");
export const ENTER = "\r";
export const DOWN = "\u001B[B";
export const CTRL_C = "\u0003";

/** The binary in a pseudo-terminal of its own: what it draws, and keys for it. */
export interface Screen {
  /** Waits until a text is drawn that was not there at the last wait. */
  until(text: string): Promise<void>;
  type(keys: string): void;
  /** Ctrl-C while nobody reads keys: the terminal makes a signal of it. */
  interrupt(): void;
  /** As a user who drags the window's corner does. */
  resize(columns: number, rows: number): void;
  /** Ends the process at once, which it can't prevent. */
  kill(): void;
  /** Everything drawn so far. */
  drawn(): string;
  /**
   * Waits for the end. stdout is not on the screen: it goes to a file, as a script would have it.
   */
  end(): Promise<{ readonly exit: number; readonly stdout: string }>;
}

const PATIENCE = 20_000;

export function openScreen(
  args: readonly string[],
  {
    folder,
    env = {},
    binary = BINARY,
  }: { readonly folder: string; readonly env?: Record<string, string>; readonly binary?: string },
): Screen {
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: run npm run build first`);
  let text = "";
  let seen = 0;
  const decoder = new TextDecoder();
  const terminal = new Bun.Terminal({
    cols: 100,
    rows: 40,
    data: (_, bytes) => void (text += decoder.decode(bytes, { stream: true })),
  });
  const out = join(folder, "stdout.json");
  const child = Bun.spawn(["sh", "-c", 'exec "$0" "$@" > stdout.json', binary, ...args], {
    cwd: folder,
    env: { ...worldOf(folder), TERM: "xterm-256color", USER: "ada", ...env },
    terminal,
  });
  return {
    async until(wanted) {
      const late = Date.now() + PATIENCE;
      for (;;) {
        const at = plain(text).indexOf(wanted, seen);
        if (at >= 0) {
          seen = at + wanted.length;
          return;
        }
        if (Date.now() > late || child.exitCode !== null)
          throw new Error(`"${wanted}" was not drawn, but:\n${plain(text).slice(seen)}`);
        await Bun.sleep(10);
      }
    },
    type: (keys) => void terminal.write(keys),
    interrupt: () => child.kill("SIGINT"),
    resize: (columns, rows) => terminal.resize(columns, rows),
    kill: () => child.kill("SIGKILL"),
    drawn: () => text,
    async end() {
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      const exit = await child.exited;
      clearTimeout(timer);
      terminal.close();
      return { exit, stdout: existsSync(out) ? readFileSync(out, "utf8") : "" };
    },
  };
}

/** What is drawn without what moves the cursor and colours. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control sequences are what it takes out
  return text.replace(/\u001B\[[\d;?]*[A-Za-z]/g, "");
}
