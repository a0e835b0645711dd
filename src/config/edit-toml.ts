import { isDeepStrictEqual } from "node:util";

/** What reads TOML: the runtime's own reader. @throws for a text that is none */
export type ReadToml = (text: string) => unknown;

/**
 * TOML with a table that has these keys; all else in the text stays as it is written, other keys of
 * the table too. Null where that can't be done.
 * @param name of the table: keys without quotes, with dots between
 */
export function setTable(
  text: string,
  name: string,
  { values, read }: { readonly values: Readonly<Record<string, unknown>>; readonly read: ReadToml },
): string | null {
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const place = findTable(text, name);
  const edited = place
    ? text.slice(0, place.body) +
      `${lines.join("\n")}\n` +
      withoutKeys(text.slice(place.body, place.end), Object.keys(values)) +
      text.slice(place.end)
    : `${text}${gapAfter(text)}[${name}]\n${lines.join("\n")}\n`;
  return meets(edited, text, { name, values, read }) ? edited : null;
}

/** The same without the table and those below it. */
export function unsetTable(text: string, name: string, read: ReadToml): string | null {
  let edited = text;
  for (let place = findTable(text, name, true); place; place = findTable(edited, name, true))
    edited = edited.slice(0, place.start) + edited.slice(place.end);
  edited = edited === text ? text : edited.replace(/\n{2,}$/, "\n");
  return meets(edited, text, { name, values: null, read }) ? edited : null;
}

interface TablePlace {
  readonly start: number;
  /** Behind the line of its name. */
  readonly body: number;
  readonly end: number;
}

/** @param below whether tables within it count */
function findTable(text: string, name: string, below = false): TablePlace | null {
  const headers = /^[ \t]*\[{1,2}[ \t]*([^\]\r\n]+?)[ \t]*\]{1,2}[^\r\n]*(?:\r?\n|$)/gm;
  let found: TablePlace | null = null;
  for (const header of text.matchAll(headers)) {
    if (found) return { ...found, end: header.index };
    const written = (header[1] ?? "").replaceAll(/\s*\.\s*/g, ".").replaceAll(/["']/g, "");
    if (written !== name && !(below && written.startsWith(`${name}.`))) continue;
    const body = header.index + header[0].length;
    found = { start: header.index, body, end: text.length };
  }
  return found;
}

/** Lines without those of some keys, whose values may go on for several lines. */
function withoutKeys(body: string, keys: readonly string[]): string {
  const kept: string[] = [];
  let open = 0;
  for (const line of body.split(/(?<=\n)/)) {
    const key = /^\s*([\w-]+)\s*=/.exec(line)?.[1];
    const isGone = open > 0 || (key !== undefined && keys.includes(key));
    if (!isGone) {
      kept.push(line);
      continue;
    }
    const bare = line.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*/g, "");
    open += bare.split("[").length - bare.split("]").length;
  }
  return kept.join("");
}

function gapAfter(text: string): string {
  if (text.trim() === "") return "";
  return text.endsWith("\n") ? "\n" : "\n\n";
}

/** Whether an edit, read again, says what was meant and nothing else. */
function meets(
  edited: string,
  before: string,
  {
    name,
    values,
    read,
  }: {
    readonly name: string;
    readonly values: Readonly<Record<string, unknown>> | null;
    readonly read: ReadToml;
  },
): boolean {
  try {
    const [was, is] = [read(before), read(edited)].map((each) => structuredClone(each));
    const path = name.split(".");
    const key = path.pop() ?? "";
    const [holder, now] = [within(was, path), within(is, path)];
    if (values !== null) holder[key] = { ...(holder[key] as object | undefined), ...values };
    else {
      delete holder[key];
      delete now[key];
    }
    return isDeepStrictEqual(was, is);
  } catch {
    return false;
  }
}

/** The table at a path, made where there is none. */
function within(value: unknown, path: readonly string[]): Record<string, unknown> {
  return path.reduce(
    (table, key) => (table[key] ??= {}) as Record<string, unknown>,
    value as Record<string, unknown>,
  );
}
