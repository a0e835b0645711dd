import { isObject } from "../core/json.ts";
import { withEdit, type Coercion, type Outcome, type Path } from "./outcome.ts";
import type { Member, ObjectNode } from "./tree.ts";

type Schema = Record<string, unknown>;

const CALLED = new Set(["name", "function", "tool", "tool_name", "recipient_name", "action"]);
const ARGUMENTS = new Set([
  "arguments",
  "parameters",
  "input",
  "args",
  "tool_input",
  "action_input",
]);
const ABOUT_CALLS = new Set(["id", "type", "call_id", "index"]);

/** `{"name": "answer", "arguments": {…}}` where what the call hands over is wanted. */
export function fromCall(
  coercion: Coercion,
  node: ObjectNode,
  schema: Schema,
  path: Path,
): Outcome | null {
  if (node.bare.length > 0 || node.members.length < 2) return null;
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
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
