import type { ChatTurn } from "../store/chats.ts";

/** Parts of a window: over the first a conversation is shortened, down to the second. */
export const FULL = 0.75;
const SHORTENED = 0.5;
/** Of a window, what one request for a summary holds of the conversation. */
const PIECE = 0.5;

/**
 * The oldest turns, which no longer fit.
 * @param sizes tokens of each turn
 * @param taken tokens of what stands beside them: the next message
 */
export function turnsToShorten(
  turns: readonly ChatTurn[],
  sizes: readonly number[],
  { window, taken }: { readonly window: number; readonly taken: number },
): readonly ChatTurn[] {
  let room = window * SHORTENED - taken;
  let first = turns.length;
  while (first > 0 && (sizes[first - 1] ?? 0) <= room) room -= sizes[--first] ?? 0;
  return turns.slice(0, first);
}

/**
 * What was said, in texts that a request for a summary can hold each. A turn that is longer than
 * one of them is cut in its middle.
 * @param count tokens of a text
 */
export async function piecesOf(
  turns: readonly ChatTurn[],
  window: number,
  count: (text: string) => Promise<number>,
): Promise<readonly string[]> {
  const most = window * PIECE;
  const pieces: string[] = [];
  let [piece, size] = ["", 0];
  for (const turn of turns) {
    const text = await cutTo(transcript(turn), most, count);
    const tokens = await count(text);
    if (piece !== "" && size + tokens > most) {
      pieces.push(piece);
      [piece, size] = ["", 0];
    }
    piece += `${text}\n\n`;
    size += tokens;
  }
  return piece === "" ? pieces : [...pieces, piece];
}

function transcript({ text, answer, files, messages }: ChatTurn): string {
  const asked = messages.findLast(({ role }) => role === "user")?.content ?? text;
  const attached = files.length === 0 ? "" : ` (attached: ${files.join(", ")})`;
  const results = messages.flatMap((message) =>
    message.role === "tool" ? [`Tool ${message.call.name}: ${message.content}`] : [],
  );
  return [`User${attached}: ${asked}`, ...results, `Assistant: ${answer ?? ""}`].join("\n");
}

async function cutTo(
  text: string,
  most: number,
  count: (text: string) => Promise<number>,
): Promise<string> {
  let cut = text;
  for (let tokens = await count(cut); tokens > most; tokens = await count(cut)) {
    // Below its share, so that the mark has room.
    const half = Math.floor((cut.length * (most / tokens) * 0.9) / 2);
    const next = `${cut.slice(0, half)}\n[…]\n${cut.slice(cut.length - half)}`.toWellFormed();
    // There is room for nothing.
    if (next.length >= cut.length) return "";
    cut = next;
  }
  return cut;
}
