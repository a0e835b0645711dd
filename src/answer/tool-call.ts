import { withEdit, type Coercion, type Outcome, type Path } from "./outcome.ts";
import { propertiesOf } from "./schemas.ts";
import type { Member, ObjectNode } from "./tree.ts";

type Schema = Record<string, unknown>;

export const CALLED = new Set([
  "name",
  "function",
  "tool",
  "tool_name",
  "recipient_name",
  "action",
]);
export const ARGUMENTS = new Set([
  "arguments",
  "parameters",
  "input",
  "args",
  "tool_input",
  "action_input",
]);
/** What holds nothing but calls. */
export const CALLS = new Set(["tool_calls", "tool_call", "function_call", "tool_use", "toolCalls"]);
export const ABOUT_CALLS = new Set(["id", "type", "call_id", "tool_call_id", "index"]);

/** `{"name": "answer", "arguments": {…}}` where what the call hands over is wanted. */
export function fromCall(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  const properties = propertiesOf(schema);
  const isWanted = node.members.some(({ key }) => properties[key] !== undefined);
  const [only, ...others] = node.members;
  if (!only || isWanted) return null;
  // What is named as a call is one, though the schema has a property of the name `id` or `type`.
  const call = others.length === 0 ? callIn(only) : node;
  const handed = call && node.bare.length + call.bare.length === 0 ? handedBy(call.members) : null;
  const value = handed && coercion.coerce(handed.value, schema, path);
  return withEdit(coercion, value, "tool-call", node, path);
}

/** The one call in `{"tool_calls": [{…}]}` or `{"function": {…}}`. */
function callIn({ key, value }: Member): ObjectNode | null {
  if (key === "function") return value.kind === "object" ? value : null;
  if (!CALLS.has(key)) return null;
  const calls = value.kind === "array" ? value.items : [value];
  const [call] = calls.length === 1 ? calls : [];
  return call?.kind === "object" ? call : null;
}

/** What a call hands over; null for members that are no call. */
function handedBy(members: readonly Member[]): Member | null {
  let handed: Member | null = null;
  let isCalled = false;
  for (const member of members) {
    const { key, value } = member;
    if (ARGUMENTS.has(key) && !handed) handed = member;
    else if (CALLED.has(key) && value.kind === "text") isCalled = true;
    else if (key === "function" && value.kind === "object") handed = member;
    else if (!ABOUT_CALLS.has(key)) return null;
  }
  return isCalled || handed?.key === "function" ? handed : null;
}
