import { FIELD_NAME, schemaOfFields } from "../program/fields.ts";
import { nameOf } from "./names.ts";

/** What introduces the things that somebody wants out of a text, and what ends their list. */
const ASKED =
  /^(?:.*?\b(?:extract|find|get|give|list|pull out|read|return|take|want)s?\b(?: me)?)?\s*/i;
const END = /\s+(?:from|of|in|out of|for each|as|for|when|where)\b.*$|[.;:!?(].*$/is;
/** Words of one thing: what has more is a sentence. */
const MOST_WORDS = 3;

/**
 * The output fields that a purpose lists by name, such as "sender, order number and amount of an
 * e-mail": texts that may be null, as nobody said of what type they are. Null: it lists none.
 */
export function namedFields(purpose: string): ReturnType<typeof schemaOfFields> | null {
  const list = purpose.trim().replace(ASKED, "").replace(END, "");
  const things = list
    .split(/\s*,\s*(?:and\s+)?|\s+and\s+/)
    .map((thing) => thing.replace(/^(?:the|an?|its|their)\s+/i, "").trim());
  const names = things.map(nameOf);
  const isList =
    things.length > 1 &&
    new Set(names).size === names.length &&
    names.every((name) => FIELD_NAME.test(name)) &&
    things.every((thing) => thing.split(/\s+/).length <= MOST_WORDS);
  if (!isList) return null;
  return schemaOfFields(
    names.map((name, index) => ({
      name,
      type: "string|null",
      description: `The ${things[index] ?? name}, as the text has it`,
      required: true,
    })),
  );
}
