import { CODES } from "../../core/codes.ts";
import type { ModullmError } from "../../core/error.ts";
import { paint } from "../output.ts";
import { isCount, isObject, writeJson } from "../../core/json.ts";
import { visible } from "../../core/visible.ts";

/** An error for a person: code, message, the source line with a caret, and what to do. */
export function renderError(error: ModullmError, color: boolean): string {
  const lines = [
    `${paint(color, 31, `error ${error.code}`)} ` +
      `${paint(color, 2, `(${CODES[error.code].type})`)} ${visible(error.message)}`,
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
      `${gutter} ${paint(color, 36, "|")} ` +
        `${caretIndent(place.text, place.column)}${paint(color, 31, "^")}`,
    );
  }
  lines.push(...otherFaults(error).map((text) => `${paint(color, 31, "and:")} ${visible(text)}`));
  const answer = answerText(error);
  if (answer !== null) lines.push(`${paint(color, 36, "it answered:")} ${answer}`);
  if (error.hint) lines.push(`${paint(color, 32, "hint:")} ${visible(error.hint)}`);
  lines.push(`${paint(color, 2, "more:")} modullm help ${error.code}`);
  return lines.join("\n");
}

/** What else is wrong with a program, a line each. */
function otherFaults({ details }: ModullmError): readonly string[] {
  const faults = Array.isArray(details["faults"]) ? details["faults"].filter(isObject) : [];
  return faults
    .slice(1)
    .map(({ line, message }) => `${isCount(line) ? `line ${line}: ` : ""}${String(message)}`);
}

/** Characters of an answer that are shown. */
const MOST = 600;

/** What a model answered that was refused, cut where it is long; null where there is none. */
export function answerText({ code, receivedPayload }: ModullmError): string | null {
  if (CODES[code].stage !== "answer" || receivedPayload === null) return null;
  const text = visible(
    typeof receivedPayload === "string" ? receivedPayload : writeJson(receivedPayload),
  ).trim();
  return text.length > MOST ? `${text.slice(0, MOST)} …` : text === "" ? "nothing" : text;
}

/** Blanks up to the column, tabs kept so that the caret stands under its character. */
function caretIndent(text: string, column: number): string {
  return [...text]
    .slice(0, column - 1)
    .map((character) => (character === "\t" ? "\t" : " "))
    .join("");
}
