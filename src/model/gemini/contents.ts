import { modalityOf, notTaken } from "../attachments.ts";
import type { Attachment } from "../attachment.ts";
import type { AssistantMessage, Message, ModelNote, ToolMessage } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { ToolCall } from "../tool.ts";
import { filesOf, sentArguments, sentName, turnsOf } from "../tools/sent.ts";

type Body = Record<string, unknown>;

interface Content {
  readonly role: "user" | "model";
  readonly parts: readonly Body[];
}

/**
 * The messages as Gemini has them: what the system says apart, calls as parts of the model's turn,
 * their results in one turn of the user (ai.google.dev/gemini-api/docs/function-calling).
 */
export function conversation(
  model: NativeModel,
  messages: readonly Message[],
  notes: ModelNote[],
): Body {
  const system = messages
    .filter(({ role }) => role === "system")
    .map(({ content }) => ({ text: content }));
  const spoken = turnsOf(messages.filter(({ role }) => role !== "system"));
  const contents = spoken.flatMap((turn) => contentsOf(model, turn));
  if (system.length === 0) return { contents };
  if (model.abilities.system) return { systemInstruction: { parts: system }, contents };
  const message =
    `${model.endpoint.written}/${model.name} takes no system message: it goes before the first ` +
    "message";
  notes.push({ kind: "degraded", message });
  const [first, ...others] = contents;
  return { contents: [{ role: "user", parts: [...system, ...(first?.parts ?? [])] }, ...others] };
}

function contentsOf(
  model: NativeModel,
  turn: ReturnType<typeof turnsOf>[number],
): readonly Content[] {
  if (!("role" in turn)) return resultContents(model, turn);
  const { content, attachments = [] } = turn;
  if (turn.role === "assistant") return [{ role: "model", parts: assistantParts(model, turn) }];
  const files = attachments.map((attachment) => filePart(model, attachment));
  return [{ role: "user", parts: [...files, { text: content }] }];
}

function assistantParts(
  { abilities }: NativeModel,
  { content, calls = [] }: AssistantMessage,
): readonly Body[] {
  const text = content === "" && calls.length > 0 ? [] : [{ text: content }];
  const made = calls.map((call, index) => {
    const unsigned = index === 0 && abilities.thinking === "level" ? UNSIGNED : {};
    const signed = call.signature === undefined ? unsigned : { thoughtSignature: call.signature };
    const functionCall = { ...idOf(call), name: sentName(call.name), args: sentArguments(call) };
    return { functionCall, ...signed };
  });
  return [...text, ...made];
}

/**
 * Since Gemini 3 the first call of a turn must be signed; this is what Google has for calls that
 * another model made: ai.google.dev/gemini-api/docs/thought-signatures.
 */
const UNSIGNED = { thoughtSignature: "skip_thought_signature_validator" };

function resultContents(model: NativeModel, results: readonly ToolMessage[]): readonly Content[] {
  const within = model.abilities.filesInResults;
  const parts = results.map(({ call, content, failed, attachments = [] }) => {
    const files = attachments.map((attachment) => filePart(model, attachment));
    const functionResponse = {
      ...idOf(call),
      name: sentName(call.name),
      response: failed ? { error: content } : { output: content },
      ...(within && files.length > 0 ? { parts: files } : {}),
    };
    return { functionResponse };
  });
  const others = within ? [] : results.filter(({ attachments = [] }) => attachments.length > 0);
  const behind = others.map((result): Content => {
    const files = (result.attachments ?? []).map((attachment) => filePart(model, attachment));
    return { role: "user", parts: [...files, { text: filesOf(result) }] };
  });
  return [{ role: "user", parts }, ...behind];
}

/** Ids that were made here mean nothing there, and not every address of Google's takes them. */
function idOf({ id }: Pick<ToolCall, "id">): Body {
  return /^call_\d+$/.test(id) ? {} : { id };
}

/** @throws {ModullmError} RLLM_017 for a file that is not taken there */
function filePart(model: NativeModel, attachment: Attachment): Body {
  const modality = modalityOf(attachment);
  const takes = model.abilities.input ?? ["image", "audio", "pdf"];
  if (modality === null || !takes.includes(modality))
    throw notTaken(model.callee, attachment, takes);
  return { inlineData: { mimeType: attachment.mediaType, data: attachment.data } };
}
