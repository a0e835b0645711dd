import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import type { SandboxSession } from "../../src/sandbox/sandbox.ts";
import { pythonHere, signal } from "./python-here.ts";

const linux = process.platform === "linux";

/**
 * Calls by which code could act on the machine; each must fail. By what they are, as Python
 * expressions; `lib` is the C library.
 */
const EFFECTS: Readonly<Record<string, string>> = {
  "a process": "os.fork()",
  "a process by clone": "checked(lib.syscall(56, 17, 0, 0, 0, 0))",
  "a process by clone3": "checked(lib.syscall(435, ctypes.create_string_buffer(88), 88))",
  "another program": "os.execv('/bin/true', ['true'])",
  "another program from memory": "os.memfd_create('x')",
  "a new user namespace": "checked(lib.unshare(0x10000000))",
  "a new network namespace": "checked(lib.unshare(0x40000000))",
  "another's namespace": "checked(lib.setns(0, 0))",
  "a mount": "checked(lib.mount(b'none', b'/tmp', b'tmpfs', 0, None))",
  "a mount by the new calls": "checked(lib.syscall(430, b'tmpfs', 0))",
  "a socket of internet": "socket.socket()",
  "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
  "a socket of the machine": "socket.socket(socket.AF_UNIX)",
  "a pair of sockets": "socket.socketpair()",
  "a socket to the host of a virtual machine": "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
  "a socket to the kernel": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
  "a signal to the parent": "os.kill(os.getppid(), 0)",
  "a signal to all": "os.kill(-1, 0)",
  "a signal to a thread": "checked(lib.syscall(234, os.getppid(), os.getppid(), 0))",
  "a signal by queue":
    "checked(lib.syscall(129, os.getppid(), 10, ctypes.create_string_buffer(128)))",
  "a signal by the owner of a pipe": "fcntl.fcntl(os.pipe()[0], 8, os.getppid())",
  "a signal of its choice by a pipe": "fcntl.fcntl(os.pipe()[0], 10, 9)",
  "a signal by ioctl":
    "checked(lib.ioctl(os.pipe()[0], 0x8901, ctypes.byref(ctypes.c_int(os.getppid()))))",
  "a handle to a process": "os.pidfd_open(os.getppid())",
  "typing into a terminal": "checked(lib.ioctl(0, 0x5412, b'x'))",
  "the parent's memory": "checked(lib.process_vm_readv(os.getppid(), None, 0, None, 0, 0))",
  "tracing the parent": "checked(lib.ptrace(16, os.getppid(), 0, 0))",
  "tracing itself": "checked(lib.ptrace(0, 0, 0, 0))",
  "the parent's limits": "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
  "its own limits": "resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))",
  "the parent's priority": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 5)",
  "its own priority": "os.nice(1)",
  "its processors": "os.sched_setaffinity(0, {0})",
  "its scheduling": "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
  "a session of its own": "os.setsid()",
  "a group of its own": "os.setpgid(0, 0)",
  "another user": "os.setuid(0)",
  "outliving its parent": "checked(lib.prctl(1, 0, 0, 0, 0))",
  "showing its memory": "checked(lib.prctl(4, 1, 0, 0, 0))",
  "another filter": "checked(lib.prctl(22, 1, 0, 0, 0))",
  "an older kernel": "checked(lib.personality(0x40000))",
  "shared memory": "checked(lib.shmget(0, 4096, 0o1600))",
  "a semaphore": "checked(lib.semget(0, 1, 0o1600))",
  "a queue of messages": "checked(lib.msgget(0, 0o1600))",
  "a key": "checked(lib.syscall(248, b'user', b'x', b'y', 1, -4))",
  "memory that stays": "checked(lib.mlock(ctypes.create_string_buffer(4096), 4096))",
  io_uring: "checked(lib.syscall(425, 1, ctypes.create_string_buffer(120)))",
  "old asynchronous input": "checked(lib.syscall(206, 1, ctypes.create_string_buffer(8)))",
  "the kernel's own programs": "checked(lib.syscall(321, 0, ctypes.create_string_buffer(64), 64))",
  "counters of the processor":
    "checked(lib.syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0))",
  "faults of memory": "checked(lib.syscall(323, 0))",
  "watching files": "checked(lib.inotify_init1(0))",
  "the clock": "time.clock_settime(time.CLOCK_REALTIME, time.time())",
  "the name of the machine": "socket.sethostname('x')",
  "the kernel's log": "checked(lib.klogctl(10, None, 0))",
  "writing out all disks": "checked(lib.syscall(162))",
  "a file by its handle": "checked(lib.syscall(304, -100, ctypes.create_string_buffer(64), 0))",
  "a root of its own": "os.chroot('.')",
  "reading a file": "open(target).read()",
  "writing a file": "open(target, 'a')",
  "emptying a file": "os.truncate(target, 0)",
  "emptying a file that it opens to read": "os.open(target, os.O_RDONLY | os.O_TRUNC)",
  "the mode of a file": "os.chmod(target, 0o777)",
  "the owner of a file": "os.chown(target, 0, 0)",
  "the times of a file": "os.utime(target)",
  "an attribute of a file": "os.setxattr(target, 'user.x', b'y')",
  "another name of a file": "os.rename(target, target + '.new')",
  "removing a file": "os.unlink(target)",
  "a link to a file": "os.link(target, 'link')",
  "a link by name": "os.symlink(target, 'link')",
  "a device": "os.mknod('device', 0o600 | stat.S_IFCHR, os.makedev(1, 1))",
  "a file beside": "open(target + '.new', 'w')",
  "a file in shared memory": "open('/dev/shm/modullm-test', 'w')",
  "a folder": "os.listdir('/')",
  "the processes": "os.listdir('/proc')",
  "its own memory as a file": "open('/proc/self/mem', 'rb')",
  "a file over the limit": "open('large', 'wb').truncate(2 << 20)",
  "a lock on a file": "fcntl.flock(open('lock', 'w'), fcntl.LOCK_EX)",
  "a larger pipe": "fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)",
};

