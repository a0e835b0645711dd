import { existsSync, rmSync } from "node:fs";
import { sha256 } from "../core/digest.ts";
import { ModullmError } from "../core/error.ts";
import { writeJson } from "../core/json.ts";
import { digestOf } from "../library/digest.ts";
import type { Limits } from "../program/limits.ts";
import { claim } from "./claim.ts";
import { Journal } from "./journal.ts";
import { type MapEnd, type MapOptions, mapRows } from "./map.ts";
import type { Outcome } from "./outcome.ts";
import { openResults, type ResultFiles } from "./results.ts";
import type { Rows } from "./row.ts";
import { createTally, type Tally } from "./tally.ts";

/** A map with its files: what it is begun with, and gone on with. */
export interface MapJob extends Omit<MapOptions, "journal" | "tell" | "watch" | "scope"> {
  readonly rows: Rows;
  readonly files: ResultFiles;
  /** The journal's file; null: none is kept. */
  readonly journal: string | null;
  /** Whether an older journal, and its output, are thrown away. */
  readonly restart: boolean;
  /** Whether answers of the program as it was before a change are kept. */
  readonly keepAnswers: boolean;
  readonly budget: Limits | undefined;
  readonly signal: AbortSignal;
  /** Told of every row that begins and ends. */
  readonly watch: (tally: Tally) => void;
}

export interface MapReport extends MapEnd {
  readonly tally: Tally;
}

/**
 * Runs it, or what is left of it.
 * @throws {ModullmError} RLLM_016 for rows, a journal or an output that can't be used
 */
export async function runMap(job: MapJob): Promise<MapReport> {
  const release = job.journal === null ? null : claim(job.journal);
  try {
    return await runClaimed(job);
  } finally {
    release?.();
  }
}

async function runClaimed(job: MapJob): Promise<MapReport> {
  const { app, files, restart, watch } = job;
  if (restart && job.journal !== null) rmSync(job.journal, { force: true });
  refuseStranger(job);
  const tally = createTally();
  const journal = job.journal === null ? null : openJournal(job, job.journal, tally);
  const scope = app.scope({ budget: left(job.budget, tally), signal: job.signal });
  try {
    const results = openResults(files);
    try {
      const end = await mapRows(job.rows, {
        ...job,
        scope,
        journal,
        tell: results.take,
        watch: {
          begun() {
            tally.running++;
            watch(tally);
          },
          ended(outcome, known) {
            tally.add(outcome, known);
            watch(tally);
          },
        },
      });
      return { ...end, tally };
    } finally {
      results.close();
    }
  } finally {
    scope.end();
    journal?.close();
  }
}

/** An output that no journal stands behind is somebody else's. */
function refuseStranger({ files: { output }, journal, restart }: MapJob): void {
  if (output === null || restart || !existsSync(output)) return;
  if (journal !== null && existsSync(journal)) return;
  throw new ModullmError(
    "RLLM_016",
    `Cannot write "${output}": it is there, and no journal of map`,
    {
      details: { source: output, reason: "it is there, and no journal stands beside it" },
      hint: "Name another --output, or replace it with --restart.",
    },
  );
}

function openJournal(job: MapJob, path: string, tally: Tally): Journal {
  const { loaded, run } = job;
  const { model = null, repair = null } = run;
  const digest = sha256(writeJson({ program: digestOf(loaded), model, repair }));
  const head = { program: loaded.program.name, digest };
  return new Journal(path, { ...head, anyDigest: job.keepAnswers }, (entry: Outcome) => {
    tally.paid(entry);
  });
}

/** What is left of a budget for the whole when part of it was spent before. */
function left(budget: Limits | undefined, tally: Tally): Limits | undefined {
  if (budget === undefined) return undefined;
  const { usd, tokens, calls } = budget;
  return {
    ...budget,
    ...(usd === undefined ? {} : { usd: Math.max(0, usd - tally.knownCost) }),
    ...(tokens === undefined ? {} : { tokens: Math.max(0, tokens - tally.tokens) }),
    ...(calls === undefined ? {} : { calls: Math.max(0, calls - tally.calls) }),
  };
}
