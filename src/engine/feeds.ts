import type { EventFacts, Trace } from "../core/events.ts";
import type { Clock } from "./engine.ts";
import type { Redactor, RedactorStream } from "../redaction/redactor.ts";

/** Which run an event is of, and when it was. */
interface Moment {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** An event as the engine tells it: each listener's feed adds the rest. */
type Told = EventFacts & Moment;

/** The listeners of one tree of runs. */
export interface Feeds {
  /** Whether anybody listens to payload events: else they aren't made. */
  readonly payloads: boolean;
  /** Whether anybody wants the text of answers as it comes. */
  readonly deltas: boolean;
  /** @param run the run that the event is of */
  tell(facts: EventFacts, run: string): void;
}

export interface FeedsOptions {
  /** The outermost run. */
  readonly root: string;
  /** Id of who asked for it. */
  readonly principal: string;
  /** Takes secrets out of what is told; null: there are none. */
  readonly redactor: Redactor | null;
  readonly clock: Pick<Clock, "now">;
}

/** Each listener has a feed of its own: what it wants, redacted, and numbered without gaps. */
export function createFeeds(traces: readonly Trace[], options: FeedsOptions): Feeds {
  let open = traces.map((trace) => createFeed(trace, options));
  const heard = eventsFor(traces);

  function drop(feed: Feed, moment: Moment, thrown: unknown): void {
    if (!open.includes(feed)) return;
    open = open.filter((each) => each !== feed);
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const message = `A listener of this run failed, and is told nothing more: ${reason}`;
    tell({ type: "note", kind: "warning", message }, moment.run);
  }

  function tell(facts: EventFacts, run: string): void {
    if (heard !== null && !heard.has(facts.type)) return;
    const moment = { run, at: options.clock.now() };
    for (const feed of open)
      try {
        feed(facts, moment, (thrown) => drop(feed, moment, thrown));
      } catch (thrown) {
        drop(feed, moment, thrown);
      }
  }

  return {
    payloads: traces.some(({ wants }) => wants.payloads),
    deltas: traces.some(({ wants }) => wants.deltas),
    tell,
  };
}

/** The events that anybody hears; null: all. */
function eventsFor(traces: readonly Trace[]): ReadonlySet<EventFacts["type"]> | null {
  const heard = traces.map(({ only }) => only);
  return heard.every((only) => only !== undefined)
    ? new Set(heard.flatMap((only) => [...only]))
    : null;
}

type Feed = (facts: EventFacts, moment: Moment, failed: (thrown: unknown) => void) => void;

function createFeed(trace: Trace, { root, principal, redactor }: FeedsOptions): Feed {
  const { wants, only } = trace;
  const redact = trace.raw === true || redactor === null ? null : createEventRedactor(redactor);
  let seq = 0;

  return (facts, { run, at }, failed) => {
    if (only !== undefined && !only.has(facts.type)) return;
    if (facts.type === "model-delta" ? !wants.deltas : isPayload(facts) && !wants.payloads) return;
    const told = redact === null ? [facts] : redact({ ...facts, run, at });
    for (const shown of told) {
      const result: unknown = trace.listen({ ...shown, run, at, root, principal, seq: seq++ });
      if (result instanceof Promise) result.catch(failed);
    }
  };
}

function isPayload({ type }: EventFacts): boolean {
  return type === "value" || type === "request" || type === "answer" || type === "tool";
}

/**
 * One stream redactor an attempt: a secret that is split over deltas is found as in the whole, so
 * what may be the beginning of one comes later, at the latest before the attempt's end.
 */
function createEventRedactor(redactor: Redactor): (event: Told) => readonly Told[] {
  const streams = new Map<string, { readonly stream: RedactorStream; readonly attempt: number }>();

  function rest({ run, at }: Told): readonly Told[] {
    const open = streams.get(run);
    streams.delete(run);
    const text = open?.stream.end() ?? "";
    return open && text !== ""
      ? [{ type: "model-delta", attempt: open.attempt, text, run, at }]
      : [];
  }

  return (event) => {
    if (event.type === "model-delta") {
      const open = streams.get(event.run) ?? {
        stream: redactor.stream(),
        attempt: event.attempt,
      };
      streams.set(event.run, open);
      const text = open.stream.push(event.text);
      return text === "" ? [] : [{ ...event, text }];
    }
    if (event.type === "attempt-end") return [...rest(event), redactor.value(event)];
    return [redactor.value(event)];
  };
}
