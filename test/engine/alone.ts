import type { RunListener } from "../../src/core/events.ts";
import { LOCAL_USER } from "../../src/core/principal.ts";
import type { Limits } from "../../src/program/limits.ts";
import type { EngineTools, RunOptions, RunResult } from "../../src/engine/engine.ts";
import { createLimiters } from "../../src/engine/limiter.ts";
import { runProgram } from "../../src/engine/run.ts";
import { createScope, type Scope } from "../../src/engine/scope.ts";
import type { LoadedProgram } from "../../src/library/load.ts";

export interface AloneOptions extends RunOptions {
  readonly signal?: AbortSignal;
  readonly budget?: Limits;
  readonly listener?: RunListener;
  /** Whether the listener hears text as it comes. */
  readonly stream?: boolean;
  /** Whether it hears values, requests and answers. */
  readonly payloads?: boolean;
}

/** A scope with nothing around it, for the user of this machine. */
export function scopeAlone({ clock }: Pick<EngineTools, "clock">): Scope {
  return createScope({ principal: LOCAL_USER, limiters: createLimiters(), clock });
}

/** A run that shares nothing with others. */
export async function runAlone(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  options: AloneOptions = {},
): Promise<RunResult> {
  const { signal, budget, listener, stream = false, payloads = false, ...rest } = options;
  const whole = { name: "the whole run", limits: budget, signal };
  const scope = scopeAlone(tools).within(whole);
  const wants = { deltas: stream, payloads };
  const traces = listener ? [{ wants, listen: listener }] : [];
  try {
    return await runProgram(loaded, input, tools, scope, { traces, ...rest });
  } finally {
    scope.end();
  }
}