const PREPARE = `
import ctypes, fcntl, os, resource, socket, stat, time
lib = ctypes.CDLL(None, use_errno=True)
def checked(given):
    if given < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return given
`;

for (const level of ["kernel", "namespaces"] as const) {
  const reason = await pythonHere(level);
  describe.skipIf(typeof reason === "string")(
    `code in Python at level ${level} gains nothing of`,
    () => {
      if (typeof reason === "string") return;
      const folder = mkdtempSync(join(tmpdir(), "python-effects-"));
      const target = join(folder, "target");
      let session: SandboxSession;
      beforeAll(async () => {
        // What only Landlock keeps it from, as the user that it may be.
        mkdirSync(folder, { recursive: true, mode: 0o777 });
        writeFileSync(target, "canary", { mode: 0o666 });
        utimesSync(target, 1, 1);
        const sandbox = createPythonSandbox({ interpreter: reason, level });
        session = await sandbox.open({ builtins: "all", limits: { timeoutMs: 20_000 } }, signal);
        expect(await session.run(PREPARE, { target })).toMatchObject({ ok: true });
      });
      afterAll(async () => {
        await session.close();
        expect(readFileSync(target, "utf8")).toBe("canary");
        rmSync(folder, { recursive: true });
      });
      for (const [what, code] of Object.entries(EFFECTS)) {
        test.skipIf(!linux || (process.arch !== "x64" && code.includes("syscall(")))(
          what,
          async () => {
            const wrapped = `try:\n    ${code}\n    result = 'done'\nexcept (OSError, ValueError) as error:\n    result = type(error).__name__`;
            const outcome = await session.run(wrapped, {});
            expect(outcome).toMatchObject({ ok: true });
            expect(outcome.ok && outcome.value).not.toBe("done");
          },
        );
      }
    },
  );
}
