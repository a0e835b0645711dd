import { ModullmError } from "../../../src/core/error.ts";
import type { RunEvent } from "../../../src/core/events.ts";
import { LOCAL_USER } from "../../../src/core/principal.ts";
import { createLimiters } from "../../../src/engine/limiter.ts";
import { createScope, type Scope } from "../../../src/engine/scope.ts";
import type { EmbeddedText } from "../../../src/engine/vectors/embed-texts.ts";
import type { VectorTotals } from "../../../src/engine/vectors/totals.ts";
import type { VectorContext } from "../../../src/engine/vectors/vector-run.ts";
import type { BatchLimits, Embedder, EmbedRequest, Vector } from "../../../src/model/embedder.ts";
import { createScript } from "../scripted.ts";

export interface Scripted {
  readonly embedder: Embedder;
  /** The texts of each request, in the order in which they were asked for. */
  readonly asked: (readonly string[])[];
  /** How many are under way, and the most there ever were. */
  readonly open: { now: number; most: number; cancelled: number };
}

export interface EmbedScript {
  readonly limits?: BatchLimits;
  readonly takesBlank?: boolean;
  /** @default a server */
  readonly origin?: string | null;
  /** Milliseconds until a request is answered. @default 0 */
  readonly wait?: (request: EmbedRequest) => number;
  /** What is thrown in place of an answer. @default nothing */
  readonly fails?: (request: EmbedRequest, number: number) => ModullmError | null;
  /** @default a vector that tells the text */
  readonly vector?: (text: string) => Vector;
  readonly counts?: boolean;
}

/** An embedder that follows a script, in process. */
export function scriptedEmbedder(script: EmbedScript = {}): Scripted {
  const { limits = { texts: 4, tokens: null }, wait = () => 0, vector = tell } = script;
  const { fails = () => null, counts = true, origin = "http://127.0.0.1:9" } = script;
  const asked: (readonly string[])[] = [];
  const open = { now: 0, most: 0, cancelled: 0 };
  const embedder: Embedder = {
    id: "priced/m",
    ...(origin === null ? {} : { origin }),
    limits,
    takesBlank: script.takesBlank ?? false,
    ready: () => Promise.resolve(),
    async embed(request, signal) {
      asked.push(request.texts);
      const failure = fails(request, asked.length);
      open.most = Math.max(open.most, ++open.now);
      try {
        await pause(wait(request), signal);
      } catch (thrown) {
        open.cancelled++;
        throw thrown;
      } finally {
        open.now--;
      }
      if (failure !== null) throw failure;
      const usage = { prompt_tokens: request.texts.length * 10, completion_tokens: 0 };
      return { vectors: request.texts.map(vector), usage: counts ? usage : null };
    },
  };
  return { embedder, asked, open };
}

/** The text is in it, so that a vector in a wrong place shows. */
function tell(text: string): Vector {
  return [text.length, text.codePointAt(0) ?? 0, Number(/\d+/.exec(text)?.[0] ?? -1)];
}

/** Without a timer where there is nothing to wait for. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw stopped();
  if (milliseconds === 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(stopped());
    });
  });
}

function stopped(): ModullmError {
  return new ModullmError("RLLM_022", "Stopped the model call: it was cancelled");
}

export interface Stage {
  readonly context: VectorContext;
  readonly events: RunEvent[];
  readonly scope: Scope;
}

/** A context whose events are kept. */
export function stage(more: Partial<VectorContext> = {}, scope: Scope = openScope()): Stage {
  const events: RunEvent[] = [];
  const trace = {
    wants: { payloads: false, deltas: false },
    listen: (event: RunEvent) => void events.push(event),
  };
  const { tools } = createScript({});
  return { context: { tools, scope, traces: [trace], ...more }, events, scope };
}

export function openScope(): Scope {
  const { clock } = createScript({}).tools;
  return createScope({ principal: LOCAL_USER, limiters: createLimiters(), clock });
}

/** Groups of texts as a source gives them. */
export async function* source(
  ...groups: readonly (readonly string[])[]
): AsyncGenerator<readonly string[]> {
  yield* groups;
}

export interface Drained {
  readonly found: readonly EmbeddedText[];
  readonly totals: VectorTotals | null;
  readonly error: ModullmError | null;
}

/** Everything that comes, and how it ends. */
export async function drain(work: AsyncGenerator<EmbeddedText, VectorTotals>): Promise<Drained> {
  const found: EmbeddedText[] = [];
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return { found, totals: value, error: null };
      found.push(value);
    }
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    return { found, totals: null, error: thrown };
  }
}

/** Types of events, notes with their kind. */
export function kinds(events: readonly RunEvent[]): readonly string[] {
  return events.map((event) => (event.type === "note" ? `note ${event.kind}` : event.type));
}

export function many(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => `text ${from + at}`);
}
