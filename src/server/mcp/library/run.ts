import type { CallToolResult } from "@modelcontextprotocol/server";
import { exactDollars } from "../../../core/cost.ts";
import { ModullmError } from "../../../core/error.ts";
import type { RunEvent } from "../../../core/events.ts";
import type { Principal } from "../../../core/principal.ts";
import type { Scope } from "../../../engine/scope.ts";
import type { ProgramEntry } from "../../../library/program-index.ts";
import type { Limits } from "../../../program/limits.ts";
import type { Call } from "../surface.ts";
import type { Library } from "./library.ts";
import { asData } from "./results.ts";

export interface RunnerOptions {
  /** What each client may spend as long as the server runs, and how long a run may take. */
  readonly budget: Limits | null;
  /** Runs at a time, of all clients together. */
  readonly most: number;
}

/** Runs programs for clients, each within its own budget. */
export interface Runner {
  /** @throws {ModullmError} what the run fails with */
  run(library: Library, entry: ProgramEntry, input: unknown, call: Call): Promise<CallToolResult>;
}

export function createRunner({ budget, most }: RunnerOptions): Runner {
  const scopes = new Map<string, Scope>();
  const { ms, ...spending } = budget ?? {};
  let running = 0;

  function scopeOf({ app }: Library, principal: Principal): Scope {
    const known = scopes.get(principal.id);
    const scope = known ?? app.scope({ principal, budget: budget === null ? undefined : spending });
    scopes.set(principal.id, scope);
    return scope;
  }

  async function run(
    library: Library,
    entry: ProgramEntry,
    input: unknown,
    { principal, signal, progress }: Call,
  ): Promise<CallToolResult> {
    if (entry.fault) throw brokenProgram(entry);
    if (running >= most) throw tooMany(most);
    const { app } = library;
    const told = createTold(progress);
    running++;
    try {
      const { run: id, output } = await app.run(await app.load(entry.path), input, {
        scope: scopeOf(library, principal),
        signal,
        budget: ms === undefined ? undefined : { ms },
        traces: [{ wants: { payloads: false, deltas: false }, listen: told.listen }],
        // An agent's input is not the user's: it opens no file of this machine, and no address.
        openReferences: false,
      });
      return asData({ output, run: id, cost_usd: told.cost() });
    } finally {
      running--;
    }
  }

  return { run };
}

/** What a client is told of a run while it goes on, and what it has cost. */
function createTold(progress: Call["progress"]): {
  readonly listen: (event: RunEvent) => void;
  cost(): number | null;
} {
  let [steps, usd, isKnown] = [0, 0, true];
  const tell = (message: string): void => progress({ progress: ++steps, message });
  return {
    listen(event) {
      if (event.type === "run-start") tell(`${event.name} begins`);
      else if (event.type === "attempt-start") tell(`asks ${event.model}`);
      else if (event.type === "tool-start") tell(`calls ${event.tool}`);
      else if (event.type === "note" && TOLD.has(event.kind)) tell(event.message);
      else if (event.type === "attempt-end" && event.cached === null) {
        usd += event.cost_usd ?? 0;
        isKnown &&= event.cost_usd !== null;
      }
    },
    cost: () => (isKnown ? exactDollars(usd) : null),
  };
}

const TOLD: ReadonlySet<string> = new Set(["retry-wait", "fallback", "restart", "progress"]);

function brokenProgram({ name, fault }: ProgramEntry): ModullmError {
  return new ModullmError("RLLM_008", `Cannot run "${name}": ${fault?.message ?? "it is broken"}`, {
    details: { reason: fault?.code ?? null },
    hint: "Choose another program; whoever keeps the library can correct this one.",
  });
}

function tooMany(most: number): ModullmError {
  return new ModullmError("RLLM_020", `The server runs ${most} programs already`, {
    details: { kind: "runs", limit: most },
    hint: "Call again when one of them has ended.",
    retryable: true,
  });
}
