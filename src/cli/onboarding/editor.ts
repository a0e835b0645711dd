import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Lines of the screen that a question takes beside its text. */
const FRAME = 8;
const COLUMNS = 70;

/**
 * The editor for a text: the user's own; for a text that is taller than the screen, which can't be
 * edited there, else the system's. Null: it is edited on the screen.
 */
export function findEditor(env: Environment, text: string, rows: number): string | null {
  const own = [env["VISUAL"], env["EDITOR"]].find((each) => each?.trim());
  if (own !== undefined) return own;
  const height = text
    .split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / COLUMNS)), 0);
  if (height + FRAME <= rows) return null;
  const system = process.platform === "win32" ? "notepad" : "vi";
  const there = spawnSync(process.platform === "win32" ? "where" : "which", [system], {
    stdio: "ignore",
  });
  return there.status === 0 ? system : null;
}

/**
 * A text as its user leaves it; as it was where the editor fails. The file is private, and removed.
 * @throws what `permit` throws, which is asked whether the file may be written
 */
export function editText(
  editor: string,
  text: string,
  { env, permit }: { readonly env: Environment; readonly permit: (path: string) => void },
): string {
  const folder = join(tmpdir(), `modullm-edit-${randomUUID()}`);
  const file = join(folder, "text.txt");
  permit(file);
  mkdirSync(folder, { mode: 0o700 });
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    const status = openEditor(editor, file, env);
    return status === 0 ? readFileSync(file, "utf8").replace(/\n$/, "") : text;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens a file; the editor's exit status, null where it could not be started or was ended. */
export function openEditor(editor: string, file: string, env: Environment): number | null {
  // As git does: an editor may have arguments of its own.
  const [command, args] =
    process.platform === "win32"
      ? ["cmd", ["/c", `${editor} "${file}"`]]
      : ["sh", ["-c", `${editor} "$1"`, "sh", file]];
  return spawnSync(command, args, { stdio: "inherit", env: { ...env } }).status;
}
