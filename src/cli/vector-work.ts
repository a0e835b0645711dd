import { LEXICAL } from "../model/lexical/name.ts";
import type { VectorOptions } from "../vectors.ts";
import type { App } from "../workspace.ts";
import type { CommandContext } from "./command.ts";
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
} as const;

export interface VectorWork {
  readonly options: VectorOptions;
  readonly progress: VectorProgress;
}

/**
 * Has work done with everything attached that watches it, and detached again whatever happens.
 * @param configured the model of the configuration
 */
export async function vectorWork(
  { options, output }: CommandContext,
  app: App,
  configured: { readonly kind: "embedder" | "reranker" },
  work: (given: VectorWork) => Promise<void>,
): Promise<void> {
  const model = modelOption(options);
  const budget = budgetOption(options);
  const concurrency = countOption(options, "concurrency");
  const { kind } = configured;
  if (model === null && app.config[kind] === null) output.note(builtInNote(kind));
  const interrupt = new AbortController();
  const disarm = output.terminal.onInterrupt(() => interrupt.abort());
  const progress = createVectorProgress(output);
  const given: VectorOptions = {
    ...(model === null ? {} : { model }),
    ...(budget === null ? {} : { budget }),
    ...(concurrency === null ? {} : { concurrency }),
    tags: readTags(options.texts("tag")),
    signal: interrupt.signal,
    traces: [progress.trace],
  };
  try {
    await work({ options: given, progress });
  } finally {
    disarm();
    progress.end();
  }
}

function builtInNote(kind: "embedder" | "reranker"): string {
  return (
    `No ${kind} is set, so it is ${LEXICAL}: that compares words and parts of words, not what ` +
    `they mean. --model, or ${kind} in config.yaml, names a model.`
  );
}
