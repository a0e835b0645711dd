import { findMedia, type MediaPlace } from "./media.ts";
import { lookUp } from "./template.ts";

/** Characters of a value that errors show, where a picture is wanted. */
const LONGEST_SHOWN = 4096;

/** An input as errors show it: nothing long where a file should be. */
export function shortened(schema: unknown, input: unknown): unknown {
  return findMedia(schema, input).reduce((value, place) => {
    const text = textAt(input, place);
    if (text.length <= LONGEST_SHOWN && !/^data:.{256}/is.test(text)) return value;
    const head = /^data:[^,]{0,100},/i.exec(text)?.[0] ?? text.slice(0, 40);
    return replaceAt(value, place.path, `${head}… (${text.length} characters)`);
  }, input);
}

/** What stands at a place of a value. */
export function textAt(value: unknown, { path }: MediaPlace): string {
  return String(lookUp(value, path.map(String)));
}

/** A copy with another value at the path; what lies beside it is shared. */
export function replaceAt(
  value: unknown,
  [name, ...rest]: readonly (string | number)[],
  by: unknown,
): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === name ? replaceAt(item, rest, by) : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, member]) => [
      key,
      key === name ? replaceAt(member, rest, by) : member,
    ]),
  );
}
