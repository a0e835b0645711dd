import { availableParallelism } from "node:os";
import { ModullmError, toModullmError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import type { Level } from "../core/sandbox-level.ts";
import type { Language, Surroundings } from "./offers.ts";
import { createPlaces } from "./places.ts";
import { createStandingSessions } from "./standing-sessions.ts";
import type {
  CodeSource,
  Outcome,
  Sandbox,
  SandboxLimits,
  SandboxSession,
  SessionOptions,
} from "./sandbox.ts";

/** Code that runs once. */
export interface BlockRequest extends Permission {
  readonly language: Language;
  readonly code: string;
  readonly values: Readonly<Record<string, Json>>;
  readonly source: CodeSource;
  /** Python only: plain Python with the user's rights. */
  readonly trusted: boolean;
  readonly limits: Partial<SandboxLimits>;
}

export type BlockOutcome = Outcome & { readonly level: Level };

/** Whoever wants code to run has it asked for. */
export interface Permission {
  /**
   * Asked with null before anything is looked at, then for each level offered until one may be, and
   * for the level that a session got. @throws {ModullmError} where code may not run at it
   */
  readonly permit: (level: Level | null) => void;
}

/**
 * The sandboxes of this machine, by language: the first level that it offers and that may be is
 * taken.
 */
export interface Sandboxes {
  /**
   * The level that code in a language runs at here. Starts nothing but, once, a look at the Python.
   * @throws {ModullmError} RLLM_009 `SandboxUnavailable` where there is nothing; what `permit` says
   */
  level(language: Language, options: LevelOptions): Promise<Level>;
  /**
   * Starts what the next block in a language needs, so that it starts while other things are done.
   */
  prepare(language: Language, level: Level): Promise<void>;
  /**
   * Runs code in a session of its own; a few at a time, the others wait. @throws as `level`, and
   * the signal's reason
   */
  run(block: BlockRequest, signal: AbortSignal): Promise<BlockOutcome>;
  /**
   * A session that stays open until it is closed, or nobody has used it for a while. Sixteen stand
   * at a time; the next one waits for the end of another. @throws as `level`, and the signal's
   * reason
   */
  open(
    language: Language,
    options: SessionOptions & Permission,
    signal: AbortSignal,
  ): Promise<SandboxSession>;
  /** The sandbox behind a level of a language, for whoever tries them all. @throws as `level` */
  sandbox(language: Language, level: Level): Promise<Sandbox>;
  /** What a language may run at here, without starting anything but a look at the Python. */
  status(language: Language, permission: Permission): Promise<SandboxStatus>;
  close(): Promise<void>;
}

export interface LevelOptions extends Permission {
  readonly trusted: boolean;
}

export interface SandboxStatus {
  readonly language: Language;
  /** What blocks run at; null where they are refused. */
  readonly level: Level | null;
  /** Every level offered, the one that is taken without asking first. */
  readonly levels: readonly Level[];
  /**
   * What runs it, with its version: `Python 3.11.7 (/usr/bin/python3.11)`; null where there is
   * nothing.
   */
  readonly engine: string | null;
  /** Why it is refused, or why there is no stronger level; null where there is nothing to say. */
  readonly reason: string | null;
  readonly required: Level | null;
}

export interface SandboxesOptions extends Surroundings {
  /** Sessions that may stand open at a time. @default 16 */
  readonly sessions?: number;
  /** Milliseconds after which a session that nobody uses ends. @default 30 minutes */
  readonly idleMs?: number;
}

/** Nothing is looked at or started before it is asked for. */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const made = createMade(options);
  const endings = new Set<Promise<void>>();
  const standing = createStandingSessions({
    most: options.sessions ?? 16,
    idleMs: options.idleMs ?? 30 * 60_000,
  });
  const places = createPlaces(Math.max(4, availableParallelism()));

  async function choose(language: Language, { trusted, permit }: LevelOptions): Promise<Level> {
    permit(null);
    if (!trusted || language !== "python") return await chooseLevel(language, { permit }, options);
    permit("none");
    return "none";
  }

  async function prepare(language: Language, level: Level): Promise<void> {
    (await made.get(language, level)).prepare?.();
  }

  async function open(
    language: Language,
    { permit, trusted = false, ...session }: SessionOptions & Permission & { trusted?: boolean },
    signal: AbortSignal,
  ): Promise<SandboxSession> {
    const level = await choose(language, { trusted, permit });
    return await openPermitted(await made.get(language, level), level, { permit, session, signal });
  }

  async function run(block: BlockRequest, signal: AbortSignal): Promise<BlockOutcome> {
    const leave = await places.enter(signal);
    let session: SandboxSession | null = null;
    try {
      session = await open(
        block.language,
        { limits: block.limits, trusted: block.trusted, permit: block.permit },
        signal,
      );
      return {
        ...(await session.run(block.code, block.values, block.source)),
        level: session.level,
      };
    } finally {
      // The result doesn't wait for the process to be gone; the next block does, and so does
      // `close`, which tells of one that fails.
      const ending = (session?.close() ?? Promise.resolve()).finally(leave);
      endings.add(ending);
      ending.then(() => endings.delete(ending)).catch(() => {});
    }
  }

  async function close(): Promise<void> {
    const ended = await Promise.allSettled(endings);
    for (const each of [...ended, ...(await made.close())])
      if (each.status === "rejected") throw each.reason;
  }

  return {
    level: choose,
    prepare,
    run,
    open: (language, session, signal) =>
      standing.open(() => open(language, session, signal), signal),
    sandbox: made.get,
    status: (language, permission) => statusOf(language, permission, options),
    close,
  };
}

