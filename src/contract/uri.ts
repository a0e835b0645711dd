/** The URI of a schema that lies in no file; those of files begin with it. */
export const NO_FILE = "schema:/";

/** A file as a URI that references are relative to. @param path absolute, with / between folders */
export function uriOf(path: string): string {
  const names = path.split("/").map(encodeURIComponent);
  return `${NO_FILE}${names.join("/").replace(/^\//, "")}`;
}

/** The file of such a URI, without what behind `?` tells a program's schemas apart. */
export function pathOf(uri: string): string {
  const names = (uri.slice(NO_FILE.length).split("?")[0] ?? "").split("/");
  const path = names.map(decodeURIComponent).join("/");
  return /^[A-Za-z]:\//.test(path) ? path : `/${path}`;
}

/**
 * `other.rllm#output` names a schema of a program, `other.rllm#output/properties/rows` a part of
 * it: each schema of a program is a document of its own, `other.rllm?output`.
 */
export function fileUri(uri: string): string {
  const [, file, side, pointer] = /^(schema:\/[^?#]*\.rllm)#(input|output)(\/.*)?$/.exec(uri) ?? [];
  return file === undefined ? uri : `${file}?${side}${pointer === undefined ? "" : `#${pointer}`}`;
}

/** A file's URI as references are written: its name, and which schema of a program it is. */
export function shownUri(uri: string): string {
  const [file = "", side] = uri.split("?");
  const name = decodeURIComponent(file.slice(file.lastIndexOf("/") + 1));
  return side === undefined ? name : `${name}#${side}`;
}

/** A way into a schema as a JSON pointer. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((key) => `/${escapeToken(String(key))}`).join("");
}

function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function absolute(text: string, base: string): string | null {
  try {
    return new URL(text, base).href;
  } catch {
    // An opaque base such as urn:uuid:… takes nothing but a fragment.
    return text.startsWith("#") ? withoutFragment(base) + text : null;
  }
}

export function withoutFragment(uri: string): string {
  const hash = uri.indexOf("#");
  return hash === -1 ? uri : uri.slice(0, hash);
}

export function decodeFragment(uri: string): string | null {
  const hash = uri.indexOf("#");
  try {
    return hash === -1 ? "" : decodeURIComponent(uri.slice(hash + 1));
  } catch {
    return null;
  }
}

export function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}
