import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** Where things live on this machine; absolute. Nothing is created here. */
export interface Paths {
  /** config.yaml, .env */
  readonly config: string;
  /** stats and recordings */
  readonly data: string;
  /** locks, breakers, sockets, trusted folders */
  readonly state: string;
  readonly cache: string;
  /** The statistics of runllm 0.1, where that wrote them on every platform. */
  readonly formerStatistics: string;
}

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default the platform of this process */
  readonly platform?: string;
  /** @default HOME (USERPROFILE on Windows), else what the system says */
  readonly home?: string;
}

/** The folder name of earlier versions, beside ours in each place. */
const FORMER_NAME = "runllm";

/**
 * XDG variables count on every platform; a relative or blank one is passed over, as the XDG
 * specification asks.
 */
export function findPaths(machine: Machine): Paths {
  const windows = (machine.platform ?? process.platform) === "win32";
  const { join, isAbsolute } = windows ? win32 : posix;
  const folder = (name: string): string | null => {
    const value = machine.env[name]?.trim() ?? "";
    return isAbsolute(value) ? value : null;
  };
  const home = (): string => findHome(machine);
  const local = (): string => folder("LOCALAPPDATA") ?? join(home(), "AppData", "Local");
  const place = (xdg: string, onWindows: () => string, elsewhere: readonly string[]): string => {
    const base = folder(xdg);
    if (base !== null) return join(base, "modullm");
    return windows ? onWindows() : join(home(), ...elsewhere, "modullm");
  };
  return {
    config: place(
      "XDG_CONFIG_HOME",
      () => join(folder("APPDATA") ?? join(home(), "AppData", "Roaming"), "modullm"),
      [".config"],
    ),
    data: place("XDG_DATA_HOME", () => join(local(), "modullm", "data"), [".local", "share"]),
    state: place("XDG_STATE_HOME", () => join(local(), "modullm", "state"), [".local", "state"]),
    cache: place("XDG_CACHE_HOME", () => join(local(), "modullm", "cache"), [".cache"]),
    formerStatistics: join(
      folder("XDG_CONFIG_HOME") ?? join(home(), ".config"),
      FORMER_NAME,
      "stats.db",
    ),
  };
}

/** The user's home folder, absolute. */
export function findHome({ env, platform, home }: Machine): string {
  const windows = (platform ?? process.platform) === "win32";
  const value = env[windows ? "USERPROFILE" : "HOME"]?.trim() ?? "";
  return home ?? ((windows ? win32 : posix).isAbsolute(value) ? value : systemHome());
}

/** The folder `runllm` beside `modullm`: read after it, never written. */
export function formerFolder(folder: string): string {
  const { dirname, join } = folder.includes("\\") ? win32 : posix;
  return join(dirname(folder), FORMER_NAME);
}

/**
 * An account without a home folder, as in some containers, gets the root: nothing is found there,
 * and nothing can be written.
 */
function systemHome(): string {
  try {
    return homedir() || "/";
  } catch {
    return "/";
  }
}
