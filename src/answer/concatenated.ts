import type { Place } from "./follow.ts";
import { readQuoted } from "./quoted.ts";
import { blankEnd, edit, isCloser, isQuote, type Cursor } from "./scan.ts";
import type { TextNode } from "./tree.ts";

/** `"a" + "b"`. */
export function concatenated(cursor: Cursor, first: TextNode, place: Place): TextNode {
  let text = first.text;
  let last = first;
  for (;;) {
    const plus = blankEnd(cursor, cursor.at);
    if (plus >= cursor.end || cursor.text[plus] !== "+") break;
    const next = blankEnd(cursor, plus + 1);
    if (!isQuote(cursor.text[next]) || next >= cursor.end) {
      const isDangling =
        next >= cursor.end || cursor.text[next] === "," || isCloser(cursor.text[next]);
      if (!isDangling) break;
      if (!cursor.partial) edit(cursor, "dangling-operator", plus, plus + 1, "");
      cursor.at = next;
      break;
    }
    edit(cursor, "string-concat", plus, next, "");
    cursor.at = next;
    last = readQuoted(cursor, place);
    text += last.text;
  }
  return last === first
    ? first
    : { ...first, text, end: last.end, editTo: cursor.edits.length, open: last.open };
}
