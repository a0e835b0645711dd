import { isObject } from "../core/json.ts";
import type { Coercion, Outcome } from "./outcome.ts";
import type { TextNode } from "./tree.ts";

/**
 * Whether a whole answer in words would be taken for the one text that is wanted: it may be a
 * refusal, a question, or talk around the answer. Text that the writer put in quotes or in a fence
 * is data, unless it speaks of the writer.
 */
export function isTalk(
  coercion: Coercion,
  node: TextNode,
  inner: Outcome | null,
  schema: unknown,
): boolean {
  if (typeof inner?.value !== "string" || !isFreeText(schema)) return false;
  const { text } = coercion;
  const isQuoted =
    /^["“«„「『]$/.test(text.charAt(node.start)) && /^["”»“」』]$/.test(text.charAt(node.end - 1));
  const isFenced = /(?:`{3,}|~~~)[^\n`]*\n\s*$/.test(text.slice(0, node.start).slice(-MAX_INFO));
  return !(isQuoted || isFenced) || isRefusal(inner.value) || asksBack(inner.value);
}

/** Text of any kind, and nothing that says what it must look like. */
export function isFreeText(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  const branches: unknown = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(branches)) return branches.some(isFreeText);
  const isText = [schema["type"]].flat().includes("string");
  return isText && ["enum", "pattern", "format"].every((key) => schema[key] === undefined);
}

/** So long may the opening line of a fence be. In UTF-16 units. */
const MAX_INFO = 120;

/** Whether a text says, in one of the ways in which models do, that it gives no answer. */
export function isRefusal(text: string): boolean {
  return REFUSAL.test(text);
}

const REFUSAL =
  /\b(?:sorry|apologi[sz]e|as an ai|language model|(?:can(?:no|['’])t|cannot|unable to|won['’]t|not able to) (?:help|assist|access|provide|comply|do|answer|see|fulfil))|leider kann ich|es tut mir leid|je suis désolé|je ne peux pas|lo siento|no puedo|mi dispiace|non posso|desculpe|não posso|извините|не могу|申し訳|できません|抱歉|无法|無法|죄송/iu;

/** A question for what the answer would need, or that it is not there. */
export function asksBack(text: string): boolean {
  return ASKS_BACK.test(text);
}

const ASKS_BACK =
  /\b(?:(?:could|can|would|will) you (?:please )?|please )(?:share|provide|send|upload|attach|paste|clarify|give|tell|specify)\b|\b(?:i (?:see|have|find|found) no|there (?:is|was) no|(?:don['’]t|do not) (?:have|see|find)(?: enough| any| access)?) [^.]{0,20}(?:attachment|attached|document|file|image|text|information|access|context|data)|\bno (?:attachment|document|file|image|text)s? (?:was|were|is|has been)\b|(?:könn(?:ten|en) sie|bitte) [^.?!]{0,40}(?:schicken|senden|teilen|angeben|hochladen|bereitstellen)|pourriez-vous|podrías|¿puedes/iu;
