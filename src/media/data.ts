import { type Fault, valueFault } from "./fault.ts";

/** Bytes out of a text. `said`: the media type that a data URI gives; null where it gives none. */
export type Data =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly said: string | null }
  | Fault;

/** A header longer than this is none. */
const LONGEST_HEADER = 256;

/**
 * The bytes of a data URI, or of base64 without one.
 * @param most bytes there may be; longer text is refused before it is decoded
 */
export function readData(text: string, most: number): Data {
  if (!/^data:/i.test(text)) return decode(text, null, most);
  const comma = text.slice(0, LONGEST_HEADER).indexOf(",");
  if (comma === -1) return valueFault("is a data URI without the comma that its data follows");
  const [type = "", ...parameters] = text.slice("data:".length, comma).split(";");
  if (parameters.at(-1)?.trim().toLowerCase() !== "base64")
    return valueFault(
      "is a data URI whose data is not in base64",
      "Write it as data:image/png;base64,…",
    );
  return decode(text.slice(comma + 1), type.trim() === "" ? null : type, most);
}

function decode(written: string, said: string | null, most: number): Data {
  const unescaped = written.includes("%")
    ? written.replaceAll(/%(?:2B|2F|3D)/gi, (escape) => decodeURIComponent(escape))
    : written;
  const text = unescaped.replaceAll(/[\t\n\f\r ]+/g, "");
  if (text === "") return valueFault("holds no data");
  const wrong = /[^A-Za-z0-9+/]/.exec(text.replace(/={1,2}$/, ""));
  if (wrong)
    return valueFault(
      `is not base64: ${shown(wrong[0])} stands at character ${wrong.index + 1} of the data`,
    );
  const cut = text.endsWith("=") ? text.length % 4 !== 0 : text.length % 4 === 1;
  if (cut) return valueFault("is not base64: it was cut off, or characters are missing");
  if ((text.length / 4) * 3 - 2 > most) return tooLarge((text.length / 4) * 3, most);
  return { ok: true, bytes: Buffer.from(text, "base64"), said };
}

function shown(character: string): string {
  return /[!-~]/.test(character) ? `"${character}"` : "a character that base64 has not";
}

const MIB = 1024 * 1024;

/** @param most the limit, bytes */
export function tooLarge(size: number, most: number, setting?: string): Fault {
  const hint =
    setting === undefined
      ? "Make it smaller"
      : `Make it smaller, or raise ${setting} in config.yaml`;
  return valueFault(
    `has ${(size / MIB).toFixed(1)} MiB, but no more than ${most / MIB} MiB is taken`,
    `${hint}.`,
  );
}
