import { EVERYDAY_SYSCALLS, FILE_SYSCALLS, type Syscall } from "./syscalls.ts";

/**
 * What a filter lets through. `python` is for a process that Landlock confines as well: it may name
 * files. `javascript` is for an engine that has loaded everything it needs: it keeps the
 * descriptors it has, and can open nothing.
 */
export type Profile = "python" | "javascript";

/** A test of one half of an argument; 32 bits at a time, as the kernel's filters compare. */
export interface Condition {
  /** From 0. */
  readonly argument: number;
  readonly half: "low" | "high";
  /** Bits that are looked at. @default all */
  readonly mask?: number;
  readonly oneOf: readonly number[];
}

/**
 * Let through; let through where all conditions hold; or answered as by a kernel that has not got
 * it.
 */
export type Rule = "allow" | "absent" | readonly Condition[];

export type Rules = ReadonlyMap<Syscall, Rule>;

export interface RulesOptions {
  /**
   * The process's own id: lets it send signals to its own threads, as some engines do to collect
   * garbage. @default none
   */
  readonly pid?: number;
}

/** All else is refused with EPERM, or ENOSYS where it is newer than the tables. */
export function rulesOf(profile: Profile, { pid }: RulesOptions = {}): Rules {
  const rules = new Map<Syscall, Rule>();
  for (const name of namesOf(EVERYDAY_SYSCALLS)) rules.set(name, "allow");
  if (profile === "javascript") rules.set("membarrier", "allow");
  else {
    for (const name of namesOf(FILE_SYSCALLS)) rules.set(name, "allow");
    rules.set("open", [{ argument: 1, half: "low", mask: OPEN_MASK, oneOf: OPEN_FLAGS }]);
    rules.set("openat", [{ argument: 2, half: "low", mask: OPEN_MASK, oneOf: OPEN_FLAGS }]);
  }
  // Its arguments lie in memory, where a filter can't see them. The C libraries go on with `clone`
  // when it isn't there.
  rules.set("clone3", "absent");
  rules.set("clone", [{ argument: 0, half: "low", mask: CLONE_MASK, oneOf: [CLONE_THREAD] }]);
  rules.set("prctl", [{ argument: 0, half: "low", oneOf: PRCTL_OPTIONS }]);
  rules.set("fcntl", [{ argument: 1, half: "low", oneOf: FCNTL_COMMANDS }]);
  rules.set("ioctl", [{ argument: 1, half: "low", oneOf: IOCTL_REQUESTS }]);
  // Reading its own limits; changing them, or seeing those of others, is refused.
  rules.set("prlimit64", [
    { argument: 0, half: "low", oneOf: [0] },
    { argument: 2, half: "low", oneOf: [0] },
    { argument: 2, half: "high", oneOf: [0] },
  ]);
  if (pid !== undefined) rules.set("tgkill", [{ argument: 0, half: "low", oneOf: [pid] }]);
  return rules;
}

const CLONE_THREAD = 0x10000;
/**
 * Of the flags of `clone`: a thread, and none of PIDFD, PTRACE, VFORK, PARENT, UNTRACED, or a new
 * namespace of any kind.
 */
const CLONE_MASK =
  CLONE_THREAD | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x80_0000 | 0x2_0000 | 0x7e00_0000;

const O_TRUNC = 0x200;
const O_ACCMODE = 3;
const OPEN_MASK = O_TRUNC | O_ACCMODE;
/**
 * Empties a file only when it is opened for writing, which every Landlock confines; the right to
 * empty one came with its third version.
 */
const OPEN_FLAGS = [0, 1, 2, O_TRUNC | 1, O_TRUNC | 2];

/**
 * PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (names for memory): nothing that loosens or outlives the
 * confinement.
 */
const PRCTL_OPTIONS = [15, 16, 0x53564d41];

/**
 * F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. Not F_SETOWN and F_SETSIG, which
 * make the kernel send any signal to any process of the same user; no locks, which others would
 * wait for; no leases, seals or larger pipes.
 */
const FCNTL_COMMANDS = [0, 1, 2, 3, 4, 1030];

/** TCGETS (is it a terminal), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. */
const IOCTL_REQUESTS = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];

function namesOf<T extends Readonly<Record<string, unknown>>>(table: T): readonly (keyof T)[] {
  return Object.keys(table);
}
