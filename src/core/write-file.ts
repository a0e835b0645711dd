import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a file in one step: whoever looks finds the old one or the new one. Folders are made. @throws what the system says */
export function replaceFile(path: string, text: string, { mode = 0o666 }: { readonly mode?: number } = {}): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: mode | 0o700 | ((mode & 0o044) === 0 ? 0 : 0o111) });
    writeFileSync(draft, text, { mode, flag: "wx" });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
