import type { TextEdit } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { formatProgram } from "../../authoring/format.ts";
import { ModullmError } from "../../core/error.ts";

/** What `modullm fmt` would change: whole lines, from the first to the last one that differs. */
export function formattingEdits(document: TextDocument): TextEdit[] {
  const text = document.getText();
  const formatted = formattedOr(text);
  if (formatted === text) return [];
  const most = Math.min(text.length, formatted.length);
  let head = 0;
  while (head < most && text[head] === formatted[head]) head++;
  head = text.lastIndexOf("\n", head - 1) + 1;
  let tail = 0;
  while (tail < most - head && text.at(-1 - tail) === formatted.at(-1 - tail)) tail++;
  const lineBreak = text.indexOf("\n", text.length - tail);
  tail = lineBreak === -1 ? 0 : text.length - lineBreak - 1;
  const start = document.positionAt(head);
  const end = document.positionAt(text.length - tail);
  return [{ range: { start, end }, newText: formatted.slice(head, formatted.length - tail) }];
}

/** A text that is no program stays as it is: its faults are told already. */
function formattedOr(text: string): string {
  try {
    return formatProgram(text);
  } catch (thrown) {
    if (thrown instanceof ModullmError) return text;
    throw thrown;
  }
}
