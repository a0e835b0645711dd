/**
 * Control characters (C0, C1 and bidirectional ones), which would steer a terminal or reorder what
 * is read; tabs and line ends are none.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** Text for a terminal, or for a file that people read: it may quote servers, models and files. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, "");
}

/** JSON with such characters written as escapes: the same value. */
export function escapeInvisible(json: string): string {
  return json.replace(
    INVISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** JSON data with every string made visible. */
export function visibleValue<T>(value: T): T {
  if (typeof value === "string") return visible(value) as T;
  if (Array.isArray(value)) return value.map(visibleValue) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [visible(name), visibleValue(each)]),
  ) as T;
}
