import type { Prediction } from "../insight/exectime.ts";
import { tryToPredict } from "../insight/prediction.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { App, StartOptions } from "../workspace.ts";
import { toModullmError } from "../core/error.ts";
import type { RowInput } from "./fields.ts";
import type { Row, Rows } from "./row.ts";
import { sampleOf } from "./sample.ts";

/** What a map would take, without a call. */
export interface MapForecast {
  readonly rows: number;
  /** Rows that can't be read, or break the input's contract: they would fail without a call. */
  readonly unfit: number;
  /** The first of them. */
  readonly first_fault: { readonly row: number; readonly reason: string } | null;
  /** Rows that were predicted, one by one; the rest is taken to be like them. */
  readonly sampled: number;
  /** For all rows that fit; null where neither past runs nor the catalogue know. */
  readonly cost_usd: number | null;
  readonly p90_cost_usd: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  /** Milliseconds, `concurrency` rows at a time. */
  readonly estimated_ms: number | null;
}

export interface ForecastOptions {
  readonly app: App;
  readonly loaded: LoadedProgram;
  readonly toInput: RowInput;
  readonly flags: StartOptions;
  readonly concurrency: number;
  readonly warn: (message: string) => void;
}

/** Rows that are predicted one by one. */
const SAMPLE = 32;

export async function forecast(rows: Rows, options: ForecastOptions): Promise<MapForecast> {
  const { app, loaded, toInput, flags, concurrency, warn } = options;
  const { input: contract } = loaded.program;
  let count = 0;
  let unfit = 0;
  let fault: MapForecast["first_fault"] = null;

  /** The rows that fit. */
  async function* fitting(): Rows {
    for await (const row of rows) {
      count++;
      const reason = faultOf(row);
      if (reason === null) yield row;
      else {
        unfit++;
        fault ??= { row: row.number, reason };
      }
    }
  }

  function faultOf(row: Row): string | null {
    if (!row.ok) return row.error.message;
    try {
      const check = contract.check(toInput(row.content, row.number));
      return check.ok ? null : `the input ${check.issues[0].reason}`;
    } catch (thrown) {
      return toModullmError(thrown).message;
    }
  }

  const found: (Prediction | null)[] = [];
  for await (const row of sampleOf(fitting(), { count: SAMPLE, seed: 1 })) {
    if (!row.ok) continue;
    const input = toInput(row.content, row.number);
    found.push(await tryToPredict(loaded, input, app, { flags, warn }));
  }
  const fits = count - unfit;
  const total = (key: NumberKey): number | null => {
    const values = found.map((each) => each?.[key] ?? null);
    if (values.length === 0 || values.includes(null)) return fits === 0 ? 0 : null;
    return (values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length) * fits;
  };
  const milliseconds = total("estimated_ms");
  return {
    rows: count,
    unfit,
    first_fault: fault,
    sampled: found.length,
    cost_usd: total("cost_usd"),
    p90_cost_usd: total("p90_cost_usd"),
    prompt_tokens: rounded(total("prompt_tokens")),
    completion_tokens: rounded(total("completion_tokens")),
    estimated_ms: milliseconds === null ? null : milliseconds / concurrency,
  };
}

type NumberKey =
  | "cost_usd"
  | "p90_cost_usd"
  | "prompt_tokens"
  | "completion_tokens"
  | "estimated_ms";

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
