import type { TokenCounter } from "../model/facts.ts";
import type { Message } from "../model/model.ts";

/**
 * Tokens of a conversation, with what its pictures, sound and documents take up by rule of thumb.
 */
export async function countMessages(
  messages: readonly Message[],
  tokens: TokenCounter,
  model: string,
): Promise<number> {
  let count = 0;
  for (const message of messages)
    count += (await tokens.count(message.content, model)) + attached(message, tokens, model);
  return count;
}

/** A number that `countMessages` is never above, found without counting. */
export function boundMessages(
  messages: readonly Message[],
  tokens: TokenCounter,
  model: string,
): number {
  return messages.reduce(
    (sum, message) => sum + tokens.bound(message.content) + attached(message, tokens, model),
    0,
  );
}

function attached({ attachments = [] }: Message, tokens: TokenCounter, model: string): number {
  return attachments.reduce((sum, attachment) => sum + tokens.attachment(attachment, model), 0);
}
