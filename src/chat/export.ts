import type { ChatRecord, ChatTurn } from "../store/chats.ts";
import { type ChatTotals, totalsOf } from "./totals.ts";

/** A chat as it is shown and exported. Keys are a contract. Null: not known, or there is none. */
export interface ChatView {
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly system: string | null;
  /** Absolute path of the program whose contract the answers meet. */
  readonly program: string | null;
  readonly persona: string | null;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly updated: string;
  readonly totals: ChatTotals;
  readonly turns: readonly TurnView[];
}

export interface TurnView extends Omit<
  ChatTurn,
  "chat" | "asked" | "updated" | "covers" | "messages"
> {
  readonly asked: string;
}

export function chatView(record: ChatRecord, turns: readonly ChatTurn[]): ChatView {
  const { id, name, model, system, program, persona, created, updated } = record;
  return {
    id,
    name,
    model,
    system,
    program,
    persona,
    created: new Date(created).toISOString(),
    updated: new Date(updated).toISOString(),
    totals: totalsOf(turns),
    turns: turns.map(turnView),
  };
}

export function turnView(turn: ChatTurn): TurnView {
  const { chat: _, updated: __, covers: ___, messages: ____, asked, ...shown } = turn;
  return { ...shown, asked: new Date(asked).toISOString() };
}

/** A chat as Markdown: what was said by whom, in order. */
export function chatMarkdown(record: ChatRecord, turns: readonly ChatTurn[]): string {
  const { name, created, system } = record;
  const head = [`# ${name}`, `Begun ${new Date(created).toISOString()}.`];
  const told = system === null ? [] : ["## System", system];
  return `${[...head, ...told, ...turns.flatMap(turnMarkdown)].join("\n\n")}\n`;
}

/** What was said in a turn. */
export function turnMarkdown({ state, text, files, answer, model, error }: ChatTurn): string[] {
  if (state === "summary")
    return ["---", "*For the model, this stands for what is above:*", quoted(answer ?? ""), "---"];
  const attached = files.length === 0 ? [] : [`Attached: ${files.map(code).join(", ")}`];
  const ending = ENDINGS[state];
  const mark = ending === undefined ? [] : [`*${ending}${error === null ? "" : ` (${error})`}.*`];
  const answered = answer === null ? [] : [fenced(answer)];
  return ["## You", ...attached, text, `## ${model}`, ...answered, ...mark].filter(
    (part) => part !== "",
  );
}

/** How a turn ended that was not answered whole. */
const ENDINGS: Partial<Record<ChatTurn["state"], string>> = {
  asked: "Not answered",
  interrupted: "Stopped here",
  failed: "Failed",
};

/** An answer that is JSON is code; any other is Markdown as it stands. */
function fenced(answer: string): string {
  return /^[[{]/.test(answer) ? `\`\`\`json\n${answer}\n\`\`\`` : answer;
}

function code(name: string): string {
  return `\`${name.replaceAll("`", "'")}\``;
}

function quoted(text: string): string {
  return text.replaceAll(/^/gm, "> ");
}
