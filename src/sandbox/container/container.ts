import { ModullmError, toModullmError } from "../../core/error.ts";
import { unlessAborted } from "../../core/waiting.ts";
import { createOpenSessions, type OpenSessions } from "../open-sessions.ts";
import type { Sandbox, SandboxSession, SessionOptions } from "../sandbox.ts";
import { withDefaults } from "../sandbox.ts";
import { CONTAINER_HELLO, runArguments, type Way, WAYS } from "./arguments.ts";
import { command, type Engine, type EngineName, findEngine } from "./engine.ts";
import { containerName, removeContainers, sweepLeftovers } from "./leftovers.ts";
import { containerFailure, engineMissing, imageWithVolumes } from "./unavailable.ts";

export interface ContainerSandboxOptions {
  /** @default the first of podman and docker that is on PATH */
  readonly engine?: EngineName;
  /** An image with Python 3.9 or newer. It is never fetched here. */
  readonly image: string;
  /** The Python in the image: a path, or a name on the image's own PATH. @default "python3" */
  readonly python?: string;
  /** Where PATH is read from, and what the engine goes by. @default that of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ContainerSandbox extends Sandbox {
  readonly level: "container";
  /** What was found to work; null before the first session. */
  readonly facts: ContainerFacts | null;
}

export interface ContainerFacts extends Way {
  readonly engine: EngineName;
  /** The engine's program. */
  readonly path: string;
}

/** Milliseconds for a container to start. */
const START_MS = 60_000;

/**
 * Python in a container: no network, nothing of the host's files, a read-only image with a small
 * scratch folder, limits. Each session is one container that stays until the session is closed;
 * starting another for each run would cost ten times as much as the run.
 */
export function createContainerSandbox(options: ContainerSandboxOptions): ContainerSandbox {
  const { image, python = "python3", env = process.env } = options;
  const sessions = createOpenSessions();
  let engine: Engine | null = null;
  const way: { known: Way | null; searching: Promise<unknown> | null } = {
    known: null,
    searching: null,
  };
  let sweeping: Promise<unknown> | null = null;

  async function open(session: SessionOptions, signal: AbortSignal): Promise<SandboxSession> {
    signal.throwIfAborted();
    engine ??= findEngine(options.engine ?? null, env);
    if (engine === null) throw engineMissing(options.engine ?? null);
    // What it can't remove now, another will.
    sweeping ??= sweepLeftovers(engine).catch(() => []);
    return await openIn({ engine, image, python, sessions }, session, signal);
  }

  /**
   * Goes the way that is known to work. The first session finds it, and those that come meanwhile
   * wait for that.
   */
  async function openIn(
    place: Place,
    session: SessionOptions,
    signal: AbortSignal,
  ): Promise<SandboxSession> {
    while (way.known === null && way.searching !== null)
      await unlessAborted(way.searching, signal, ({ reason }) => reason);
    signal.throwIfAborted();
    if (way.known !== null) return await start(place, way.known, session, signal);
    const opening = find(place, session, signal);
    way.searching = Promise.allSettled([opening]);
    return await opening.finally(() => (way.searching = null));
  }

  async function find(
    place: Place,
    session: SessionOptions,
    signal: AbortSignal,
  ): Promise<SandboxSession> {
    const found = await search(place, session, signal);
    way.known = found.way;
    return found.session;
  }

  async function close(): Promise<void> {
    await way.searching;
    await sessions.close();
    await sweeping;
  }

  return {
    level: "container",
    get facts() {
      return engine && way.known && { engine: engine.name, path: engine.path, ...way.known };
    },
    open,
    close,
  };
}

/** Where containers are started, and from what. */
interface Place {
  readonly engine: Engine;
  readonly image: string;
  readonly python: string;
  readonly sessions: OpenSessions;
}

async function search(
  place: Place,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<{ readonly session: SandboxSession; readonly way: Way }> {
  const { engine, image, python } = place;
  if (engine.name === "docker") await refuseVolumes(engine, image);
  const failures: ModullmError[] = [];
  for (const way of WAYS[engine.name]) {
    try {
      return { session: await start(place, way, options, signal), way };
    } catch (thrown) {
      signal.throwIfAborted();
      const { failure, final } = containerFailure(toModullmError(thrown), {
        engine: engine.name,
        image,
        python,
      });
      if (final) throw failure;
      failures.push(failure);
    }
  }
  throw failures[0] ?? new Error("there is no way to try");
}

async function start(
  { engine, image, python, sessions }: Place,
  way: Way,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<SandboxSession> {
  const name = containerName();
  const limits = withDefaults(options.limits);
  const guest = {
    level: "container",
    command: engine.path,
    args: runArguments({ engine: engine.name, way, name, image, python, limits }),
    env: engine.env,
    cwd: "/",
    hello: CONTAINER_HELLO,
    marksPrinted: true,
    startsWhole: true,
    startMs: START_MS,
    // Killing the client ends the container, which follows its standard input; this makes sure, and
    // waits until it is gone.
    cleanUp: () => removeContainers(engine, [name]),
  } as const;
  return await sessions.open(guest, options, signal);
}

/**
 * Docker makes a writable folder on the host's disk, without a limit, for each volume that an image
 * declares; podman can be told not to.
 */
async function refuseVolumes(engine: Engine, image: string): Promise<void> {
  const { status, output } = await command(engine, [
    "image",
    "inspect",
    "--format",
    "{{json .Config.Volumes}}",
    image,
  ]);
  const volumes = output.trim();
  if (status === 0 && volumes !== "null" && volumes !== "{}" && volumes !== "")
    throw imageWithVolumes(image, volumes);
}
