import type { Usage } from "../core/events.ts";
import type { TokenCounter } from "../model/facts.ts";
import type { Message, Model } from "../model/model.ts";
import type { ToolCall } from "../model/tool.ts";
import { countMessages } from "./message-tokens.ts";

/** What came of a model's answer; null where nothing of the kind was sent. */
export interface ReplyText {
  readonly text: string | null;
  readonly reasoning: string | null;
  readonly calls: readonly ToolCall[];
}

/** In UTF-16 units. */
export function lengthOf({ text, reasoning, calls }: ReplyText): number {
  const called = calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
  return (text?.length ?? 0) + (reasoning?.length ?? 0) + called;
}

export async function countReply(
  { text, reasoning, calls }: ReplyText,
  tokens: TokenCounter,
  model: string,
): Promise<number> {
  const called = calls.map((call) => `${call.name} ${call.arguments}`).join("\n");
  const answer = await tokens.count(text === null ? called : text + called, model);
  return reasoning === null ? answer : answer + (await tokens.count(reasoning, model));
}

/**
 * What the provider counted, as far as that can be true. What it left out, or counted below what
 * the texts plainly have, is counted here. Null when nothing came and nothing was counted.
 */
export async function trueUsage(
  reply: ReplyText & { readonly usage: Usage | null },
  { model, messages }: { readonly model: Model; readonly messages: readonly Message[] },
  tokens: TokenCounter,
): Promise<Usage | null> {
  const { usage } = reply;
  if (lengthOf(reply) === 0) return usage;
  const texts = messages.map(({ content }) => content).join("");
  const prompt = isPlausible(usage?.prompt_tokens, texts.length / LONGEST_SENT_TOKEN)
    ? usage?.prompt_tokens
    : undefined;
  const completion = isPlausible(usage?.completion_tokens, lengthOf(reply) / LONGEST_TOKEN)
    ? usage?.completion_tokens
    : undefined;
  if (usage !== null && prompt !== undefined && completion !== undefined) return usage;
  // What was charged for other counts says nothing of these.
  const { cost_usd: _cost, ...counts } = usage ?? {};
  return {
    ...counts,
    prompt_tokens: prompt ?? (await countMessages(messages, tokens, model.id)),
    completion_tokens: completion ?? (await countReply(reply, tokens, model.id)),
    estimated: true,
  };
}

/**
 * UTF-16 units a token has at most, on the average of a whole text: four times what ordinary text
 * has, so that no tokenizer's count is doubted. A shorter text has one token.
 */
const LONGEST_TOKEN = 16;
/** The same for a prompt, of which some servers leave out what they have kept from before. */
const LONGEST_SENT_TOKEN = 64;

function isPlausible(count: number | undefined, least: number): boolean {
  return Number.isSafeInteger(count) && (count ?? 0) >= Math.ceil(least);
}
