import { isObject } from "../core/json.ts";
import { withEdit, type Coercion, type Outcome, type Path } from "./outcome.ts";
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
  const [only, ...others] = node.members;
  if (node.bare.length > 0 || !only) return null;
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  if (others.length === 0) {
    if (properties[only.key] !== undefined) return null;
    if (only.key === "function" && only.value.kind === "object")
      return fromCall(coercion, only.value, schema, path);
    if (!CALLS.has(only.key)) return null;
    const calls = only.value.kind === "array" ? only.value.items : [only.value];
    const [call] = calls.length === 1 ? calls : [];
    return call?.kind === "object" ? fromCall(coercion, call, schema, path) : null;
  }
  let handed: Member | undefined;
  let isCalled = false;
  for (const member of node.members) {
    const { key, value } = member;
    if (properties[key] !== undefined) return null;
    if (ARGUMENTS.has(key) && !handed) handed = member;
    else if (CALLED.has(key) && value.kind === "text") isCalled = true;
    else if (key === "function" && value.kind === "object") handed = member;
    else if (!ABOUT_CALLS.has(key)) return null;
  }
  if (!handed || (!isCalled && handed.key !== "function")) return null;
  return withEdit(coercion, coercion.coerce(handed.value, schema, path), "tool-call", node, path);
}
