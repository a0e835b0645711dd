import { isObject } from "../../core/json.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { leftOut } from "../request-notes.ts";

/**
 * Tokens for each level, as Google's OpenAI-compatible address has them:
 * ai.google.dev/gemini-api/docs/openai#thinking.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
};
/** Levels above the highest are that one. */
const LEVELS: Readonly<Record<string, string>> = {
  minimal: "minimal",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};
/** A budget that leaves it to the model. */
const DYNAMIC = -1;

/**
 * `thinking` and `reasoning_effort` as this model takes them: a level since Gemini 3, a budget
 * before (ai.google.dev/gemini-api/docs/thinking). Null where nothing is asked for, so that the
 * model's own default holds.
 */
export function thinkingConfig(
  model: NativeModel,
  params: ModelRequest["params"],
  notes: ModelNote[],
): Readonly<Record<string, unknown>> | null {
  const asked = params["thinking"] ?? params["reasoning_effort"] ?? null;
  if (asked === null) return null;
  if (isObject(asked)) return asked;
  const kind = model.abilities.thinking;
  const key = params["thinking"] == null ? "reasoning_effort" : "thinking";
  const config =
    kind === "budget" ? budget(model.name, asked) : kind === "level" ? level(asked) : null;
  if (config === null) notes.push(leftOut(model.endpoint, model.name, key));
  return config;
}

function budget(name: string, asked: unknown): Readonly<Record<string, unknown>> | null {
  // Gemini 2.5 Pro can't be told not to think.
  if (asked === false || asked === "none") return /pro/.test(name) ? null : { thinkingBudget: 0 };
  const tokens = asked === true ? DYNAMIC : BUDGETS[LEVELS[String(asked)] ?? ""];
  return tokens === undefined ? null : { thinkingBudget: tokens, includeThoughts: true };
}

function level(asked: unknown): Readonly<Record<string, unknown>> | null {
  if (asked === true) return { includeThoughts: true };
  // It can't be turned off; Google calls this level what comes nearest.
  if (asked === false || asked === "none") return { thinkingLevel: "minimal" };
  const thinkingLevel = LEVELS[String(asked)];
  return thinkingLevel === undefined ? null : { thinkingLevel, includeThoughts: true };
}
