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

/** Tools as the model reads them; empty where it has none. */
export function offersText(tools: ModelRequest["tools"] | null): string {
  return tools == null ? "" : writeJson(tools.offers);
}
