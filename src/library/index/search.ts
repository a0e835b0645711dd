import { toModullmError } from "../../core/error.ts";
import type { ProgramArea } from "../../store/programs.ts";
import type { PageOptions, SearchPage } from "../program-index.ts";
import { readSeenCursor, seenCursor } from "./cursor.ts";
import { fused, nearestPrograms, type ProgramEmbedder } from "./meaning.ts";
import { byCodeUnit } from "./naming.ts";
import { questionOf, scoresOf } from "./rank.ts";
import type { PlacedProgram } from "./tree.ts";
import { limitOf } from "./view.ts";

export interface SearchParts {
  readonly folders: readonly string[];
  readonly area: ProgramArea;
  /** Null: words alone are compared. */
  readonly embedder: ProgramEmbedder | null;
  /** What the reader may find. */
  readonly programs: readonly PlacedProgram[];
}

/** Those that answer a question, the best first; what the pages before gave is not given again. */
export async function searchPrograms(
  query: string,
  options: PageOptions,
  { folders, area, embedder, programs }: SearchParts,
): Promise<SearchPage> {
  const given = readSeenCursor(options.cursor ?? null);
  const limit = limitOf(options);
  const question = questionOf(query);
  const { words, starts } = question;
  const ids = new Set(programs.map(({ id }) => id));
  const found = (await area.words({ folders, words, starts })).filter(({ id }) => ids.has(id));
  const byWords = scoresOf(question, found, programs.length);
  const near = words.length === 0 ? null : await nearTo(query, { area, embedder, programs });
  const scores = Array.isArray(near) ? fused(byWords, near) : byWords;
  const scoreOf = ({ id }: PlacedProgram): number => scores.get(id) ?? 0;
  const rest = programs
    .filter(({ id }) => scores.has(id) && !given.has(id))
    .toSorted((a, b) => scoreOf(b) - scoreOf(a) || byCodeUnit(a.name, b.name));
  const shown = rest.slice(0, limit);
  return {
    by: Array.isArray(near) ? "words and meaning" : "words",
    ...(typeof near === "string" ? { instead: near } : {}),
    programs: shown.map(({ name, facts: { summary }, category }) => ({ name, summary, category })),
    next_cursor:
      shown.length === rest.length ? null : seenCursor([...given, ...shown.map(({ id }) => id)]),
  };
}

/** Null where there is no embedder; why it gave nothing where it failed. */
async function nearTo(
  query: string,
  { area, embedder, programs }: Omit<SearchParts, "folders">,
): Promise<readonly number[] | string | null> {
  if (embedder === null) return null;
  try {
    return await nearestPrograms(query, programs, { area, embedder });
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    return error.message;
  }
}
