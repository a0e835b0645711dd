import { sha256 } from "../../core/digest.ts";
import { isObject, jsonFault, parseJson, writeJson } from "../../core/json.ts";
import type { Message, ToolMessage } from "../model.ts";
import type { ToolCall } from "../tool.ts";

/**
 * A call's arguments as the object that servers want back. What the model damaged goes back as it
 * wrote it, under a name that says so.
 */
export function sentArguments({ arguments: written }: ToolCall): Readonly<Record<string, unknown>> {
  return objectIn(written) ?? { INVALID_JSON: written };
}

/**
 * The same for servers that want it as a text: byte for byte what the model wrote, if it can be.
 */
export function sentText(call: ToolCall): string {
  return objectIn(call.arguments) === null ? writeJson(sentArguments(call)) : call.arguments;
}

/** A name that a model has made up may hold what no server takes back. */
export function sentName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64);
}

/** An id as this server takes it: another server may have given it, of another form. */
export function sentId(id: string, form: RegExp): string {
  return form.test(id) ? id : sha256(id).slice(0, 9);
}

/** What a model reads of a result where the protocol has no mark for a failure. */
export function sentResult({ content, failed }: ToolMessage): string {
  return failed && !/^\s*error\b/i.test(content) ? `Error: ${content}` : content;
}

/** What stands before files that a message of the user brings because a result can't. */
export function filesOf({ call, attachments = [] }: ToolMessage): string {
  const names = attachments.map(({ name }) => `"${name}"`).join(", ");
  return `Result of the tool ${call.name}: ${names}`;
}

/** A conversation cut into its messages and, of results, those that answer one turn together. */
export function turnsOf(
  messages: readonly Message[],
): readonly (Exclude<Message, ToolMessage> | readonly ToolMessage[])[] {
  const turns: (Exclude<Message, ToolMessage> | ToolMessage[])[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.role !== "tool") turns.push(message);
    else if (Array.isArray(last)) last.push(message);
    else turns.push([message]);
  }
  return turns;
}

function objectIn(written: string): Record<string, unknown> | null {
  try {
    const value = parseJson(written, { decimals: "nearest" });
    return isObject(value) && jsonFault(value) === null ? value : null;
  } catch {
    return null;
  }
}
