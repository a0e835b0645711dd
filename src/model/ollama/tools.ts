import type { Tool } from "ollama/browser";
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
    function: { name: tool.name, description: tool.description, parameters: { ...tool.schema } },
  }));
}
