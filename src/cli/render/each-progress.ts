import type { RunEvent } from "../../core/events.ts";
import { isObject } from "../../core/json.ts";
import { duration } from "./plot.ts";

/**
 * How far the outermost list of a run is that a program is run for, one element after the other.
 */
export interface EachProgress {
  listen(event: RunEvent): void;
  /** `mails 120 of 500, 3 failed, 12.4 a second, 31 s left`; null while there is no list. */
  text(now: number): string | null;
}

interface List {
  /** The run whose entry it is. */
  readonly run: string;
  readonly entry: string;
  readonly total: number;
  readonly since: number;
  done: number;
  failed: number;
}

export function createEachProgress(): EachProgress {
  let list: List | null = null;
  const elements = new Set<string>();

  function listen(event: RunEvent): void {
    if (event.type === "note") list ??= startOf(event);
    if (list === null) return;
    if (event.type === "run-start" && event.parent === list.run && event.entry === list.entry)
      elements.add(event.run);
    if (event.type !== "run-end" || !elements.delete(event.run)) return;
    list.done++;
    if (!event.ok) list.failed++;
    if (list.done === list.total) list = null;
  }

  function text(now: number): string | null {
    if (list === null) return null;
    const { entry, total, since, done, failed } = list;
    const seconds = (now - since) / 1000;
    const rate = done / Math.max(seconds, 0.001);
    return [
      `${entry} ${done} of ${total}`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(done > 0
        ? [`${rate.toFixed(1)} a second`, `${duration((1000 * (total - done)) / rate)} left`]
        : []),
    ].join(", ");
  }

  return { listen, text };
}

/** A list is told before its first element. */
function startOf({ run, at, kind, data }: Extract<RunEvent, { type: "note" }>): List | null {
  if (kind !== "progress" || !isObject(data)) return null;
  const { entry, total } = data;
  return typeof entry === "string" && typeof total === "number" && total > 0
    ? { run, entry, total, since: at, done: 0, failed: 0 }
    : null;
}
