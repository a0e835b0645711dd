import type { Client, View } from "./clients.ts";
import { type Scenario, SCENARIOS } from "./scenarios.ts";
import type { Seen } from "./server.ts";

/**
 * `pass`: the best that can be done. `partial`: an answer, but not in the best way. `safe`: an
 * error that says so, where an answer could have been had. `fail`: a cut answer passed off as
 * whole, a hang, or a provider hammered.
 */
export type Mark = "pass" | "partial" | "safe" | "fail";

export interface Score {
  readonly scenario: Scenario;
  readonly mark: Mark;
  /** What was missed, in words; empty for a pass. */
  readonly missed: readonly string[];
  readonly ms: number;
  /** Requests that the first model got. */
  readonly attempts: number;
  readonly answeredBy: string | null;
}

/** One scenario as both sides saw it. */
export interface Observation {
  readonly scenario: Scenario;
  readonly views: readonly View[];
  /** Requests to the first model. */
  readonly primary: readonly Seen[];
  /** Requests to the fallback, which scenarios share. */
  readonly fallback: readonly Seen[];
  readonly fallsBack: boolean;
  /** Whether client and server were well afterwards. */
  readonly alive: boolean;
  readonly scale: number;
}

/**
 * Milliseconds that a shrunk run may take beyond its shrunk limits: processes do not start faster
 * for it.
 */
const SLACK = 1500;

interface Check {
  readonly met: boolean;
  readonly what: string;
  /** One that is not met is a failure, not a blemish. */
  readonly must?: boolean;
}

/** Asks every scenario at once, a few at a time. */
export async function observeAll(
  client: Client,
  server: { seen(): Promise<readonly Seen[]>; isWell(): Promise<boolean>; reset(): Promise<void> },
  {
    scale,
    atOnce,
    scenarios = SCENARIOS,
  }: { scale: number; atOnce: number; scenarios?: readonly Scenario[] },
): Promise<readonly Score[]> {
  await server.reset();
  const views = new Map<Scenario, readonly View[]>();
  // The longest one counts its seconds from the reset.
  const waiting = scenarios.toSorted(
    (a, b) => Number(b.series !== undefined) - Number(a.series !== undefined),
  );
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift())
      views.set(next, await askSeries(client, next, scale));
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  const seen = await server.seen();
  const alive = await server.isWell();
  return scenarios.map((scenario) =>
    score({
      scenario,
      views: views.get(scenario) ?? [],
      primary: seen.filter(({ model }) => model === scenario.model),
      fallback: seen.filter(({ model }) => model === scenario.fallback),
      fallsBack: client.fallsBack,
      alive,
      scale,
    }),
  );
}

export function score(observation: Observation): Score {
  const { scenario, views, primary } = observation;
  const [first] = views;
  const facts = {
    scenario,
    ms: Math.max(...views.map(({ ms }) => ms)),
    attempts: primary.length,
    answeredBy: views.length > 1 ? modelsOf(views) : (first?.model ?? null),
  };
  const checks = [...commonChecks(observation), ...(CHECKS[scenario.id]?.(observation) ?? [])];
  const missed = checks.filter(({ met }) => !met);
  const told = missed.map(({ what }) => what);
  if (missed.some(({ must }) => must === true)) return { ...facts, mark: "fail", missed: told };
  const errors = views.flatMap(({ error }) => (error === null ? [] : [error]));
  if (errors.length > 0 && scenario.id !== "S13")
    return { ...facts, mark: "safe", missed: [errors[0] ?? "", ...told] };
  return { ...facts, mark: missed.length > 0 ? "partial" : "pass", missed: told };
}

async function askSeries(
  client: Client,
  scenario: Scenario,
  scale: number,
): Promise<readonly View[]> {
  const { requests, every } = scenario.series ?? { requests: 1, every: 0 };
  const start = performance.now();
  const asking: Promise<View>[] = [];
  for (let index = 0; index < requests; index++) {
    await Bun.sleep(Math.max(0, start + index * every * 1000 * scale - performance.now()));
    asking.push(client.ask(scenario));
  }
  return await Promise.all(asking);
}

function commonChecks({ views, alive, fallback, scale, scenario }: Observation): readonly Check[] {
  const limit = LIMITS[scenario.id] ?? 60;
  const slowest = Math.max(...views.map(({ ms }) => ms));
  return [
    { met: views.length > 0 && alive, what: "client and server are well afterwards", must: true },
    {
      met: views.every(({ outcome }) => outcome !== "truncated"),
      what: "no cut answer passed off as whole",
      must: true,
    },
    { met: slowest <= within(limit, scale), what: `ends within ${limit} s`, must: true },
    {
      met: fallback.every(({ lastRole }) => lastRole !== "assistant"),
      what: "no answer joined from two models",
    },
  ];
}