/** Sandboxes that have been asked for. */
interface Made {
  get(language: Language, level: Level): Promise<Sandbox>;
  close(): Promise<PromiseSettledResult<unknown>[]>;
}

function createMade(options: SandboxesOptions): Made {
  const made = new Map<string, Promise<Sandbox>>();
  return {
    get(language, level) {
      const key = `${language} ${level}`;
      const known = made.get(key);
      if (known) return known;
      const making = makeSandbox(language, level, options);
      made.set(key, making);
      // A failure is told to whoever asked; asking again tries again.
      making.catch(() => made.delete(key));
      return making;
    },
    async close() {
      const all = await Promise.allSettled(made.values());
      return await Promise.allSettled(
        all.map(async (each) => each.status === "fulfilled" && each.value.close()),
      );
    },
  };
}

/** A session, which may turn out to be at another level than its sandbox. */
async function openPermitted(
  sandbox: Sandbox,
  level: Level,
  { permit, session, signal }: Permission & { session: SessionOptions; signal: AbortSignal },
): Promise<SandboxSession> {
  const opened = await sandbox.open(session, signal);
  if (opened.level === level) return opened;
  try {
    permit(opened.level);
    return opened;
  } catch (thrown) {
    await opened.close();
    throw thrown;
  }
}

async function statusOf(
  language: Language,
  { permit }: Permission,
  options: SandboxesOptions,
): Promise<SandboxStatus> {
  const { levelsHere } = await import("./offers.ts");
  const { levels, engine, reason } = await levelsHere(language, options);
  const level = levels.find((each) => refusalOf(each, permit) === null) ?? null;
  return { language, level, levels, engine, reason, required: options.settings.require };
}

/** @throws {ModullmError} RLLM_009; why the level that is taken first may not be */
async function chooseLevel(
  language: Language,
  { permit }: Permission,
  options: SandboxesOptions,
): Promise<Level> {
  const { levelsHere } = await import("./offers.ts");
  const offers = await levelsHere(language, options);
  let first: ModullmError | null = null;
  for (const level of offers.levels) {
    const refusal = refusalOf(level, permit);
    if (refusal === null) return level;
    first ??= refusal;
  }
  throw first ?? unavailable(language, offers.reason ?? "nothing here can");
}

function refusalOf(level: Level, permit: Permission["permit"]): ModullmError | null {
  try {
    permit(level);
    return null;
  } catch (thrown) {
    return toModullmError(thrown);
  }
}

async function makeSandbox(
  language: Language,
  level: Level,
  options: SandboxesOptions,
): Promise<Sandbox> {
  const { makeSandboxHere } = await import("./offers.ts");
  return await makeSandboxHere(language, level, options);
}

function unavailable(language: Language, reason: string): ModullmError {
  return new ModullmError(
    "RLLM_009",
    `${NAMES[language]} can't be confined on this machine: ${reason}`,
    {
      details: { exception: "SandboxUnavailable", reason, level: "none" },
      hint:
        "Install Python 3.9 or later where there is none; or write the block in rllm-js, " +
        "name a container image with Python as sandbox.image in config.yaml, or, for blocks " +
        "that you trust as " +
        "your own code, run with --trusted-python.",
    },
  );
}

const NAMES: Record<Language, string> = { python: "Python", js: "JavaScript" };
