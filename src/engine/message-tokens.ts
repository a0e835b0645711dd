import type { TokenCounter } from "../model/facts.ts";
import { writeJson } from "../core/json.ts";
import type { Message, ModelRequest } from "../model/model.ts";

/**
 * Tokens of a conversation, with what its pictures, sound and documents take up by rule of thumb.
 */
export async function countMessages(
  messages: readonly Message[],
  tokens: TokenCounter,
  model: string,
): Promise<number> {
  let count = 0;
  for (const message of messages) {
    count += (await tokens.count(message.content, model)) + attached(message, tokens, model);
    const called = callsText(message);
    if (called !== "") count += await tokens.count(called, model);
  }
  return count;
}

/** What a call sends. */
export interface Sent {
  readonly messages: readonly Message[];
  readonly tools: ModelRequest["tools"] | null;
}

/** Tokens of a conversation with the tools that are offered. */
export async function countSent(
  { messages, tools }: Sent,
  tokens: TokenCounter,
  model: string,
): Promise<number> {
  const count = await countMessages(messages, tokens, model);
  return tools == null ? count : count + (await tokens.count(writeJson(tools.offers), model));
}

/** A number that `countMessages` is never above, found without counting. */
export function boundMessages(
  messages: readonly Message[],
  tokens: TokenCounter,
  model: string,
): number {
  return messages.reduce(
    (sum, message) =>
      sum + tokens.bound(message.content + callsText(message)) + attached(message, tokens, model),
    0,
  );
}

function attached({ attachments = [] }: Message, tokens: TokenCounter, model: string): number {
  return attachments.reduce((sum, attachment) => sum + tokens.attachment(attachment, model), 0);
}

/** What of a message's calls is read as tokens. */
function callsText(message: Message): string {
  if (message.role !== "assistant" || message.calls === undefined) return "";
  return message.calls.map(({ name, arguments: written }) => `${name} ${written}`).join("\n");
}
