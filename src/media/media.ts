import type { MediaReading } from "./reading.ts";
import { basename, resolve } from "node:path";
import { readData } from "./data.ts";
import { type Lookup, systemLookup } from "./dial.ts";
import { valueFault } from "./fault.ts";
import { identify, type Limits, mostBytes } from "./identify.ts";

/**
 * Makes files out of what an input says of them. Nothing throws but a signal that is aborted: what
 * is wrong is told.
 *
 * `decode` reads what is in the text itself and is safe for any input. `read` opens files and
 * connections that the text names: it is for text that the caller himself wrote, never for what a
 * model, a block or a template gave.
 */
export interface MediaReader {
  /**
   * A data URI; with `base64`, base64 alone as well. @param accepts as `contentMediaType` has it;
   * one of them must match
   */
  decode(text: string, accepts: readonly string[]): MediaReading;
  /**
   * A file by its path, or an http or https URL.
   * @param options.allow more folders whose files may be read, beside the working folder and those
   * of the configuration
   */
  read(
    reference: string,
    options: {
      readonly accepts: readonly string[];
      readonly allow: readonly string[];
      readonly signal: AbortSignal;
    },
  ): Promise<MediaReading>;
}

export interface MediaReaderOptions {
  /** Relative paths start here, and files below it may be read. Absolute. */
  readonly cwd: string;
  /** Folders whose files may be read as well, absolute. */
  readonly allow: readonly string[];
  /** `name` or `name:port`: these may have private addresses. */
  readonly hosts: readonly string[];
  /** MiB a file may have, by kind. */
  readonly limits: Limits;
  /** For the variables that name a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves a host name. @default the system's resolver */
  readonly lookup?: Lookup;
}

/** Characters of a path or URL; what is longer is data that lacks its beginning. */
const LONGEST_REFERENCE = 4096;

/** Reads files and URLs of this machine. Opens nothing before it is asked. */
export function createMediaReader({
  cwd,
  allow,
  hosts,
  limits,
  env,
  lookup,
}: MediaReaderOptions): MediaReader {
  return {
    decode(text, accepts) {
      const data = readData(text, mostBytes(accepts, limits));
      return data.ok
        ? identify(data.bytes, { accepts, limits, name: null, said: data.said })
        : data;
    },
    async read(reference, { accepts, allow: more, signal }) {
      const most = mostBytes(accepts, limits);
      if (reference.trim() === "")
        return valueFault(`is empty, but a data URI, a path or a URL is wanted`);
      if (reference.length > LONGEST_REFERENCE)
        return valueFault(
          `is neither a data URI nor a path or URL: it has ${reference.length} characters`,
        );
      const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(reference)?.[1]?.toLowerCase();
      if (scheme !== undefined && scheme !== "http" && scheme !== "https")
        return valueFault(`is a URL with "${scheme}:", but only http and https are read`);
      const folders = [cwd, ...allow, ...more.map((folder) => resolve(cwd, folder))];
      const bytes =
        scheme === undefined
          ? await (
              await import("./files.ts")
            ).readFileBelow(reference, { cwd, allow: folders, most })
          : await (
              await import("./urls.ts")
            ).readUrl(reference, {
              hosts,
              most,
              accepts,
              env,
              signal,
              lookup: lookup ?? systemLookup,
            });
      signal.throwIfAborted();
      return bytes.ok
        ? identify(bytes.bytes, { accepts, limits, name: nameOf(reference, scheme), said: null })
        : bytes;
    },
  };
}

/** The last part of a path or URL. */
function nameOf(reference: string, scheme: string | undefined): string {
  if (scheme === undefined) return basename(reference);
  const last =
    reference
      .replace(/[?#].*$/s, "")
      .split("/")
      .slice(3)
      .at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
