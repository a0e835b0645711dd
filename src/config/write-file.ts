import {
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { fileReason } from "./text.ts";
import { ModullmError } from "../core/error.ts";

/**
 * Writes a file in one step: whoever looks finds the old one or the new one, and a crash leaves one
 * of them whole. Folders are made, a link stays one, and a file that is there keeps its mode,
 * unless it is to be private: then only its owner can read it.
 * @throws what the system says
 */
export function replaceFile(
  path: string,
  text: string,
  { isPrivate = false }: { readonly isPrivate?: boolean } = {},
): void {
  mkdirSync(dirname(path), { recursive: true, mode: isPrivate ? 0o700 : 0o777 });
  const there = existsSync(path);
  const target = there ? realpathSync(path) : path;
  const mode = isPrivate ? 0o600 : there ? statSync(target).mode & 0o777 : 0o666;
  const draft = `${target}.${crypto.randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode, flag: "wx" });
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** What is told where a file that somebody wants can't be written. */
export function cannotWrite(path: string, thrown: unknown, hint: string): ModullmError {
  const reason = fileReason(thrown);
  return new ModullmError("RLLM_018", `Cannot write "${path}": ${reason}`, {
    details: { path, reason },
    hint,
    cause: thrown,
  });
}
