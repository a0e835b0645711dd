import type { Frontmatter } from "./frontmatter.ts";

/** Required keys that a program without a model may leave out. */
export const NEEDED_FOR_MODEL: readonly string[] = ["max_context_window", "llm", "llm_params"];

/** Keys that say how a model is asked; a window is not among them, as it does no harm. */
const OF_MODEL: readonly string[] = [
  "llm",
  "llm_params",
  "system",
  "examples",
  "recovery_prompt",
  "retries",
  "repair",
  "cache",
  "recommended_models",
  "tools",
  "tool_choice",
  "max_turns",
];

/** Whether `output` says what the program gives. */
export function asksNoModel({ values }: Frontmatter): boolean {
  return (values["output"] ?? null) !== null;
}

/**
 * The frontmatter of a program without a model: what says how one is asked is left out, with a
 * warning.
 */
export function withoutModel(front: Frontmatter): Frontmatter {
  const entries = Object.entries(front.values);
  const ignored = entries.filter(([key, value]) => OF_MODEL.includes(key) && !isEmpty(value));
  const warnings = ignored.map(([key]) => ({
    message: `"${key}" has no effect: "output" says what the program gives, so no model is asked`,
    place: front.keyPlace(key),
  }));
  return {
    ...front,
    values: Object.fromEntries(entries.filter(([key]) => !OF_MODEL.includes(key))),
    warnings: [...front.warnings, ...warnings],
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && Object.keys(value ?? {}).length === 0;
}
