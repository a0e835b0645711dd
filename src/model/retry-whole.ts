import type { Embedder, EmbedRequest } from "./embedder.ts";
import { cancelled } from "./exchange.ts";
import { totalOf } from "./failover/deadlines.ts";
import type { ModelNote } from "./model.ts";
import type { Reranker } from "./reranker.ts";
import { type RetryOptions, settingsOf, Tries } from "./tries.ts";

/** An embedder that waits out transient failures, as `withRetry` does for a model. */
export function retryEmbedder(embedder: Embedder, options: RetryOptions = {}): Embedder {
  const call = retried(embedder.id, options);
  return {
    ...embedder,
    embed: async (request, signal, note) =>
      await call(request, (timed) => embedder.embed(timed, signal, note), { signal, note }),
  };
}

/** A reranker that does. */
export function retryReranker(reranker: Reranker, options: RetryOptions = {}): Reranker {
  const call = retried(reranker.id, options);
  return {
    ...reranker,
    rerank: async (request, signal, note) =>
      await call(request, (timed) => reranker.rerank(timed, signal, note), { signal, note }),
  };
}

type Request = Pick<EmbedRequest, "patience" | "again">;

/** Calls whose replies come whole, so that each failed one can be tried again. */
function retried(id: string, options: RetryOptions) {
  const settings = settingsOf(options);
  return async <R extends Request, Reply>(
    request: R,
    call: (request: R) => Promise<Reply>,
    { signal, note }: { signal: AbortSignal; note: (note: ModelNote) => void },
  ): Promise<Reply> => {
    const milliseconds = totalOf(undefined, request.patience);
    const tries = new Tries(settings, { id, another: false, tried: 0, milliseconds });
    for (;;) {
      try {
        const reply = await call(endingIn(request, tries.left()));
        settings.breaker?.succeeded();
        return reply;
      } catch (thrown) {
        const next = tries.failed(thrown);
        note(next.note);
        await settings.sleep(next.wait, signal);
        if (signal.aborted) throw cancelled(signal);
        await request.again?.(next.failure);
      }
    }
  };
}

const NOTHING_SET = { another: false, connect: null, first: null, gap: null };

function endingIn<R extends Request>(request: R, milliseconds: number): R {
  const total = Math.max(1, milliseconds);
  return { ...request, patience: { ...NOTHING_SET, ...request.patience, total } };
}
