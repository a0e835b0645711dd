import {
  createMediaReader,
  type MediaReader,
  type MediaReaderOptions,
} from "../../src/media/media.ts";

export const LIMITS = { image: 1, audio: 1, pdf: 1 };

export function readerIn(cwd: string, more: Partial<MediaReaderOptions> = {}): MediaReader {
  return createMediaReader({ cwd, allow: [], hosts: [], limits: LIMITS, env: {}, ...more });
}

/** `ok`, or the reason why not. */
export async function read(
  reader: MediaReader,
  reference: string,
  options: { readonly allow?: readonly string[]; readonly accepts?: readonly string[] } = {},
): Promise<string> {
  const { allow = [], accepts = ["image/*"] } = options;
  const reading = await reader.read(reference, {
    accepts,
    allow,
    signal: new AbortController().signal,
  });
  return reading.ok ? "ok" : `${reading.fault}: ${reading.reason}`;
}
