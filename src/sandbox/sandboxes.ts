import { availableParallelism } from "node:os";
import type { SandboxSettings } from "../config/config.ts";
import { ModullmError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import { type Level, reaches } from "./levels.ts";
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

export type Language = "python" | "js";

/** Code that runs once. */
export interface BlockRequest {
  readonly language: Language;
  readonly code: string;
  readonly values: Readonly<Record<string, Json>>;
  readonly source: CodeSource;
  /** Python only: plain Python with the user's rights. */
  readonly trusted: boolean;
  readonly limits: Partial<SandboxLimits>;
}

export type BlockOutcome = Outcome & { readonly level: Level };

/**
 * The sandboxes of this machine, by language; which one is used is decided by what it offers and
 * what the settings require.
 */
export interface Sandboxes {
  /**
   * The level that code in a language runs at here. Starts nothing but, once, a look at the Python.
   * Whether trust is allowed is the policy's to say, before.
   * @throws {ModullmError} RLLM_009 `SandboxUnavailable` where it may not run
   */
  level(language: Language, options: { readonly trusted: boolean }): Promise<Level>;
  /**
   * Starts what the next block in a language needs, so that it starts while other things are done.
   */
  prepare(language: Language): Promise<void>;
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
  open(language: Language, options: SessionOptions, signal: AbortSignal): Promise<SandboxSession>;
  /** The sandbox behind a level of a language, for whoever tries them all. @throws as `level` */
  sandbox(language: Language, level: Level): Promise<Sandbox>;
  /** What a language may run at here, without starting anything but a look at the Python. */
  status(language: Language): Promise<SandboxStatus>;
  close(): Promise<void>;
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

export interface SandboxesOptions {
  readonly settings: SandboxSettings;
  /** Where PATH is read from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Where the user's own choice of a Python is looked for by what chooses between several, not that
   * of the folder at hand.
   */
  readonly home: string;
  /** A folder for what is known of the Python found. */
  readonly cache: string;
  /** JavaScript processes that are kept started, for programs that stay. @default 0 */
  readonly warm?: number;
  /** Sessions that may stand open at a time. @default 16 */
  readonly sessions?: number;
  /** Milliseconds after which a session that nobody uses ends. @default 30 minutes */
  readonly idleMs?: number;
}

/** Nothing is looked at or started before it is asked for. */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { settings } = options;
  const made = new Map<string, Promise<Sandbox>>();
  const endings = new Set<Promise<void>>();
  const standing = createStandingSessions({
    most: options.sessions ?? 16,
    idleMs: options.idleMs ?? 30 * 60_000,
  });
  const places = createPlaces(Math.max(4, availableParallelism()));

  function sandbox(language: Language, level: Level): Promise<Sandbox> {
    const key = `${language} ${level}`;
    const known = made.get(key);
    if (known) return known;
    const making = makeSandbox(language, level, options);
    made.set(key, making);
    // A failure is told to whoever asked; asking again tries again.
    making.catch(() => made.delete(key));
    return making;
  }

  async function choose(
    language: Language,
    { trusted }: { readonly trusted: boolean },
  ): Promise<Level> {
    return trusted && language === "python" ? "none" : await chooseLevel(language, options);
  }

  async function prepare(language: Language): Promise<void> {
    (await sandbox(language, await choose(language, { trusted: false }))).prepare?.();
  }

  async function open(
    language: Language,
    session: SessionOptions & { trusted?: boolean },
    signal: AbortSignal,
  ) {
    const level = await choose(language, { trusted: session.trusted === true });
    const opened = await (await sandbox(language, level)).open(session, signal);
    if (settings.require === null || level === "none" || reaches(opened.level, settings.require))
      return opened;
    await opened.close();
    throw belowRequired(language, opened.level, settings.require);
  }

  async function run(block: BlockRequest, signal: AbortSignal): Promise<BlockOutcome> {
    const leave = await places.enter(signal);
    let session: SandboxSession | null = null;
    try {
      session = await open(
        block.language,
        { limits: block.limits, trusted: block.trusted },
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
    const all = await Promise.allSettled(made.values());
    const closed = await Promise.allSettled(
      all.map(async (each) => each.status === "fulfilled" && each.value.close()),
    );
    for (const each of [...ended, ...closed]) if (each.status === "rejected") throw each.reason;
  }

  return {
    level: choose,
    prepare,
    run,
    open: (language, session, signal) =>
      standing.open(() => open(language, session, signal), signal),
    sandbox,
    status: (language) => statusOf(language, options),
    close,
  };
}

async function statusOf(language: Language, options: SandboxesOptions): Promise<SandboxStatus> {
  const { levelsHere } = await import("./offers.ts");
  const { levels, engine, reason } = await levelsHere(language, options);
  const required = options.settings.require;
  const level = levels.find((each) => required === null || reaches(each, required)) ?? null;
  return { language, level, levels, engine, reason, required };
}

/** @throws {ModullmError} RLLM_009 */
async function chooseLevel(language: Language, options: SandboxesOptions): Promise<Level> {
  const { levelsHere } = await import("./offers.ts");
  const { require } = options.settings;
  const offers = await levelsHere(language, options);
  const offer = offers.levels.find((level) => require === null || reaches(level, require));
  if (offer) return offer;
  const [best] = offers.levels;
  if (best && require !== null) throw belowRequired(language, best, require);
  throw unavailable(language, offers.reason ?? "nothing here can");
}

async function makeSandbox(
  language: Language,
  level: Level,
  options: SandboxesOptions,
): Promise<Sandbox> {
  const { makeSandboxHere } = await import("./offers.ts");
  return await makeSandboxHere(language, level, options);
}

function belowRequired(language: Language, level: Level, required: Level): ModullmError {
  const reason = `the configuration requires the sandbox level "${required}", but ${NAMES[language]} gets "${level}" on this machine`;
  return new ModullmError("RLLM_009", capital(reason), {
    details: { exception: "SandboxUnavailable", reason, level, required },
    hint: "`modullm doctor` tells what is missing; sandbox.require in config.yaml says what is required.",
  });
}

function unavailable(language: Language, reason: string): ModullmError {
  return new ModullmError(
    "RLLM_009",
    `${NAMES[language]} can't be confined on this machine: ${reason}`,
    {
      details: { exception: "SandboxUnavailable", reason, level: "none" },
      hint:
        "Install Python 3.9 or later where there is none; or write the block in rllm-js, name a container image with Python as sandbox.image in config.yaml, or, for blocks that you trust as " +
        "your own code, run with --trusted-python.",
    },
  );
}

const NAMES: Record<Language, string> = { python: "Python", js: "JavaScript" };

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
