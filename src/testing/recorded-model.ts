import { ModullmError } from "../core/error.ts";
import type { Model, ModelPart, ModelRequest } from "../model/model.ts";
import { nearestDifference } from "./nearest.ts";
import { keyOf, type RecordedRequest, recordedRequest, type Recordings } from "./recordings.ts";

/** `replay`: recordings alone; `record`: what has none is asked and recorded. */
export type RecordingMode = "replay" | "record";

export interface RecordedOptions {
  readonly recordings: Recordings;
  readonly mode: RecordingMode;
  /** The model behind the recordings; asked for only where one has to be called. */
  readonly live: () => Promise<Model>;
  /** Which of several replies to one request comes first, from 0. */
  readonly round: number;
  /** Told of the milliseconds that a recorded call took. */
  readonly took: (milliseconds: number) => void;
  /** Told of a request that has no recording, whatever becomes of the failure in the run. */
  readonly missed: (error: ModullmError) => void;
  /** How often each request was made in this run; one for all models of a run. */
  readonly asked: Map<string, number>;
}

/** A model that answers from recordings. Opens nothing that it need not. */
export function createRecordedModel(id: string, options: RecordedOptions): Model {
  const { recordings, mode, live, round, took, missed, asked } = options;

  async function* call(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
    const wanted = recordedRequest(id, request);
    const key = keyOf(wanted);
    const times = asked.get(key) ?? 0;
    asked.set(key, times + 1);
    const at = round + times;
    const begun = recordings.begun(key, at);
    if (begun) await begun;
    const isKnown = mode === "replay" || at < recordings.count(key);
    const found = isKnown ? recordings.find(key, at) : null;
    if (found !== null) {
      took(found.ms);
      yield* found.parts;
    } else if (mode === "record") {
      const done = recordings.begin(key, at);
      try {
        yield* recordCall(wanted, key, request, signal);
      } finally {
        done();
      }
    } else {
      const error = missing(nearestDifference(wanted, recordings.all), recordings.path);
      missed(error);
      throw error;
    }
  }

  async function* recordCall(
    wanted: RecordedRequest,
    key: string,
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ModelPart> {
    const start = performance.now();
    const parts: ModelPart[] = [];
    const model = await live();
    await model.ready(signal, () => {});
    for await (const part of model.call(request, signal)) {
      if (part.type !== "note") join(parts, part);
      // Nobody who has the last part may find it without its recording.
      if (part.type === "finish") keep();
      yield part;
    }
    function keep(): void {
      const ms = Math.round(performance.now() - start);
      took(ms);
      recordings.append({ key, request: wanted, parts, ms });
    }
  }

  return { id, window: null, ready: async () => {}, call };
}

/** Texts that follow one another become one. */
function join(parts: ModelPart[], part: ModelPart): void {
  const last = parts.at(-1);
  const isText = part.type === "text" || part.type === "reasoning";
  if (isText && last?.type === part.type)
    parts[parts.length - 1] = { type: part.type, text: last.text + part.text };
  else parts.push(part);
}

function missing(nearest: string | null, path: string): ModullmError {
  const how = nearest === null ? "there is no recording at all" : nearest;
  return new ModullmError("RLLM_023", `Cannot answer from "${path}": ${how}`, {
    details: { nearest: nearest ?? null },
    hint: "Record what is missing: `modullm test --record`.",
  });
}
