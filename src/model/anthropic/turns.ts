import { modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { AssistantMessage, Message, ToolMessage } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { sentArguments, sentId, sentName, turnsOf } from "../tools/sent.ts";

type Body = Record<string, unknown>;

/** Marks the end of what is worth keeping at the server. */
export const KEEP = { cache_control: { type: "ephemeral" } };

/**
 * The messages but for those of the system. Results of one turn are one message of the user:
 * platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls.
 * @param keep whether all turns before the last one are kept: the examples
 */
export function turns(
  model: NativeModel,
  messages: readonly Message[],
  keep: boolean,
): readonly Body[] {
  const spoken = turnsOf(messages.filter(({ role }) => role !== "system"));
  return spoken.map((turn, index) => {
    const mark = keep && index === spoken.length - 2 ? KEEP : {};
    if (!("role" in turn))
      return {
        role: "user",
        content: marked(
          turn.map((result) => resultBlock(model, result)),
          mark,
        ),
      };
    const { role, content, attachments = [] } = turn;
    if (turn.role === "assistant") {
      const { calls = [] } = turn;
      if (calls.length > 0) return { role, content: marked(assistantBlocks(model, turn), mark) };
    }
    const files = turn.role === "user" ? attachments : [];
    if (files.length === 0 && mark !== KEEP) return { role, content };
    const blocks = files.map((attachment) => fileBlock(model, attachment));
    return { role, content: [...blocks, { type: "text", text: content, ...mark }] };
  });
}

/** The thoughts that led to calls come first, as they were. */
function assistantBlocks(
  { abilities }: NativeModel,
  { content, calls = [], kept = [] }: AssistantMessage,
): readonly Body[] {
  const thoughts = kept
    .filter(({ protocol }) => protocol === "anthropic")
    .flatMap(({ value }) => (Array.isArray(value) ? (value as readonly Body[]) : []));
  return [
    ...thoughts,
    ...textBlocks(content),
    ...calls.map((call) => ({
      type: "tool_use",
      id: sentId(call.id, abilities.callIds),
      name: sentName(call.name),
      input: sentArguments(call),
    })),
  ];
}

function resultBlock(model: NativeModel, result: ToolMessage): Body {
  const { attachments = [], call, content, failed } = result;
  const files = attachments.map((attachment) => fileBlock(model, attachment));
  return {
    type: "tool_result",
    tool_use_id: sentId(call.id, model.abilities.callIds),
    content: files.length === 0 ? content : [...textBlocks(content), ...files],
    ...(failed ? { is_error: true } : {}),
  };
}

/** A block of nothing but blanks is refused. */
function textBlocks(text: string): readonly Body[] {
  return text.trim() === "" ? [] : [{ type: "text", text }];
}

function marked(blocks: readonly Body[], mark: Body): readonly Body[] {
  return blocks.map((block, index) =>
    index === blocks.length - 1 ? { ...block, ...mark } : block,
  );
}

/** @throws {ModullmError} RLLM_017 for a file that is not taken there */
function fileBlock(model: NativeModel, attachment: Attachment): Body {
  const modality = modalityOf(attachment);
  const takes = model.abilities.input ?? ["image", "pdf"];
  if (modality === null || modality === "audio" || !takes.includes(modality))
    throw notTaken(model.callee, attachment, takes);
  const source = { type: "base64", media_type: attachment.mediaType, data: attachment.data };
  return modality === "image"
    ? { type: "image", source }
    : { type: "document", source, title: attachment.name };
}
