"""The first process of a container: ends it when the host lets go of its standard input, whatever the code does. CONFIG stands in front of this."""
import binascii
import builtins
import os
import resource
import select
import signal
import sys
import zlib

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38


def refuse(reason):
    os.write(2, (CONFIG["mark"] + reason + "\n").encode())
    os._exit(1)


def check_version():
    if sys.version_info < (3, 9):
        refuse("its Python is " + sys.version.split()[0] + ", and 3.9 or newer is needed")


def check_cgroup(asked, *paths):
    """That a limit of the engine is in force, in version 1 or 2 of cgroups: some engines leave it out with a warning."""
    for path in paths:
        try:
            with open("/sys/fs/cgroup/" + path) as file:
                held = file.read().strip()
        except OSError:
            continue
        if held.isdigit() and int(held) <= asked:
            return
    refuse("the engine did not set " + paths[0])


def set_limits():
    for name, most in CONFIG["limits"].items():
        limit = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the second limit it dies of SIGKILL, which it can't ignore.
        soft = max(most - 1, 1) if name == "CPU" else most
        resource.setrlimit(limit, (soft, most))


def call(what, *arguments):
    """prctl(2) by the C library; `what` is said when it fails."""
    words = [ctypes.c_ulong(one) if type(one) is int else one for one in arguments]
    if libc.prctl(*words) != 0:
        refuse(what + " failed: " + os.strerror(ctypes.get_errno()))


def set_filter():
    """What the engine's own filter lets through, such as tracing other processes, is not for the code."""
    program = bytes.fromhex(CONFIG["filter"])

    class Filters(ctypes.Structure):
        _fields_ = [("count", ctypes.c_ushort), ("program", ctypes.c_char_p)]

    call("giving up new privileges", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("seccomp", PR_SET_SECCOMP, 2, ctypes.byref(Filters(len(program) // 8, program)), 0, 0)
    try:
        os.kill(0, 0)
    except PermissionError:
        return
    refuse("seccomp is set, but does not hold")


def watch(child, wake):
    """POLLHUP comes when the host has closed the other end, also where there is still something to read, which is the child's."""
    poll = select.poll()
    poll.register(0, 0)
    poll.register(wake, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == 0:
                os._exit(0)
            os.read(wake, 512)
            leave_with(child)


def leave_with(child):
    """What the code started falls to this process, and is buried here."""
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            os._exit(0)
        if ended == 0:
            return
        if ended == child:
            os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


check_version()
try:
    import ctypes
except ImportError as error:
    refuse("its Python has no ctypes, which it needs to confine the code: " + str(error))
libc = ctypes.CDLL(None, use_errno=True)
if CONFIG["pids"]:
    check_cgroup(CONFIG["pids"], "pids.max", "pids/pids.max")
if CONFIG["memory"]:
    check_cgroup(CONFIG["memory"], "memory.max", "memory/memory.limit_in_bytes")
wake, waker = os.pipe()
os.set_blocking(waker, False)
signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
signal.signal(signal.SIGCHLD, lambda *_: None)
# Keeps its memory from the code, which is of the same user.
call("closing its memory to others", PR_SET_DUMPABLE, 0, 0, 0, 0)
child = os.fork()
if child:
    os.close(1)
    watch(child, wake)
signal.set_wakeup_fd(-1)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
os.close(wake)
os.close(waker)
harness = compile(zlib.decompress(binascii.a2b_base64(CONFIG["harness"])), "<harness>", "exec", 0, True, 2)
os.environ.clear()
set_limits()
if CONFIG["filter"]:
    set_filter()
exec(harness, {"__builtins__": dict(vars(builtins))})
