import type { ProgramArea } from "../../store/programs.ts";
import type { PlacedProgram } from "./tree.ts";

/** What gives vectors; handed in where one is configured. */
export interface ProgramEmbedder {
  /** `provider/name`. */
  readonly model: string;
  /** @returns null for a text of which the model gives none */
  embed(
    texts: readonly string[],
    purpose: "query" | "document",
  ): Promise<readonly (readonly number[] | null)[]>;
}

/** Programs that are near enough to be ranked by meaning. */
const MOST_NEAR = 100;
/** How much the first ranks differ from those behind them: the usual constant of rank fusion. */
const FUSION = 60;

/**
 * Scores by words and ranks by meaning, put together by their ranks (reciprocal rank fusion): the
 * two kinds of scores have no common measure.
 */
export function fused(
  scores: ReadonlyMap<number, number>,
  near: readonly number[],
): ReadonlyMap<number, number> {
  const byScore = [...scores].toSorted(([a, x], [b, y]) => y - x || a - b).map(([id]) => id);
  const together = new Map<number, number>();
  for (const ranked of [byScore, near])
    for (const [rank, id] of ranked.entries())
      together.set(id, (together.get(id) ?? 0) + 1 / (FUSION + rank));
  return together;
}

/**
 * The programs nearest in meaning, the nearest first. A text's vector is asked for once, and kept
 * as long as the text is what it is.
 */
export async function nearestPrograms(
  query: string,
  programs: readonly PlacedProgram[],
  { area, embedder }: { readonly area: ProgramArea; readonly embedder: ProgramEmbedder },
): Promise<readonly number[]> {
  const vectors = new Map(await area.vectors(embedder.model));
  const missing = programs.filter(({ hash }) => hash !== null && !vectors.has(hash));
  const texts = missing.map(textOf);
  const made = texts.length === 0 ? [] : await embedder.embed(texts, "document");
  const kept = new Map<string, Float32Array>();
  for (const [index, vector] of made.entries()) {
    const hash = missing[index]?.hash ?? null;
    if (vector !== null && hash !== null) kept.set(hash, unit(vector));
  }
  if (kept.size > 0) await area.keepVectors(embedder.model, kept);
  const [asked = null] = await embedder.embed([query], "query");
  if (asked === null) return [];
  const direction = unit(asked);
  return programs
    .flatMap(({ id, name, hash }) => {
      const vector = kept.get(hash ?? "") ?? vectors.get(hash ?? "");
      return vector === undefined ? [] : [{ id, name, nearness: dot(direction, vector) }];
    })
    .toSorted((a, b) => b.nearness - a.nearness || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_NEAR)
    .map(({ id }) => id);
}

function textOf({ facts: { program, summary, tags } }: PlacedProgram): string {
  return [program.replaceAll(/[_-]/g, " "), summary, tags.join(", ")].join("\n");
}

/** A vector of length 1, so that the product of two is how near they are. */
function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (each) => each / length);
}

/** 0 for vectors of two lengths: the model has changed under its name. */
function dot(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? a.reduce((sum, each, at) => sum + each * (b[at] ?? 0), 0) : 0;
}
