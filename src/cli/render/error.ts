import { CODES } from "../../core/codes.ts";
import type { ModullmError } from "../../core/error.ts";
import { paint } from "../output.ts";
import { visible } from "../../core/visible.ts";

/** An error for a person: code, message, the source line with a caret, and what to do. */
export function renderError(error: ModullmError, color: boolean): string {
  const lines = [
    `${paint(color, 31, `error ${error.code}`)} ${paint(color, 2, `(${CODES[error.code].type})`)} ${visible(error.message)}`,
  ];
  const { place } = error;
  if (place && place.path !== "") {
    const number = String(place.line);
    const gutter = " ".repeat(number.length);
    lines.push(
      `${gutter} ${paint(color, 36, "-->")} ${visible(place.path)}:${place.line}:${place.column}`,
    );
    lines.push(`${gutter} ${paint(color, 36, "|")}`);
    lines.push(`${paint(color, 36, `${number} |`)} ${visible(place.text)}`);
    lines.push(
      `${gutter} ${paint(color, 36, "|")} ${caretIndent(place.text, place.column)}${paint(color, 31, "^")}`,
    );
  }
  if (error.hint) lines.push(`${paint(color, 32, "hint:")} ${visible(error.hint)}`);
  return lines.join("\n");
}

/** Blanks up to the column, tabs kept so that the caret stands under its character. */
function caretIndent(text: string, column: number): string {
  return [...text]
    .slice(0, column - 1)
    .map((character) => (character === "\t" ? "\t" : " "))
    .join("");
}
