import type { ModelNote, ModelRequest } from "../model.ts";
import type { EnforcedMode, NativeModel } from "../protocol.ts";
import { leftOut } from "../request-notes.ts";
import { isForced } from "../tools/plan.ts";
import type { ToolPlan } from "../tools/plan.ts";

type Body = Record<string, unknown>;

/**
 * How tools' schemas are sent: enforced where they can be
 * (platform.claude.com/docs/en/agents-and-tools/tool-use/strict-tool-use), else for the model to
 * read.
 */
export const MODES: Readonly<Record<"enforced" | "shown", readonly EnforcedMode[]>> = {
  enforced: ["anthropic", "tool"],
  shown: ["tool"],
};

/** Tools of one request that can be enforced. */
const MOST_STRICT = 20;

/** A model that may think can't be made to call: one that needn't is told not to. */
export function thinkingParams(
  { abilities }: NativeModel,
  params: ModelRequest["params"],
  plan: ToolPlan | null,
): ModelRequest["params"] {
  const asked = params["thinking"] ?? params["reasoning_effort"] ?? null;
  const silenced = plan !== null && isForced(plan.choice) && asked === null;
  return silenced && abilities.thinking === "adaptive" ? { ...params, thinking: false } : params;
}

/** @param enforced whether the server is asked to hold the model to the tools' schemas */
export function toolFields({ tools }: ToolPlan, enforced: boolean): readonly Body[] {
  const strict = tools.filter((tool) => tool.strict).slice(0, enforced ? MOST_STRICT : 0);
  return tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    input_schema: tool.schema,
    ...(strict.includes(tool) ? { strict: true } : {}),
  }));
}

/** @param mayForce whether the model surely does not think */
export function choiceField(
  { endpoint, name }: NativeModel,
  { choice, parallel }: ToolPlan,
  mayForce: boolean,
  notes: ModelNote[],
): Body {
  const single = parallel || choice === "none" ? {} : { disable_parallel_tool_use: true };
  if (isForced(choice) && !mayForce) {
    notes.push(leftOut(endpoint, name, "tool_choice"));
    return { tool_choice: { type: "auto", ...single } };
  }
  const chosen =
    typeof choice === "object"
      ? { type: "tool", name: choice.name }
      : { type: choice === "required" ? "any" : choice };
  return { tool_choice: { ...chosen, ...single } };
}
