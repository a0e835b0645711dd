import { LEXICAL } from "../model/lexical/name.ts";
import type { VectorOptions } from "../vectors.ts";
import type { App } from "../workspace.ts";
import type { CommandContext, Options } from "./command.ts";
import { budgetOption, countOption } from "./limit-options.ts";
import { modelOption } from "./model-option.ts";
import { createVectorProgress, type VectorProgress } from "./render/vector-progress.ts";
import { START_OPTIONS } from "./start-options.ts";
import { readTags } from "./tags.ts";

/** What `embed` and `rerank` take alike. */
export const VECTOR_OPTIONS = {
  concurrency: START_OPTIONS.concurrency,
  budget: START_OPTIONS.budget,
  tag: START_OPTIONS.tag,
  "ollama-auto-pull": START_OPTIONS["ollama-auto-pull"],
} as const;

/** What the work is done with. */
export interface VectorWork {
  readonly app: App;
  readonly given: VectorOptions;
  readonly progress: VectorProgress;
}

/**
 * Has work done with everything attached that watches it, and detached again whatever happens.
 * @param kind what the configuration calls the model
 */
export async function vectorWork(
  context: CommandContext,
  kind: "embedder" | "reranker",
  work: (by: VectorWork) => Promise<void>,
): Promise<void> {
  const { options, output } = context;
  const interrupt = new AbortController();
  const given = { ...givenBy(options), signal: interrupt.signal };
  const pulls = options.flag("ollama-auto-pull");
  const app = await context.app(pulls ? { ollamaAutoPull: true } : {});
  if (given.model === undefined && app.config[kind] === null) output.note(builtInNote(kind));
  const disarm = output.terminal.onInterrupt(() => interrupt.abort());
  const progress = createVectorProgress(output);
  try {
    await work({ app, given: { ...given, traces: [progress.trace] }, progress });
  } finally {
    disarm();
    progress.end();
  }
}

/** @throws {UsageError} for an option that can't be */
function givenBy(options: Options): VectorOptions {
  const model = modelOption(options);
  const budget = budgetOption(options);
  const concurrency = countOption(options, "concurrency");
  return {
    ...(model === null ? {} : { model }),
    ...(budget === null ? {} : { budget }),
    ...(concurrency === null ? {} : { concurrency }),
    tags: readTags(options.texts("tag")),
  };
}

function builtInNote(kind: "embedder" | "reranker"): string {
  return (
    `No ${kind} is set, so it is ${LEXICAL}: that compares words and parts of words, not what ` +
    `they mean. --model, or ${kind} in config.yaml, names a model.`
  );
}
