import { readAnswer } from "../../../src/answer/read.ts";
import { contractOf } from "../contracts.ts";
import { lossesOf } from "../losses.ts";
import { newBreakage, type Breakage } from "./break.ts";
import { judge, type Verdict } from "./judge.ts";
import { randomFrom } from "./random.ts";

export const LEVELS = ["safe", "full"] as const;
export type Level = (typeof LEVELS)[number];

/** So many of all texts may be read wrongly at `full`. */
export const MAX_WRONG = 0.005;

/** How many of a kind's texts were judged so. */
export type Row = Record<Verdict | "lost", number>;

export interface Tally {
  readonly all: Readonly<Record<Level, Row>>;
  /** A text of several kinds counts in the row of each. */
  readonly byKind: ReadonlyMap<string, Readonly<Record<Level, Row>>>;
}

/** A text of which a wrong value was read, or something was lost without a word. */
export interface Fault {
  readonly breakage: Breakage;
  readonly level: Level;
  readonly reason: "wrong" | "lost";
  readonly value: unknown;
}

export interface RunOptions {
  readonly seed: number;
  readonly onFault?: (fault: Fault) => void;
}

/** Reads so many broken texts at each level and judges what came of it. */
export function runBreakages(count: number, { seed, onFault }: RunOptions): Tally {
  const random = randomFrom(seed);
  const all = newRows();
  const byKind = new Map<string, Record<Level, Row>>();
  for (let left = count; left > 0; left--) {
    const breakage = newBreakage(random);
    const contract = contractOf(breakage.truth.schema);
    for (const level of LEVELS) {
      const reading = readAnswer(breakage.text, contract, {
        repair: level,
        cut: breakage.isCut === true,
      });
      const verdict = judge(breakage, reading, level);
      const isLossy = verdict !== "wrong" && lossesOf(breakage.text, reading).length > 0;
      for (const name of ["all", ...new Set(breakage.kinds)]) {
        const rows = name === "all" ? all : rowsOf(byKind, name);
        rows[level][verdict]++;
        if (isLossy) rows[level].lost++;
      }
      if (verdict === "wrong")
        onFault?.({ breakage, level, reason: "wrong", value: reading.value });
      if (isLossy) onFault?.({ breakage, level, reason: "lost", value: reading.value });
    }
  }
  return { all, byKind };
}

function rowsOf(byKind: Map<string, Record<Level, Row>>, name: string): Record<Level, Row> {
  const rows = byKind.get(name) ?? newRows();
  byKind.set(name, rows);
  return rows;
}

function newRows(): Record<Level, Row> {
  return { safe: newRow(), full: newRow() };
}

function newRow(): Row {
  return { read: 0, refused: 0, "on record": 0, wrong: 0, lost: 0 };
}
