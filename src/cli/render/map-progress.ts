import type { Tally } from "../../rows/tally.ts";
import type { Output } from "../output.ts";
import { createLiveLine } from "./live-line.ts";
import { duration } from "./plot.ts";
import { dollars, grouped } from "./quantity.ts";

export interface MapProgress {
  show(tally: Tally): void;
  /** Clears what is drawn. */
  end(): void;
}

export interface MapProgressOptions {
  /** How many rows there are; asked for once, when there is something to show. Null: not known. */
  readonly total: () => Promise<number | null>;
}

const REDRAW_MS = 200;
/** Between two lines in a log. */
const LOG_MS = 10_000;

/** A line that is drawn over at a terminal; elsewhere a line every ten seconds. */
export function createMapProgress(
  output: Output,
  { total: askTotal }: MapProgressOptions,
): MapProgress {
  const live = output.terminal.stderrIsTty;
  const line = createLiveLine(output);
  const start = Date.now();
  let latest: Tally | null = null;
  let total: number | null = null;
  let asked = false;
  const timer = setInterval(tick, live ? REDRAW_MS : LOG_MS);

  function tick(): void {
    if (latest === null) return;
    if (!asked) {
      asked = true;
      void askTotal().then(
        (count) => (total = count),
        () => {},
      );
    }
    const text = progressText(latest, total, Date.now() - start);
    if (live) line.draw(text);
    else output.note(text);
  }

  return {
    show(tally) {
      latest = tally;
    },
    end() {
      clearInterval(timer);
      line.clear();
    },
  };
}

/** `120 of 500 rows, 3 failed, 12.4 a second, 45,120 tokens, $0.12, 31 s left` */
export function progressText(tally: Tally, total: number | null, milliseconds: number): string {
  const done = tally.answered + tally.failed;
  const now = done - tally.known;
  const rate = (1000 * now) / Math.max(milliseconds, 1);
  const left = total === null ? null : total - done;
  return [
    total === null ? `${grouped(done)} rows` : `${grouped(done)} of ${grouped(total)} rows`,
    ...(tally.failed > 0 ? [`${grouped(tally.failed)} failed`] : []),
    ...(now > 0 ? [`${rate.toFixed(1)} a second`] : []),
    `${grouped(tally.tokens)} tokens`,
    costText(tally),
    ...(left !== null && left > 0 && now > 0 ? [`${duration((1000 * left) / rate)} left`] : []),
  ].join(", ");
}

/** What was paid; where a price is not known, what was paid at least. */
export function costText({ knownCost, unpriced }: Tally): string {
  if (unpriced === 0) return dollars(knownCost);
  return knownCost === 0 ? "cost unknown" : `at least ${dollars(knownCost)}`;
}