/** Seconds after which a client counts as hanging. */
const LIMITS: Readonly<Record<string, number>> = { S06: 100, S09: 45, S11: 8 };

/**
 * Beyond what holds for all: what the best client does, where `must` does not say that it is the
 * least.
 */
const CHECKS: Readonly<Record<string, (seen: Observation) => readonly Check[]>> = {
  S01: ({ primary, scale }) => [
    {
      met: withinWindow(primary, 1.5, scale) <= 2,
      what: "at most 2 attempts in 1.5 s",
      must: true,
    },
    { met: primary.length === 2, what: "the same model is asked again" },
    { met: gapBetween(primary) >= 1800 * scale, what: "Retry-After is waited out" },
  ],
  S02: ({ primary, scale }) => [
    { met: withinWindow(primary, 3, scale) <= 4, what: "at most 4 attempts in 3 s", must: true },
    { met: primary.length <= 6, what: "at most 6 attempts", must: true },
  ],
  S03: ({ primary }) => [{ met: primary.length === 2, what: "the same model is asked again" }],
  S04: ({ primary }) => [{ met: primary.length <= 6, what: "at most 6 attempts", must: true }],
  S06: ({ primary, fallsBack }) => [
    { met: !fallsBack || primary.length === 1, what: "a silent model is asked once" },
  ],
  S07: ({ views, fallsBack, scale }) => [
    {
      met: !fallsBack || views.every(({ ms }) => ms <= within(15, scale)),
      what: "another model answers within 15 s",
    },
  ],
  S10: ({ primary, views, scenario }) => [
    {
      met: primary.length === 1 && answeredBy(views, scenario.model),
      what: "the event is skipped, the rest taken",
    },
  ],
  S11: ({ views }) => [{ met: views.every(({ usage }) => usage), what: "the usage is told" }],
  S12: ({ primary }) => [
    { met: primary.length === 1, what: "the model is asked once", must: true },
  ],
  S13: ({ primary, views }) => [
    { met: primary.length === 1, what: "the model is asked once", must: true },
    {
      met: views.every(({ outcome }) => outcome === "error"),
      what: "the refusal is reported, not routed around",
    },
  ],
  S15: ({ views, primary, scenario, scale, fallsBack }) => [
    {
      met: !fallsBack || backAfter(views, scenario),
      what: "the first model is back within 30 s of its recovery",
    },
    {
      met: !fallsBack || during(primary, 60, scale) <= 15,
      what: "at most an attempt for each of the 15 requests",
    },
  ],
  S16: ({ views, scenario }) => [
    { met: answeredBy(views, scenario.fallback), what: "the caller is told which model answered" },
    { met: views.every(({ usage }) => usage), what: "the usage is told" },
  ],
};

function within(seconds: number, scale: number): number {
  return seconds * 1000 * scale + (scale < 1 ? SLACK : 0);
}

function answeredBy(views: readonly View[], model: string): boolean {
  return views.every((view) => view.model === model);
}

/**
 * The last requests come after 60 s of 503; from 30 s later on at the latest, all of them must go
 * to the first model.
 */
function backAfter(views: readonly View[], { model, series }: Scenario): boolean {
  return (
    views.some((view) => view.model === model) &&
    views.length === series?.requests &&
    views.at(-1)?.model === model
  );
}

function during(seen: readonly Seen[], seconds: number, scale: number): number {
  return seen.filter(({ at }) => at < seconds * 1000 * scale).length;
}

/** Attempts within a time from the first one. */
function withinWindow(seen: readonly Seen[], seconds: number, scale: number): number {
  const first = seen[0]?.at ?? 0;
  return seen.filter(({ at }) => at - first <= seconds * 1000 * scale).length;
}

function gapBetween(seen: readonly Seen[]): number {
  const [first, second] = seen;
  return first && second ? second.at - first.at : 0;
}

function modelsOf(views: readonly View[]): string {
  const counts = new Map<string, number>();
  for (const { model } of views)
    counts.set(model ?? "none", (counts.get(model ?? "none") ?? 0) + 1);
  return [...counts].map(([model, count]) => `${model} ${count}x`).join(", ");
}
