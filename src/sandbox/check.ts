import { createSocket, type Socket } from "node:dgram";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import type { Json } from "../core/json.ts";
import attacks from "./attacks/attacks.json";
import more from "./attacks/more.json";
import type { Level } from "../core/sandbox-level.ts";
import type { Outcome, Sandbox, SessionOptions } from "./sandbox.ts";
import type { Language } from "./offers.ts";

/**
 * Code that tries to do harm. It reports a success of its own as a result that starts with `PWN`.
 */
export interface Attack {
  readonly id: string;
  readonly lang: "python" | "javascript";
  readonly code: string;
  /** `blocked`: it must not reach what it is after. `limited`: it must end within its limits. */
  readonly must: "blocked" | "limited";
  readonly reason: string;
  /**
   * `effect`: on the machine. `language`: within the interpreter, which code may read; it must gain
   * no effect by that.
   */
  readonly layer: "effect" | "language";
  /**
   * Levels that have a `/proc` and a `/dev` of their own to show: what the attack is after is no
   * harm there.
   */
  readonly apart?: readonly Level[];
}

export interface AttackResult {
  readonly id: string;
  readonly language: Language;
  readonly level: Level;
  /** What Python offered: what blocks have, or all of it. */
  readonly builtins: "safe" | "all";
  readonly held: boolean;
  /**
   * How it ended: an exception's name, `result` when it went through to its end, or what was left
   * behind.
   */
  readonly end: string;
  readonly ms: number;
}

const TIMEOUT_MS = 2000;
/** Attacks that run at the same time. */
const TOGETHER = 8;
/**
 * Milliseconds an attack may outlive its deadline: starting, killing and clearing away on a busy
 * machine.
 */
const GRACE_MS = 8000;
/** Where the attacks leave their marks, and what they are after. */
const MARKS = "/tmp";
const MARK = /^modullm-pwn/;
const CANARY = join(MARKS, "modullm-canary.txt");
const CANARY_PORT = 18_999;
/** Milliseconds that another check may take before this one gives up. */
const MOST_WAIT_MS = 15 * 60_000;

export function attacksFor(language: Language): readonly Attack[] {
  const name = language === "js" ? "javascript" : "python";
  return ([...attacks, ...more] as readonly Attack[]).filter(({ lang }) => lang === name);
}

/**
 * Runs attacks in a sandbox, a few at a time, each in a session of its own, and looks at what they
 * left on the machine.
 */
export async function* tryAttacks(
  sandbox: Sandbox,
  {
    language,
    builtins,
    chosen,
    signal,
    waiting,
  }: {
    readonly language: Language;
    readonly builtins: "safe" | "all";
    readonly chosen: readonly Attack[];
    readonly signal: AbortSignal;
    /** Called once where another check has to end first. */
    readonly waiting?: () => void;
  },
): AsyncGenerator<AttackResult> {
  const watch = await watchMachine(signal, waiting);
  const fitting = chosen.filter(({ apart }) => !apart?.includes(sandbox.level));

  async function tryTogether(together: readonly Attack[]): Promise<readonly AttackResult[]> {
    signal.throwIfAborted();
    const results = await Promise.all(
      together.map((attack) => tryOne(attack, sandbox, { language, builtins, signal })),
    );
    const left = watch.changes();
    return left === null
      ? results
      : results.map((result) => ({ ...result, held: false, end: left }));
  }

  try {
    for (let next = 0; next < fitting.length; next += TOGETHER) {
      const group = fitting.slice(next, next + TOGETHER);
      const results = await tryTogether(group);
      // Which of them it was, and that it was not the others' doing, shows when each is alone.
      if (results.every(({ held }) => held)) {
        yield* results;
        continue;
      }
      const alone: AttackResult[] = [];
      for (const attack of group) alone.push(...(await tryTogether([attack])));
      // What got through once got through, even if it can't be repeated.
      yield* alone.every(({ held }) => held) ? results : alone;
    }
  } finally {
    watch.stop();
  }
}

