import type { Message } from "../model/model.ts";
import type { ChatTurn } from "../store/chats.ts";

const SUMMARY_BEFORE = "This is what was said before, in short:";
const SUMMARY_TAKEN = "I have taken it in.";
const STOPPED = "[The user stopped the answer here.]";

/** The user's last turn; null where there is none. */
export function lastTurn(turns: readonly ChatTurn[]): ChatTurn | null {
  return turns.findLast(({ state }) => state !== "summary") ?? null;
}

/** The summary that counts, and how many of the turns it stands for. */
function summaryOf(turns: readonly ChatTurn[]): { summary: ChatTurn | null; covered: number } {
  const summary = turns.findLast(({ state }) => state === "summary") ?? null;
  // What it stands for was taken back: all that is left is told whole.
  const covered = summary === null ? 0 : turns.findIndex(({ id }) => id === summary.covers) + 1;
  return { summary: covered === 0 ? null : summary, covered };
}

/** The turns that the model is still told whole: those with an answer, or a part of one. */
export function wholeTurns(turns: readonly ChatTurn[]): readonly ChatTurn[] {
  const { covered } = summaryOf(turns);
  return turns
    .slice(covered)
    .filter(({ state, answer }) => state !== "summary" && state !== "asked" && answer !== null);
}

/** The text that stands for the turns before those; null where there are none. */
export function summaryText(turns: readonly ChatTurn[]): string | null {
  return summaryOf(turns).summary?.answer ?? null;
}

/** What the model is told of a conversation. @param tools false: without what tools said */
export function messagesOf(
  turns: readonly ChatTurn[],
  { tools }: { readonly tools: boolean },
): readonly Message[] {
  const summary = summaryText(turns);
  const before: readonly Message[] =
    summary === null
      ? []
      : [
          { role: "user", content: `${SUMMARY_BEFORE}\n\n${summary}` },
          { role: "assistant", content: SUMMARY_TAKEN },
        ];
  const said = wholeTurns(turns).flatMap(({ messages }) => messages);
  return [...before, ...said.filter((message) => (tools ? isTold(message) : isSpoken(message)))];
}

/** The system message of the program that opened the chat; null where none did, or it has none. */
export function openingSystem(turns: readonly ChatTurn[]): string | null {
  const messages = turns.flatMap((turn) => turn.messages);
  return messages.find(({ role }) => role === "system")?.content ?? null;
}

/** What a finished turn adds: thoughts that a provider wants back count within a turn only. */
export function keptMessages(messages: readonly Message[]): readonly Message[] {
  return messages.map((message) => {
    if (message.role !== "assistant") return message;
    const { kept: _, ...rest } = message;
    return rest;
  });
}

/** What a turn adds whose answer the user stopped. */
export function stoppedMessages(asked: readonly Message[], partial: string): readonly Message[] {
  return [...asked, { role: "assistant", content: `${partial}\n\n${STOPPED}` }];
}

function isTold({ role }: Message): boolean {
  return role !== "system";
}

function isSpoken(message: Message): boolean {
  const calls = message.role === "assistant" && message.calls !== undefined;
  return isTold(message) && message.role !== "tool" && !calls;
}
