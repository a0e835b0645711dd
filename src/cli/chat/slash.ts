import { writeFileSync } from "node:fs";
import type { Chat } from "../../chat/chat.ts";
import { chatMarkdown, chatView } from "../../chat/export.ts";
import { type AttachedFile, readAttachment } from "../../chat/message.ts";
import { totalsOf } from "../../chat/totals.ts";
import { ModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isModelName } from "../../program/model-name.ts";
import { UsageError } from "../command.ts";
import { factsText } from "./facts.ts";

/** What a command of the chat works on. */
export interface SlashContext {
  readonly chat: Chat;
  /** Files for the next message. */
  attached: readonly AttachedFile[];
  /** For the user, not for the model. */
  say(text: string): void;
  /** Asks the last message again, and shows what comes. */
  retry(): Promise<void>;
  /** A path as the user wrote it, absolute. */
  resolve(path: string): string;
}

interface SlashCommand {
  /** What stands behind its name. */
  readonly takes: string;
  readonly does: string;
  /** @throws {UsageError} for what can't be given to it; {ModullmError} what it meets */
  run(context: SlashContext, given: string): Promise<void>;
}

/** The commands of a chat, in the order of its help. */
export const SLASH: Readonly<Record<string, SlashCommand>> = {
  model: { takes: "[MODEL]", does: "the model that is asked next, or another one", run: model },
  system: {
    takes: "[TEXT|-]",
    does: "the system message, or another one; - takes it away",
    run: system,
  },
  undo: { takes: "", does: "take the last turn back, for good", run: undo },
  retry: { takes: "", does: "ask the last message again", run: (context) => context.retry() },
  attach: {
    takes: "[FILE…|-]",
    does: "files for the next message; - drops them",
    run: attach,
  },
  tools: { takes: "[on|off]", does: "the tools that the model may call", run: tools },
  save: { takes: "[NAME]", does: "the chat's name, or another one", run: save },
  export: { takes: "md|json [FILE]", does: "write the chat to a file", run: exportChat },
  stats: { takes: "", does: "turns, tokens, cost and how full the window is", run: stats },
  help: { takes: "", does: "these commands and the keys", run: help },
  exit: { takes: "", does: "leave; the chat is kept", run: async () => undefined },
};

/** A line that is a command: its name and what stands behind it; null: it is said to the model. */
export function readSlash(text: string): { readonly name: string; readonly given: string } | null {
  const [, name, given = ""] = /^\/([a-z]+)(?:\s+([\s\S]*))?$/.exec(text.trimEnd()) ?? [];
  return name === undefined ? null : { name, given: given.trim() };
}

/** @throws {UsageError} for a command that is not known */
export async function runSlash(name: string, given: string, context: SlashContext): Promise<void> {
  const command = Object.hasOwn(SLASH, name) ? SLASH[name] : undefined;
  if (command === undefined) {
    const near = didYouMean(name, Object.keys(SLASH));
    throw new UsageError(
      `There is no command /${name}.${near} /help shows them; a blank in front of the line sends it.`,
    );
  }
  if (command.takes === "" && given !== "") throw new UsageError(`/${name} takes nothing`);
  await command.run(context, given);
}

/** A command's name that was begun, if one only begins so. */
export function completeSlash(text: string): string {
  if (!/^\/[a-z]*$/.test(text)) return text;
  const [only, ...more] = Object.keys(SLASH).filter((name) => `/${name}`.startsWith(text));
  return only === undefined || more.length > 0 ? text : `/${only} `;
}

async function model({ chat, say }: SlashContext, given: string): Promise<void> {
  if (given === "") return say(chat.record.model);
  if (!isModelName(given))
    throw new UsageError(`"${given}" is no model's name: "provider/name" is wanted`);
  await chat.world.app.tools.model(given);
  await chat.change({ model: given });
  say(`The next message goes to ${given}.`);
}

