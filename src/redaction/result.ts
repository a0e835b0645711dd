import type { Conversation, RunResult } from "../engine/engine.ts";
import type { Message } from "../model/model.ts";
import type { Redactor } from "./redactor.ts";

/** A result without secrets, in its conversation too. */
export function redactedResult(result: RunResult, redactor: Redactor): RunResult {
  const { output, conversation } = result;
  return {
    ...result,
    output: redactor.value(output),
    conversation: conversation && redactedConversation(conversation, redactor),
  };
}

function redactedConversation(
  { system, messages }: Required<Conversation>,
  redactor: Redactor,
): Required<Conversation> {
  return {
    system: system === null ? null : redactor.text(system),
    messages: messages.map((message) => redactedMessage(message, redactor)),
  };
}

/** Files stay as they are: a part of their base64 may look like a key. */
export function redactedMessage(message: Message, redactor: Redactor): Message {
  const { attachments, ...texts } = message;
  const shown = redactor.value(texts);
  return attachments === undefined ? shown : { ...shown, attachments };
}
