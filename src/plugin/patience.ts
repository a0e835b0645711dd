import type { ModelRequest } from "../model/model.ts";
import type { RequestDeadlines } from "./limits.ts";

/** Milliseconds of the whole call where nothing is set, as for models of servers. */
const TOTAL = 600_000;
/**
 * Milliseconds of silence on a last model. A plugin that is at work says so (`alive`), so that this
 * is not long but dead.
 */
const SILENCE = 120_000;
/**
 * The same while another model could answer instead: long enough for a plugin that loads a model
 * and does not say so.
 */
const SHORT_SILENCE = 90_000;

/**
 * Limits of one chat, by what the program says (`timeout`, in seconds), what the user has set, and
 * whether another model is left.
 */
export function chatDeadlines({
  params,
  patience,
}: Pick<ModelRequest, "params" | "patience">): RequestDeadlines {
  const { timeout } = params;
  const given = typeof timeout === "number" && timeout > 0;
  const total = given ? timeout * 1000 : (patience?.total ?? TOTAL);
  const another = patience?.another ?? false;
  const usual = another ? SHORT_SILENCE : SILENCE;
  // On a last model the program's own limit is all the patience there is.
  const fallback = given && !another ? null : usual;
  return { total, first: patience?.first ?? fallback, gap: patience?.gap ?? fallback };
}
