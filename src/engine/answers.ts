import type { Run } from "./state.ts";
import { writeJson } from "../core/json.ts";

/**
 * Answers kept from earlier runs. Neither call throws: a cache that can't be read or written is one
 * that has nothing. Who looks waits, but not for long.
 */
export interface AnswerCache {
  /** @param maxAge milliseconds; older answers don't count */
  get(key: string, maxAge: number): Promise<unknown>;
  /** @param by the program that asked, by its path, and the model it asked first */
  put(key: string, value: unknown, by: { readonly path: string; readonly model: string }): void;
}

/** Whether asking again would, as far as the parameters can promise, give the same answer. */
export function isDeterministic({ loaded }: Run): boolean {
  const { temperature, seed } = loaded.program.params;
  return temperature === 0 || (seed !== undefined && seed !== null);
}

/** Everything that an answer depends on, as one text: equal keys, equal requests. */
export function requestKey(run: Run): string {
  const { params, output, repair } = run.loaded.program;
  const models = (run.tree.models.get(run.loaded) ?? []).map(({ id, origin = null }) => ({
    id,
    origin,
  }));
  const level = run.tree.options.repair ?? repair ?? "safe";
  const messages = run.messages.map(({ role, content }) => ({ role, content }));
  const files = run.media.map((short) => run.tree.media.get(short)?.digest);
  const request = { models, messages, params: sorted(params), schema: output.schema, level };
  return writeJson(files.length > 0 ? { ...request, files } : request);
}

function sorted(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
