import type { Usage } from "../core/events.ts";
import type { ModelNote, ModelRequest } from "./model.ts";

/**
 * UTF-16 units a token has at most, on the average of a long text; runs of one character aside,
 * which tokenizers take at once.
 */
const LONGEST_TOKEN = 16;
/** Units of a prompt that is too short to be judged. */
const SHORT = 2000;
/** Tokens below the window at which a server stops when it cuts. */
const MARGIN = 2;

/**
 * What a watcher is told where the server can't have read the whole prompt: it counted far fewer
 * tokens than the text has, or as many as its window holds. Null where nothing shows that.
 * @param window tokens that the server was told to hold; null where it was not told
 */
export function cutPromptNote(
  id: string,
  { messages }: ModelRequest,
  { prompt_tokens: read }: Usage,
  window: number | null,
): ModelNote | null {
  const units = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (units < SHORT || read === 0) return null;
  const full = window !== null && read >= window - MARGIN;
  if (!full && read * LONGEST_TOKEN >= units) return null;
  if (!full) {
    const text = messages.map(({ content }) => content.replaceAll(/(.)\1{3,}/gs, "$1")).join("");
    if (read * LONGEST_TOKEN >= text.length) return null;
  }
  const why = full ? ", which is all that its window holds" : "";
  return {
    kind: "warning",
    message:
      `${id} read ${read} tokens of a prompt of ${units} characters${why}: part of the prompt ` +
      "was cut off",
    data: { prompt_tokens: read, characters: units, window },
  };
}
