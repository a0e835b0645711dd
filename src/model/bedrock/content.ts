import { modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { AssistantMessage, Message, ToolMessage } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { sentArguments, sentId, sentName, turnsOf } from "../tools/sent.ts";

type Body = Record<string, unknown>;

/**
 * The messages but for those of the system, as Converse has them:
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html. The two roles take
 * turns; what one says in several messages is one.
 */
export function converseMessages(model: NativeModel, messages: readonly Message[]): Body[] {
  const spoken = turnsOf(messages.filter(({ role }) => role !== "system"));
  const all: { role: string; content: readonly Body[] }[] = [];
  for (const turn of spoken) {
    const role = "role" in turn && turn.role === "assistant" ? "assistant" : "user";
    const content = blocksOf(model, turn);
    const last = all.at(-1);
    if (last?.role === role) last.content = [...last.content, ...content];
    else all.push({ role, content });
  }
  return all;
}

function blocksOf(model: NativeModel, turn: ReturnType<typeof turnsOf>[number]): readonly Body[] {
  if (!("role" in turn)) return turn.map((result) => resultBlock(model, result));
  if (turn.role === "assistant") return assistantBlocks(model, turn);
  const { content, attachments = [] } = turn;
  return [...filesOf(model, attachments), { text: content }];
}

/** The thoughts that led to calls come first, as they were. */
function assistantBlocks(
  { abilities }: NativeModel,
  { content, calls = [], kept = [] }: AssistantMessage,
): readonly Body[] {
  if (calls.length === 0) return [{ text: content }];
  const thoughts = kept
    .filter(({ protocol }) => protocol === "bedrock")
    .flatMap(({ value }) => (Array.isArray(value) ? (value as readonly Body[]) : []));
  const made = calls.map((call) => ({
    toolUse: {
      toolUseId: sentId(call.id, abilities.callIds),
      name: sentName(call.name),
      input: sentArguments(call),
    },
  }));
  return [...thoughts, ...textBlocks(content), ...made];
}

function resultBlock(model: NativeModel, result: ToolMessage): Body {
  const { attachments = [], call, content, failed } = result;
  const files = filesOf(model, attachments);
  return {
    toolResult: {
      toolUseId: sentId(call.id, model.abilities.callIds),
      content: files.length === 0 ? [{ text: content }] : [...textBlocks(content), ...files],
      status: failed ? "error" : "success",
    },
  };
}

/** A block of nothing but blanks is refused. */
function textBlocks(text: string): readonly Body[] {
  return text.trim() === "" ? [] : [{ text }];
}

/** @throws {ModullmError} RLLM_017 for a file that is not taken there */
function filesOf(model: NativeModel, attachments: readonly Attachment[]): readonly Body[] {
  return attachments.map((attachment, index) => {
    const modality = modalityOf(attachment);
    const takes = model.abilities.input ?? ["image", "pdf"];
    if (modality === null || modality === "audio" || !takes.includes(modality))
      throw notTaken(model.callee, attachment, takes);
    const source = { bytes: attachment.data };
    if (modality === "image")
      return { image: { format: attachment.mediaType.slice("image/".length), source } };
    return { document: { format: "pdf", name: documentName(attachment.name, index), source } };
  });
}

/** Letters, digits, blanks, hyphens and brackets are all that is taken; no two blanks together. */
function documentName(name: string, index: number): string {
  const plain = name
    .replace(/\.[^.]*$/, "")
    .replaceAll(/[^A-Za-z0-9()[\]-]+/g, " ")
    .trim();
  return plain === "" ? `document ${index + 1}` : plain.slice(0, 200);
}
