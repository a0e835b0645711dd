import type { JsonObject } from "../core/json.ts";

/** An answer that a finished child was given. */
export interface PaidAnswer {
  /** What the answer depends on: `requestKey`. */
  readonly key: string;
  readonly value: JsonObject;
}

/**
 * Answers of runs that ended early, for the next run of the same request. Neither call throws:
 * what can't be kept is asked for anew.
 */
export interface UnfinishedRuns {
  /** What was kept for it within the hour; from here on it is forgotten. */
  take(request: string): Promise<readonly PaidAnswer[]>;
  /** @returns how many could be kept */
  keep(request: string, answers: readonly PaidAnswer[]): Promise<number>;
}

/** The answers of one tree: those of an earlier run, and those that this one would leave behind. */
export interface PaidAnswers {
  /**
   * An answer that an earlier run of the same request was given for this key, each once; null
   * where there is none.
   */
  take(key: string): Promise<JsonObject | null>;
  /** True the first time: that such answers are used is said once. */
  firstUse(): boolean;
  /** A child ended well with this answer. */
  add(answer: PaidAnswer): void;
  /** The tree ended early: keeps what was paid for. @returns how many answers */
  keep(): Promise<number>;
}

export interface PaidAnswersOptions {
  /** What makes two runs the same request. */
  readonly request: () => string;
  /** Whether what an earlier run left behind is forgotten, not used. */
  readonly forget: boolean;
}

/** @param runs null: nothing is kept */
export function createPaidAnswers(
  runs: UnfinishedRuns | null,
  { request, forget }: PaidAnswersOptions,
): PaidAnswers {
  const finished: PaidAnswer[] = [];
  let said = false;
  let earlier: Promise<Map<string, JsonObject[]>> | null = null;

  async function look(): Promise<Map<string, JsonObject[]>> {
    const byKey = new Map<string, JsonObject[]>();
    const answers = (await runs?.take(request())) ?? [];
    for (const { key, value } of forget ? [] : answers)
      byKey.set(key, [...(byKey.get(key) ?? []), value]);
    return byKey;
  }

  return {
    async take(key) {
      if (runs === null) return null;
      return (await (earlier ??= look())).get(key)?.shift() ?? null;
    },
    firstUse() {
      const first = !said;
      said = true;
      return first;
    },
    add(answer) {
      if (runs !== null) finished.push(answer);
    },
    async keep() {
      if (runs === null) return 0;
      const unused = earlier === null ? [] : [...(await earlier)];
      const left = unused.flatMap(([key, values]) => values.map((value) => ({ key, value })));
      const answers = [...finished, ...left];
      return answers.length === 0 ? 0 : await runs.keep(request(), answers);
    },
  };
}
