import { countMessages } from "../engine/message-tokens.ts";
import type { RunOptions } from "../engine/engine.ts";
import { promptTokens } from "../engine/prompt-tokens.ts";
import type { Scope } from "../engine/scope.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { ChatTurn } from "../store/chats.ts";
import type { App } from "../workspace.ts";
import { piecesOf, turnsToShorten } from "./compact.ts";
import { summaryText, wholeTurns } from "./history.ts";

/** A request that is about to be sent. */
export interface NextRequest {
  readonly loaded: LoadedProgram;
  readonly input: unknown;
  readonly conversation: NonNullable<RunOptions["conversation"]>;
}

/** Tokens of a request as it would be sent. */
export async function requestTokens(
  { loaded, input, conversation }: NextRequest,
  app: App,
  scope: Scope,
): Promise<number> {
  return await promptTokens(loaded, input, app.tools, scope, { conversation, uses: {} });
}

/** What stands for the oldest turns. */
export interface Shorter {
  readonly summary: string;
  /** The id of the last turn that it stands for. */
  readonly covers: string;
  /** How many it stands for anew. */
  readonly turns: number;
}

export interface ShortenOptions {
  readonly app: App;
  readonly model: string;
  /** Tokens. */
  readonly window: number;
  /** Tokens of what stands beside the conversation: the next message, the system message. */
  readonly taken: number;
  /** Told how many turns are about to be summarised. */
  readonly begins: (turns: number) => void;
  /** Asks for one summary. */
  readonly ask: (input: { before: string; said: string }) => Promise<string>;
}

/** Has the oldest turns summarised; null where the youngest one alone is too much, or none is. */
export async function shorten(
  turns: readonly ChatTurn[],
  { app, model, window, taken, begins, ask }: ShortenOptions,
): Promise<Shorter | null> {
  const { tokens } = app.tools;
  const whole = wholeTurns(turns);
  const sizes: number[] = [];
  for (const { messages } of whole) sizes.push(await countMessages(messages, tokens, model));
  const oldest = turnsToShorten(whole, sizes, { window, taken });
  const last = oldest.at(-1);
  if (last === undefined) return null;
  begins(oldest.length);
  let summary = summaryText(turns) ?? "";
  const count = (said: string): Promise<number> => tokens.count(said, model);
  for (const said of await piecesOf(oldest, window, count)) {
    const before = summary === "" ? "" : `What was said before that, in short:\n\n${summary}\n`;
    summary = await ask({ before, said });
  }
  return { summary, covers: last.id, turns: oldest.length };
}
