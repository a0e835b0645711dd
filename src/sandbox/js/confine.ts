import { readdirSync, readlinkSync, closeSync } from "node:fs";
import { seccompFilter } from "../confinement/seccomp.ts";

export interface ConfineOptions {
  /** Milliseconds of processor time. */
  readonly cpuMs: number;
}

/**
 * Confines this process for good, all its threads. @throws {Error} naming what the kernel refused
 */
export type Confine = (options: ConfineOptions) => void;

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_NO_NEW_PRIVS = 38;
const SIGKILL = 9;
const RLIMITS = { cpu: 0, fileSize: 1, core: 4, files: 7 } as const;
const NOBODY = 65534;
/** Of seccomp(2): a filter, for every thread at once. */
const SYS_SECCOMP = { x64: 317, arm64: 277 } as const;
const SET_MODE_FILTER = 1;
const ALL_THREADS = 1;
/** Descriptors that a guest may have; it holds its three streams and those of its event loop. */
const MOST_FILES = 64;

/**
 * Gets ready to confine this process: what takes time is done here. Null where there is no kernel,
 * or no way to it, that can: then the engine itself is all that keeps the code.
 */
export async function prepareConfinement(): Promise<Confine | null> {
  const { platform, arch, versions } = process;
  if (platform !== "linux" || versions["bun"] === undefined || (arch !== "x64" && arch !== "arm64"))
    return null;
  const libc = await openLibc(arch);
  if (libc === null) return null;
  const filter = seccompFilter(arch, "javascript", { pid: process.pid });
  if (process.getuid?.() === 0) libc.becomeNobody();
  return ({ cpuMs }) => {
    closeInherited();
    const cpuSeconds = Math.ceil(
      (cpuMs + process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000) / 1000,
    );
    libc.limit(RLIMITS.core, 0, 0);
    libc.limit(RLIMITS.fileSize, 0, 0);
    libc.limit(RLIMITS.files, MOST_FILES, MOST_FILES);
    // At the first limit SIGXCPU, which tells the host why; a second later SIGKILL.
    libc.limit(RLIMITS.cpu, cpuSeconds, cpuSeconds + 1);
    // After the change of user, which clears both.
    libc.control(PR_SET_PDEATHSIG, SIGKILL);
    libc.control(PR_SET_DUMPABLE, 0);
    libc.control(PR_SET_NO_NEW_PRIVS, 1);
    libc.filter(filter);
  };
}

interface Libc {
  limit(resource: number, soft: number, hard: number): void;
  control(option: number, value: number): void;
  becomeNobody(): void;
  filter(program: Uint8Array): void;
}

async function openLibc(arch: keyof typeof SYS_SECCOMP): Promise<Libc | null> {
  const { dlopen, ptr } = await import("bun:ffi");
  const musl = `libc.musl-${arch === "x64" ? "x86_64" : "aarch64"}.so.1`;
  for (const name of ["libc.so.6", musl]) {
    try {
      const { symbols } = dlopen(name, {
        setrlimit: { args: ["i32", "ptr"], returns: "i32" },
        prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
        setgroups: { args: ["u64", "ptr"], returns: "i32" },
        setresgid: { args: ["u32", "u32", "u32"], returns: "i32" },
        setresuid: { args: ["u32", "u32", "u32"], returns: "i32" },
        syscall: { args: ["i64", "u64", "u64", "ptr"], returns: "i64" },
      });
      return {
        limit(resource, soft, hard) {
          const pair = new BigUint64Array([BigInt(soft), BigInt(hard)]);
          succeeded("setrlimit", symbols.setrlimit(resource, ptr(pair)));
        },
        control: (option, value) =>
          succeeded(`prctl ${option}`, symbols.prctl(option, value, 0, 0, 0)),
        becomeNobody() {
          succeeded("setgroups", symbols.setgroups(0, null));
          succeeded("setresgid", symbols.setresgid(NOBODY, NOBODY, NOBODY));
          succeeded("setresuid", symbols.setresuid(NOBODY, NOBODY, NOBODY));
        },
        filter(program) {
          // `struct sock_fprog`: how many instructions of 8 bytes, and where they are.
          const fields = new BigUint64Array([BigInt(program.length / 8), BigInt(ptr(program))]);
          succeeded(
            "seccomp",
            Number(symbols.syscall(SYS_SECCOMP[arch], SET_MODE_FILTER, ALL_THREADS, ptr(fields))),
          );
        },
      };
    } catch {
      // Not this C library: the other one, or none.
    }
  }
  return null;
}

function succeeded(call: string, status: number): void {
  if (status !== 0) throw new Error(`the kernel refused ${call}`);
}

/**
 * Closes what this process was left by others: files, sockets and pipes beyond the three streams.
 * Its own are of the kernel's kind.
 */
function closeInherited(): void {
  for (const name of readdirSync("/proc/self/fd")) {
    const descriptor = Number(name);
    if (descriptor <= 2) continue;
    try {
      if (!readlinkSync(`/proc/self/fd/${name}`).startsWith("anon_inode:")) closeSync(descriptor);
    } catch {
      // The folder's own descriptor, closed by now.
    }
  }
}
