import { ArchiveFault } from "./tar-header.ts";

const MOST_PATH = 1000;
const MOST_NAME = 255;
const MOST_DEPTH = 32;
/** Names that Windows takes for devices, whatever comes behind the dot. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * The paths of an archive, each of them once and inside of its folder, on every system that it may
 * be unpacked on.
 */
export interface ArchivePaths {
  /**
   * @returns the path with `/` and without `.`; null for the folder itself. @throws {ArchiveFault}
   */
  add(written: string, kind: "file" | "folder"): string | null;
}

/**
 * Names that differ in case or accents only are one name on macOS and Windows: the second would
 * silently replace the first.
 */
export function createArchivePaths(): ArchivePaths {
  const seen = new Map<string, "file" | "folder">();
  function claim(path: string, kind: "file" | "folder", written: string): void {
    const key = path.normalize("NFC").toLowerCase();
    const before = seen.get(key);
    if (before !== undefined && (before === "file" || kind === "file"))
      throw new ArchiveFault(`it holds "${written}" twice, in whatever case`);
    seen.set(key, kind);
  }
  return {
    add(written, kind) {
      const parts = partsOf(written);
      const last = parts.length - 1;
      for (const index of parts.keys())
        claim(parts.slice(0, index + 1).join("/"), index === last ? kind : "folder", written);
      if (last < 0 && kind === "file") throw new ArchiveFault("it holds a file without a name");
      return last < 0 ? null : parts.join("/");
    },
  };
}

function partsOf(written: string): string[] {
  const refuse = (reason: string): never => {
    throw new ArchiveFault(`it holds the path "${written.slice(0, MOST_NAME)}", which ${reason}`);
  };
  // oxlint-disable-next-line no-control-regex -- that is what it looks for
  if (/[\u0000-\u001F\u007F]/.test(written)) return refuse("has a control character in it");
  if (written.startsWith("/") || /^[A-Za-z]:/.test(written)) return refuse("is absolute");
  if (written.includes("\\")) return refuse("has a backslash in it");
  if (Buffer.byteLength(written) > MOST_PATH) return refuse(`is longer than ${MOST_PATH} bytes`);
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length > MOST_DEPTH) return refuse(`is nested more than ${MOST_DEPTH} levels deep`);
  for (const part of parts) {
    if (part === "..") return refuse("leads out of the archive");
    if (Buffer.byteLength(part) > MOST_NAME)
      return refuse(`has a name of more than ${MOST_NAME} bytes`);
    if (/[:*?"<>|]/.test(part) || /[. ]$/.test(part) || DEVICES.test(part))
      return refuse("is no name on Windows");
  }
  return parts;
}
