import type { Trace } from "../core/events.ts";
import { ModullmError, toModullmError } from "../core/error.ts";
import { isObject, type Json, writeJson } from "../core/json.ts";
import type { Scope } from "../engine/scope.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Message } from "../model/model.ts";
import { textToInput } from "../program/input.ts";
import type { ChatRecord, ChatTurn } from "../store/chats.ts";
import type { App, StartOptions } from "../workspace.ts";
import { keptMessages, messagesOf, openingSystem, stoppedMessages } from "./history.ts";
import { attachmentsOf, contentOf, inputOf, type UserMessage } from "./message.ts";
import { messageProgram, smaller, summaryProgram } from "./program.ts";
import { type NextRequest, requestTokens, type Shorter, shorten } from "./shorten.ts";
import type { TurnEar } from "./usage.ts";

/** What the runs of a chat share. */
export interface ChatWorld {
  readonly app: App;
  /** Not ended here. */
  readonly scope: Scope;
  /** Of every run. */
  readonly flags: StartOptions;
  /** Whose contract the answers meet, and whose prompt opens the chat; null: answers are text. */
  readonly program: LoadedProgram | null;
  /** Whose tools the model may call, in the place of the program's. */
  readonly persona: LoadedProgram | null;
}

/** A message to be answered, and what was said before it. */
export interface Next {
  readonly record: ChatRecord;
  readonly message: UserMessage;
  readonly before: readonly ChatTurn[];
}

/** Who watches a turn, and may stop it. */
export interface Watch {
  readonly signal: AbortSignal;
  /** @default nobody */
  readonly traces?: readonly Trace[];
}

/** What a turn becomes. */
export type Outcome = Pick<ChatTurn, "state" | "answer" | "messages"> & {
  readonly error: ModullmError | null;
};

/** Whether the next message is the input of the chat's program. */
export function opens({ program }: ChatWorld, turns: readonly ChatTurn[]): boolean {
  return program !== null && messagesOf(turns, { tools: true }).length === 0;
}

/** The tokens that a conversation has room for; null: not known. */
export async function windowOf({ app, program }: ChatWorld, model: string): Promise<number | null> {
  const own = (await app.tools.model(model)).window ?? (await app.catalog.facts(model))?.window;
  return smaller(own ?? null, program?.program.maxContextWindow ?? null);
}

/** Runs the turn. Whatever happens is an outcome. */
export async function runTurn(
  world: ChatWorld,
  next: Next,
  { signal, traces = [], ear, fresh }: Watch & { readonly ear: TurnEar; readonly fresh: boolean },
): Promise<Outcome> {
  try {
    const { loaded, input, conversation } = await requestOf(world, next);
    const options = { signal, traces: [ear.trace, ...traces], conversation, fresh };
    const result = await run(world, next.record, loaded, input, options);
    const { messages = [], system = null } = result.conversation ?? {};
    const said = messages.slice(conversation.messages.length);
    // The program's own system message holds for the rest of the chat.
    const isOwn = conversation.system === undefined && system !== null;
    return {
      state: "answered",
      answer: answerText(loaded, result.output),
      messages: keptMessages(isOwn ? [{ role: "system", content: system }, ...said] : said),
      error: null,
    };
  } catch (thrown) {
    const error = toModullmError(thrown);
    const asked = askedMessages(next.message);
    if (!signal.aborted) return { state: "failed", answer: null, messages: asked, error };
    const answer = ear.partial.trim();
    if (answer === "") return { state: "interrupted", answer: null, messages: asked, error };
    // A program's chat is open once its first answer is whole.
    const messages = opens(world, next.before) ? [] : stoppedMessages(asked, answer);
    return { state: "interrupted", answer, messages, error };
  }
}

/** The message as it stands in the conversation before it is answered. */
export function askedMessages(message: UserMessage): readonly Message[] {
  const attachments = attachmentsOf(message);
  const content = contentOf(message);
  return [{ role: "user", content, ...(attachments.length === 0 ? {} : { attachments }) }];
}

/** Tokens of the next request, as far as they can be known before. */
export async function tokensOf(world: ChatWorld, next: Next): Promise<number> {
  return await requestTokens(await requestOf(world, next), world.app, world.scope);
}

/** The summary that is to stand for the oldest turns; null where that would not help. */
export async function summarise(
  world: ChatWorld,
  { record, message, before }: Next,
  {
    window,
    begins,
    ear,
    signal,
  }: Watch & {
    readonly window: number;
    readonly begins: (turns: number) => void;
    readonly ear: TurnEar;
  },
): Promise<Shorter | null> {
  const { app } = world;
  const { model, system } = record;
  const beside = `${system ?? ""}\n${contentOf(message)}`;
  return await shorten(before, {
    app,
    model,
    window,
    taken: await app.tools.tokens.count(beside, model),
    begins,
    async ask(input) {
      const loaded = summaryProgram(model, window);
      const { output } = await run(world, record, loaded, input, { signal, traces: [ear.trace] });
      return answerText(loaded, output);
    },
  });
}

async function requestOf(
  world: ChatWorld,
  { record, message, before }: Next,
): Promise<NextRequest> {
  const { program, persona } = world;
  const { model, system, tools } = record;
  if (program !== null && opens(world, before)) {
    const input = message.input ?? textToInput(program.program.input, contentOf(message));
    // The program's own system message, unless another one was given.
    const conversation = { messages: [], ...(system === null ? {} : { system }) };
    return { loaded: program, input, conversation };
  }
  const source = tools ? (persona ?? program) : null;
  const window = await windowOf(world, model);
  return {
    loaded: messageProgram({ model, window, program, tools: source }),
    input: inputOf(message),
    conversation: {
      system: system ?? openingSystem(before),
      messages: messagesOf(before, { tools: source !== null }),
    },
  };
}

async function run(
  world: ChatWorld,
  { model, name }: ChatRecord,
  { program, ...loaded }: LoadedProgram,
  input: unknown,
  options: StartOptions,
) {
  const { app, scope, flags, program: file, persona } = world;
  const { defaultModel, fallbacks } = app.config;
  // As with `run`: a model that the user names stands alone. Programs that are tools keep theirs.
  const usual = defaultModel ?? file?.program.model ?? persona?.program.model;
  const own = model === program.model ? program.fallbacks : [];
  return await app.run({ ...loaded, program: { ...program, model, fallbacks: own } }, input, {
    ...flags,
    ...options,
    ...(defaultModel === null ? {} : { model }),
    fallbacks: model === usual ? fallbacks : [],
    scope,
    tags: { ...flags.tags, chat: name },
  });
}

function answerText({ program }: LoadedProgram, output: Json): string {
  const text = isObject(output) && program.answer === "text" ? output["text"] : null;
  return typeof text === "string" ? text : writeJson(output, 2);
}
