import type { Config } from "./config/config.ts";
import type { Trace } from "./core/events.ts";
import type { Scope } from "./engine/scope.ts";
import type { Policy } from "./policy/policy.ts";
import type { Store } from "./store/store.ts";

/** How a run is remembered. */
export interface RecordingOptions {
  /** Whose it is. */
  readonly scope: Scope;
  /** Put on the run, to find it by. @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Whether the run's events are kept, redacted. @default `history.events` */
  readonly keep?: boolean | undefined;
}

export interface Recording {
  /** Null where the policy says that nothing is kept. */
  readonly history: Store | null;
  /** What listens for it. */
  readonly traces: readonly Trace[];
}

/** @param name by which rules know what is kept */
export type Remember = (name: string, options: RecordingOptions) => Promise<Recording>;

export interface Remembering {
  readonly config: Pick<Config, "history">;
  readonly policy: Policy;
  store(): Promise<Store>;
}

/** Has runs remembered, where they may be. */
export function createRemember({ config, policy, store }: Remembering): Remember {
  let recorders: Promise<Recorders> | null = null;
  return async (name, { scope, tags = {}, keep = config.history.events }) => {
    const { principal, labels } = scope;
    const ask = { action: "keep", principal, resource: { name, facts: {} }, labels } as const;
    if (!policy.decide(ask).allow) return { history: null, traces: [] };
    const history = await store();
    // Asked for once: an import costs a run more than its row.
    const recording = await (recorders ??= import("./store/recorder.ts"));
    return { history, traces: tracesOf(history, recording, { tags, keep }) };
  };
}

type Recorders = typeof import("./store/recorder.ts");

/** What the history hears. Statistics take codes, names and numbers: none of them is a secret. */
function tracesOf(
  history: Store,
  { createEventKeeper, createRecorder, RECORDED }: Recorders,
  { tags, keep }: { tags: Readonly<Record<string, string>>; keep: boolean },
): readonly Trace[] {
  const wants = { payloads: false, deltas: false };
  const listen = createRecorder(history, { tags });
  const recorder = { wants, only: RECORDED, raw: true, listen };
  return keep ? [recorder, createEventKeeper(history)] : [recorder];
}
