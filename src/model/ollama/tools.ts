import type { Tool } from "ollama/browser";
import { isObject } from "../../core/json.ts";
import type { ModelNote } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { leftOut } from "../request-notes.ts";
import type { ToolPlan } from "../tools/plan.ts";

/**
 * The tools that a model may call. Ollama knows no choice: none is no tools, and one that has to be
 * called is the only one on offer.
 */
export function ollamaTools(
  { endpoint, name }: NativeModel,
  { tools, choice, parallel }: ToolPlan,
  notes: ModelNote[],
): readonly Tool[] {
  if (choice === "none") return [];
  if (choice !== "auto") notes.push(leftOut(endpoint, name, "tool_choice"));
  if (!parallel) notes.push(leftOut(endpoint, name, "parallel_tool_calls"));
  const offered =
    typeof choice === "string" ? tools : tools.filter((tool) => tool.name === choice.name);
  return offered.map((tool) => ({
    type: "function",
    function: { name: tool.name, description: tool.description, parameters: shown(tool.schema) },
  }));
}

type Node = Readonly<Record<string, unknown>>;

/**
 * A schema as Ollama reads it for the model's template: it knows objects alone, and follows no
 * references (`ToolProperty` in github.com/ollama/ollama, api/types.go).
 */
function shown(schema: Node): Record<string, unknown> {
  const { $defs: definitions, ...root } = schema;
  return shownNode(root, isObject(definitions) ? definitions : {}, []);
}

/** @param inside the references that this place lies in: one that holds itself ends there */
function shownNode(
  node: unknown,
  definitions: Node,
  inside: readonly string[],
): Record<string, unknown> {
  if (!isObject(node)) return {};
  const { $ref: reference, ...rest } = node;
  const name = typeof reference === "string" ? reference.replace(/^#\/\$defs\//, "") : null;
  const target = name === null || inside.includes(name) ? {} : definitions[name];
  const within = name === null ? inside : [...inside, name];
  const whole = { ...(isObject(target) ? target : {}), ...rest };
  const follow = (one: unknown): Record<string, unknown> => shownNode(one, definitions, within);
  const { properties, items, anyOf } = whole;
  return {
    ...whole,
    ...(isObject(properties) ? { properties: mapped(properties, follow) } : {}),
    ...(items === undefined ? {} : { items: follow(items) }),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map(follow) } : {}),
  };
}

function mapped(nodes: Node, follow: (node: unknown) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, follow(node)]));
}
