import type { ChatHistoryItem, LlamaContextSequence, LlamaGrammar } from "node-llama-cpp";
import type { Engine } from "./engine.ts";
import { messageOf } from "./engine.ts";
import { grammarOf } from "./grammar.ts";
import { type LoadedModel, tooLong } from "./loaded-model.ts";
import { readSampling, type Sampling } from "./params.ts";
import type { ChatMessage, ChatParams, ChatPart, ChatResult } from "./sdk/protocol.ts";
import { PluginError } from "./sdk/serve.ts";

/** Weakened places that a note names. */
const TOLD = 8;
/** Tokens of the context that are left alone, for what a chat format adds after the prompt. */
const SPARE = 4;

export interface ChatOptions {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly push: (part: ChatPart) => void;
}

/** @throws {PluginError} for messages that no model here takes */
export function checkMessages(messages: readonly ChatMessage[]): void {
  const named = messages.flatMap(({ attachments = [] }) => attachments)[0];
  if (named === undefined) return;
  const reason = `"${named.name}" is ${named.media_type}, and the models of this plugin read text only`;
  throw new PluginError("refused", reason, { status: 400 });
}

/** One answer, its parts pushed as they come. */
export async function chatWith(
  model: LoadedModel,
  params: ChatParams,
  options: ChatOptions,
): Promise<ChatResult> {
  const sampling = readSampling(params.params);
  const grammar = params.schema === null ? null : await makeGrammar(params.schema, options);
  return await model.chat(options.signal, async (sequence) => {
    const { LlamaChat } = options.engine.library;
    const chat = new LlamaChat({ contextSequence: sequence, chatWrapper: model.wrapper });
    try {
      return await generate(chat, { params, sampling, grammar, sequence, model, ...options });
    } finally {
      chat.dispose();
    }
  });
}

interface Generation extends ChatOptions {
  readonly params: ChatParams;
  readonly sampling: Sampling;
  readonly grammar: LlamaGrammar | null;
  readonly sequence: LlamaContextSequence;
  readonly model: LoadedModel;
}

type Chat = InstanceType<Engine["library"]["LlamaChat"]>;

async function generate(chat: Chat, given: Generation): Promise<ChatResult> {
  const { params, sampling, grammar, sequence, model, signal, push } = given;
  const history = params.messages.map(historyItem);
  const prompt = promptTokens(history, model);
  const room = model.window - prompt - SPARE;
  if (room < 1) throw tooLong(`the prompt has ${prompt} tokens`, model.window - SPARE - 1);
  const before = sequence.tokenMeter.usedOutputTokens;
  const life = new AbortController();
  const { metadata } = await chat.generateResponse(history, {
    ...samplingOptions(sampling),
    maxTokens: Math.min(sampling.maxTokens ?? room, room),
    // The grammar holds from the first token on: what it shapes must not stand in a thought.
    ...(grammar === null ? {} : { grammar, abortOnNonText: true }),
    signal: AbortSignal.any([signal, life.signal]),
    // Nothing of the prompt is ever taken away to make room.
    contextShift: {
      strategy: () => {
        life.abort(tooLong("prompt and answer have more tokens", model.window));
        throw life.signal.reason;
      },
    },
    onResponseChunk: ({ type, text }) => {
      if (text !== "") push({ type: type === "segment" ? "reasoning" : "text", text });
    },
  });
  return {
    reason: reasonOf(metadata.stopReason),
    usage: {
      prompt_tokens: prompt,
      completion_tokens: sequence.tokenMeter.usedOutputTokens - before,
    },
    served: null,
  };
}

/** `abort`: it wanted to write something that is no answer. */
function reasonOf(stopReason: string): ChatResult["reason"] {
  if (stopReason === "maxTokens") return "length";
  return stopReason === "abort" ? "other" : "stop";
}

function samplingOptions(sampling: Sampling) {
  const { temperature, topK, topP, minP, seed, stop, frequencyPenalty, presencePenalty } = sampling;
  const penalised = frequencyPenalty !== 0 || presencePenalty !== 0;
  return {
    temperature,
    topK,
    topP,
    minP,
    ...(seed === null ? {} : { seed }),
    ...(stop.length === 0 ? {} : { customStopTriggers: stop }),
    repeatPenalty: penalised
      ? ({ penalty: 1, frequencyPenalty, presencePenalty } as const)
      : (false as const),
  };
}

/** What the chat format makes of the messages, up to where the answer begins. */
function promptTokens(
  history: readonly ChatHistoryItem[],
  { model, wrapper }: LoadedModel,
): number {
  const answers = history.at(-1)?.type === "model";
  const chatHistory: ChatHistoryItem[] = answers
    ? [...history]
    : [...history, { type: "model", response: [] }];
  return wrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer).length;
}

/** Its models say nothing of tools, so that no message of one comes. */
function historyItem({ role, content }: ChatMessage): ChatHistoryItem {
  return role === "assistant"
    ? { type: "model", response: [content] }
    : { type: role === "system" ? role : "user", text: content };
}

/** Null: the answer is not held to the schema at all. */
async function makeGrammar(
  schema: NonNullable<ChatParams["schema"]>,
  { engine, push }: ChatOptions,
): Promise<LlamaGrammar | null> {
  try {
    const { text, weakened } = grammarOf(schema);
    const grammar = await engine.grammar(text);
    if (weakened.length > 0) {
      const more = weakened.length > TOLD ? `, and ${weakened.length - TOLD} more` : "";
      push({
        type: "note",
        message: `The grammar does not enforce ${weakened.slice(0, TOLD).join(", ")}${more}`,
      });
    }
    return grammar;
  } catch (thrown) {
    push({
      type: "note",
      message: `The schema is not enforced: no grammar could be made of it (${messageOf(thrown)})`,
    });
    return null;
  }
}