async function system({ chat, say }: SlashContext, given: string): Promise<void> {
  if (given === "") return say(chat.record.system ?? "There is no system message.");
  const text = given === "-" ? null : given;
  await chat.change({ system: text });
  say(
    text === null ? "There is no system message any more." : "The system message is another one.",
  );
}

async function undo({ chat, say }: SlashContext): Promise<void> {
  const turn = await chat.undo();
  say(turn === null ? "Nothing was said yet." : `Taken back: ${firstLine(turn.text)}`);
}

async function attach(context: SlashContext, given: string): Promise<void> {
  const { chat, say, resolve } = context;
  if (given === "-") context.attached = [];
  else {
    for (const word of wordsOf(given)) {
      const path = resolve(word);
      const { permit, tools: world } = chat.world.app;
      permit("read", path);
      const file = await readAttachment(path, world.media);
      context.attached = [...context.attached, file];
    }
  }
  const names = context.attached.map(({ name }) => name);
  say(names.length === 0 ? "Nothing is attached." : `For the next message: ${names.join(", ")}`);
}

async function tools({ chat, say }: SlashContext, given: string): Promise<void> {
  if (given === "on" || given === "off") await chat.change({ tools: given === "on" });
  else if (given !== "") throw new UsageError(`/tools takes on or off, not "${given}"`);
  const names = chat.tools;
  if (names.length === 0)
    return say("This chat has no tools: --persona FILE gives it a program's.");
  say(`Tools are ${chat.record.tools ? "on" : "off"}: ${names.join(", ")}`);
}

async function save({ chat, say }: SlashContext, given: string): Promise<void> {
  if (given !== "") await chat.rename(given);
  const { name } = chat.record;
  say(name === "" ? "It has no name before something is said: /save NAME gives it one." : name);
}

async function exportChat(context: SlashContext, given: string): Promise<void> {
  const { chat, say, resolve } = context;
  const [form = "", written, ...more] = wordsOf(given);
  if ((form !== "md" && form !== "json") || more.length > 0)
    throw new UsageError("/export takes md or json, and perhaps a file");
  const { record, turns, world } = chat;
  const path = resolve(written ?? `${record.name === "" ? "chat" : record.name}.${form}`);
  world.app.permit("write", path);
  const text =
    form === "md" ? chatMarkdown(record, turns) : `${writeJson(chatView(record, turns), 2)}\n`;
  try {
    writeFileSync(path, world.app.redactor.text(text), { flag: "wx" });
  } catch (thrown) {
    throw cannotWrite(path, thrown);
  }
  say(`Written to ${path}`);
}

async function stats({ chat, say }: SlashContext): Promise<void> {
  say(factsText(totalsOf(chat.turns), await chat.size()));
}

async function help({ say }: SlashContext): Promise<void> {
  const rows = Object.entries(SLASH).map(
    ([name, { takes, does }]) => `  ${`/${name} ${takes}`.padEnd(24)}${does}`,
  );
  say(
    [
      ...rows,
      "",
      "Enter sends. A line that ends in \\ goes on, as after Alt-Enter and Shift-Enter; what is",
      "pasted stays one message.",
      "Ctrl-C stops an answer; twice, or Ctrl-D at an empty line, leaves.",
    ].join("\n"),
  );
}

/** Words as a shell parts them: quotes and backslashes keep blanks. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
      String(double ?? single ?? escaped),
    ),
  );
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.length > 60 || line !== text ? `${line.slice(0, 60)}…` : line;
}

function cannotWrite(path: string, thrown: unknown): ModullmError {
  const isThere = thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST";
  const reason = isThere
    ? "it is there already"
    : thrown instanceof Error
      ? thrown.message
      : String(thrown);
  return new ModullmError("RLLM_018", `Cannot write "${path}": ${reason}`, {
    details: { path, reason },
    hint: "Name another file behind /export md or /export json.",
  });
}