async function tryOne(
  attack: Attack,
  sandbox: Sandbox,
  {
    language,
    builtins,
    signal,
  }: Pick<AttackResult, "language" | "builtins"> & { readonly signal: AbortSignal },
): Promise<AttackResult> {
  const start = performance.now();
  const options: SessionOptions = {
    limits: { timeoutMs: TIMEOUT_MS, maxCalls: 50 },
    functions: GRANTED,
    builtins,
  };
  const session = await sandbox.open(options, signal);
  const { level } = session;
  let ended: { readonly end: string; readonly went: boolean };
  try {
    const code =
      attack.lang === "javascript"
        ? `result = (0, eval)(${JSON.stringify(attack.code)})`
        : attack.code;
    ended = describe(await session.run(code, {}));
  } finally {
    await session.close();
  }
  const ms = performance.now() - start;
  const late = ms > TIMEOUT_MS + GRACE_MS;
  const held = !late && !(ended.went && attack.layer === "effect");
  const end = late ? "it outlived its deadline" : ended.end;
  return { id: attack.id, language, level, builtins, held, end, ms };
}

/** The bridge that some attacks go at. */
const GRANTED = {
  llm_query: async (): Promise<Json> => await Promise.resolve("answer"),
  llm_query_batched: async ([prompts = null]: readonly Json[]): Promise<Json> =>
    await Promise.resolve(Array.isArray(prompts) ? prompts.slice(0, 50).map(() => "answer") : []),
};

function describe(outcome: Outcome): { end: string; went: boolean } {
  if (!outcome.ok) return { end: outcome.failure.exception, went: false };
  const { value } = outcome;
  const went = typeof value === "string" && value.startsWith("PWN");
  return { end: went ? value.slice(0, 60) : "result", went };
}

/**
 * Looks for what attacks leave: files, packets, other limits or another priority of this process.
 * The attacks go at fixed places, so one program at a time can look: the port is also the lock.
 */
async function watchMachine(
  signal: AbortSignal,
  waiting?: () => void,
): Promise<{ changes(): string | null; stop(): void }> {
  let packets = 0;
  const socket = await bindCanary(signal, waiting);
  socket.on("message", () => packets++);
  const made = !existsSync(CANARY);
  if (made) writeFileSync(CANARY, "canary\n", { mode: 0o600, flag: "wx" });
  const { mode } = statSync(CANARY);
  const before = limits();
  return {
    changes() {
      const marks = readdirSync(MARKS).filter((name) => MARK.test(name));
      for (const mark of marks) rmSync(join(MARKS, mark), { force: true, recursive: true });
      if (marks.length > 0) return `it left ${marks.join(", ")}`;
      if (packets > 0) return "a packet of it arrived";
      const canary = statSync(CANARY, { throwIfNoEntry: false });
      if (canary === undefined) writeFileSync(CANARY, "canary\n", { mode });
      if (canary === undefined) return "it removed a file";
      if (canary.mode !== mode) return "it changed the mode of a file";
      return limits() === before ? null : "it changed the limits of its host";
    },
    stop() {
      socket.close();
      if (made) rmSync(CANARY, { force: true });
    },
  };
}

/** @throws {Error} where something else keeps the port */
async function bindCanary(signal: AbortSignal, waiting?: () => void): Promise<Socket> {
  const end = performance.now() + MOST_WAIT_MS;
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const socket = createSocket("udp4");
    const bound = await new Promise<boolean>((resolve) => {
      socket.once("error", () => resolve(false));
      socket.bind(CANARY_PORT, "127.0.0.1", () => resolve(true));
    });
    if (bound) return socket;
    socket.close();
    if (tries === 1) waiting?.();
    if (performance.now() > end)
      throw new Error(`the UDP port ${CANARY_PORT}, which attacks send to, is taken`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function limits(): string {
  const own = "/proc/self/limits";
  return `${getPriority()} ${existsSync(own) ? readFileSync(own, "utf8") : ""}`;
}
