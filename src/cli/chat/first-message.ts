import type { Chat } from "../../chat/chat.ts";
import type { AttachedFile, UserMessage } from "../../chat/message.ts";
import { type JsonObject, writeJson } from "../../core/json.ts";
import { type CommandContext, UsageError } from "../command.ts";
import { readInput } from "../run-input.ts";

const INPUT_OPTIONS = ["input", "input-file", "text"] as const;

/** What is said at once, and files for what is said next. */
export interface Start {
  readonly said: UserMessage | null;
  readonly files: readonly AttachedFile[];
}

/** @throws {UsageError} where nothing is said, and nobody could say it */
export async function readStart(
  context: CommandContext,
  chat: Chat,
  message: string | null,
): Promise<Start> {
  const { options, rest } = context;
  const { program } = chat.world;
  const hasInput = INPUT_OPTIONS.some((name) => options.text(name) !== null) || rest.length > 0;
  if (hasInput && (program === null || !chat.opens))
    throw new UsageError("an input is for FILE, which opens a new chat; say MESSAGE instead");
  const files = await readFiles(context, chat);
  if (hasInput && program !== null) {
    const input = (await readInput(program.program.input, context)) as JsonObject;
    return { said: { text: message ?? writeJson(input), input }, files };
  }
  if (isConversation(context, message)) return { said: null, files };
  return { said: await readMessage(context, chat, { text: message ?? "", files }), files: [] };
}

async function readFiles(
  { options, resolve }: CommandContext,
  chat: Chat,
): Promise<readonly AttachedFile[]> {
  const { app } = chat.world;
  const { readAttachment } = await import("../../chat/message.ts");
  const files: AttachedFile[] = [];
  for (const written of options.texts("attach")) {
    app.permit("read", resolve(written));
    files.push(await readAttachment(resolve(written), app.tools.media));
  }
  return files;
}

/** A message with what is piped in: attached to a text, or the text itself where there is none. */
async function readMessage(
  { output: { terminal } }: CommandContext,
  chat: Chat,
  { text, files }: Required<Pick<UserMessage, "text" | "files">>,
): Promise<UserMessage> {
  const piped = terminal.stdinIsTty === true ? [] : await readAll(terminal.stdin());
  if (piped.length === 0) {
    if (text !== "" || files.length > 0) return { text, files };
    throw new UsageError("nothing is said: name a MESSAGE, pipe one in, or talk at a terminal");
  }
  const { attachedFile } = await import("../../chat/message.ts");
  const file = attachedFile(Buffer.concat(piped), "stdin", chat.world.app.tools.media);
  if (text !== "" || "attachment" in file) return { text, files: [...files, file] };
  return { text: Buffer.concat(piped).toString("utf8").trim(), files };
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** Without a message there is a conversation wherever there is somebody to talk to. */
export function isConversation({ output }: CommandContext, message: string | null): boolean {
  const { stdinIsTty, stderrIsTty, keyboard, env } = output.terminal;
  if (message !== null || output.wantsJson || env["TERM"] === "dumb") return false;
  return stdinIsTty === true && stderrIsTty && keyboard !== undefined;
}
