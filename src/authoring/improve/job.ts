import type { LoadedProgram } from "../../library/load.ts";
import type { Limits } from "../../program/limits.ts";
import type { Recordings } from "../../testing/recordings.ts";
import type { App } from "../../workspace.ts";
import type { GivenTest, Spent } from "./meter.ts";

export interface ImproveJob {
  readonly app: App;
  readonly loaded: LoadedProgram;
  /** The text of its file. */
  readonly text: string;
  readonly tests: readonly GivenTest[];
  /** What is asked in place of the program's model; null: its own. */
  readonly model: string | null;
  /** The model that proposes instructions; null: none does. */
  readonly proposer: string | null;
  readonly limits: Limits | null;
  /** Candidates that are tried at most. */
  readonly trials: number;
  /** The share of the tests that is held out; null: as large as it has to be. */
  readonly holdout: number | null;
  readonly seed: number;
  /** Tests at a time. */
  readonly concurrency: number;
  /** Answers that are known, and where new ones go. */
  readonly journal: Recordings;
  readonly signal: AbortSignal;
  readonly watch: (progress: Progress) => void;
  readonly warn: (message: string) => void;
}

export interface Progress {
  readonly phase: "before" | "search" | "held-out";
  /** Candidates that were tried. */
  readonly trial: number;
  readonly spent: Spent;
}
