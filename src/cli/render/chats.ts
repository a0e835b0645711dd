import { turnMarkdown } from "../../chat/export.ts";
import { totalsOf } from "../../chat/totals.ts";
import { visible } from "../../core/visible.ts";
import type { ChatRecord, ChatTurn } from "../../store/chats.ts";
import { costText, tokenText } from "../chat/facts.ts";
import { markdownText } from "../chat/answer-view.ts";
import type { Output } from "../output.ts";
import { clean, duration, table } from "./plot.ts";

interface ListedChat {
  readonly name: string;
  readonly model: string;
  readonly turns: number;
  /** ISO 8601. */
  readonly updated: string;
}

/** Chats for people, one a line. */
export function chatsText(chats: readonly ListedChat[]): string {
  if (chats.length === 0) return "No chats are on record.\n";
  const rows = chats.map(({ name, model, turns, updated }) => [
    clean(name),
    clean(model),
    String(turns),
    moment(updated),
  ]);
  return `${table([["Name", "Model", "Turns", "Last used"], ...rows], "left")}\n`;
}

/** Turns that were found, one a line. */
export function findsText(
  finds: readonly { readonly name: string; readonly asked: string; readonly excerpt: string }[],
): string {
  if (finds.length === 0) return "No turn holds these words.\n";
  const rows = finds.map(({ name, asked, excerpt }) => [
    clean(name),
    moment(asked),
    clean(excerpt),
  ]);
  return `${table([["Chat", "Asked", "Words"], ...rows], "left")}\n`;
}

/** A chat for people: the facts, then what was said. */
export function chatText(record: ChatRecord, turns: readonly ChatTurn[], output: Output): string {
  const totals = totalsOf(turns);
  const facts = [
    ["Chat", clean(record.name)],
    ["Model", clean(record.model)],
    ["Begun", moment(new Date(record.created).toISOString())],
    ["Turns", String(totals.turns)],
    ["Tokens", tokenText(totals.prompt_tokens, totals.completion_tokens)],
    ["Cost", costText(totals.cost_usd)],
    ["Time", duration(totals.ms)],
    ...(record.system === null ? [] : [["System", clean(record.system)]]),
  ];
  const said = visible(turns.flatMap(turnMarkdown).join("\n\n"));
  return `${table(facts, "left")}\n\n${markdownText(said, output)}\n`;
}

/** In local time, to the second: Swedes write dates as ISO 8601 does. */
function moment(iso: string): string {
  return new Date(iso).toLocaleString("sv-SE");
}
