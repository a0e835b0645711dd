import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type ReadFile, readRegularFile } from "../../config/regular-file.ts";

/** The texts that an editor has open, in front of the disk. */
export interface OpenFiles {
  /** Takes the text of a document in, when it is opened and at each change. */
  put(document: TextDocument): void;
  remove(document: TextDocument): void;
  /** Real paths of what is open. */
  paths(): readonly string[];
  /** By its real path; null for what is not open. */
  get(path: string): TextDocument | null;
  /** The real path of a document that is open. */
  pathOf(uri: string): string | null;
  /** As the editor calls a file. */
  uriOf(path: string): string;
  /** A file as the editor has it, else from disk. */
  readonly read: ReadFile;
}

/** @param folder where a document that is no file yet stands */
export function createOpenFiles(folder: () => string): OpenFiles {
  const documents = new Map<string, TextDocument>();
  const paths = new Map<string, string>();
  return {
    put(document) {
      const path = paths.get(document.uri) ?? realOr(writtenPath(document.uri, folder()));
      paths.set(document.uri, path);
      documents.set(path, document);
    },
    remove({ uri }) {
      documents.delete(paths.get(uri) ?? "");
      paths.delete(uri);
    },
    paths: () => [...documents.keys()],
    get: (path) => documents.get(path) ?? null,
    pathOf: (uri) => paths.get(uri) ?? null,
    uriOf: (path) => documents.get(path)?.uri ?? pathToFileURL(path).href,
    async read(path, mostBytes) {
      const open = documents.get(path);
      if (open === undefined) return await readRegularFile(path, mostBytes);
      return { ok: true, bytes: new TextEncoder().encode(open.getText()) };
    },
  };
}

/** The path of a URI; a document without a file gets one in the folder. */
export function writtenPath(uri: string, folder: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return join(folder, `${encodeURIComponent(uri)}.rllm`);
  }
}

/** Changes come one after the other, so a path is found at once. */
function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
