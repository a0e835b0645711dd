import type { ModelNote, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { leftOut } from "../request-notes.ts";
import { isObject } from "../../core/json.ts";

/** What is asked of a model's thinking. */
export interface ThinkingPlan {
  readonly thinking: Readonly<Record<string, unknown>> | null;
  readonly effort: string | null;
  readonly maxTokens: number;
  /** Whether the request turns thinking on. */
  readonly on: boolean;
  /** Whether it surely does not think, so that it may be made to call a tool. */
  readonly off: boolean;
}

/** Tokens for thinking, where a model wants a number for it. */
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
};
/** The least budget there is; it must also stay below `max_tokens`. */
const LEAST_BUDGET = 1024;
/** Tokens that are left for the answer where nobody set a limit. */
const ANSWER_ROOM = 4096;

/**
 * `thinking` and `reasoning_effort` as this model takes them: a budget for models to 4.5, adaptive
 * thinking and an effort for later ones.
 * platform.claude.com/docs/en/build-with-claude/adaptive-thinking, …/extended-thinking, …/effort
 *
 * @param limit the most tokens the answer may have; `given` when the program says so
 */
export function thinkingPlan(
  model: NativeModel,
  params: ModelRequest["params"],
  limit: { readonly tokens: number; readonly given: boolean },
  notes: ModelNote[],
): ThinkingPlan {
  const kind = model.abilities.thinking;
  const asked = params["thinking"] ?? params["reasoning_effort"] ?? null;
  const named = params["thinking"] == null ? "reasoning_effort" : "thinking";
  const silent = kind === "none" || kind === "budget";
  const plain = { thinking: null, effort: null, maxTokens: limit.tokens, on: false, off: silent };
  if (asked === null) return plain;
  if (isObject(asked))
    return { ...plain, thinking: asked, on: asked["type"] !== "disabled", off: false };
  const leave = (): ThinkingPlan => {
    notes.push(leftOut(model.endpoint, model.name, named));
    return plain;
  };
  if (asked === false || asked === "none") {
    if (kind === "always") return leave();
    return kind === "adaptive" ? { ...plain, thinking: { type: "disabled" }, off: true } : plain;
  }
  if (kind === "none") return leave();
  const level = typeof asked === "string" ? asked : null;
  if (kind !== "budget") {
    const effort = level === "minimal" ? "low" : level;
    return {
      ...plain,
      thinking: { type: "adaptive", display: "summarized" },
      effort,
      on: true,
      off: false,
    };
  }
  const wanted = BUDGETS[level ?? "medium"];
  if (wanted === undefined) return leave();
  const budget = Math.min(wanted, limit.tokens - (limit.given ? 1 : ANSWER_ROOM));
  if (budget < LEAST_BUDGET) return leave();
  return { ...plain, thinking: { type: "enabled", budget_tokens: budget }, on: true, off: false };
}
