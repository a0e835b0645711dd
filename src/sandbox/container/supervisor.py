"""The first process of a container: ends it when the host lets go of its standard input, whatever the code does. CONFIG stands in front of this."""
import binascii
import builtins
import os
import resource
import select
import signal
import sys
import zlib


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
if CONFIG["pids"]:
    check_cgroup(CONFIG["pids"], "pids.max", "pids/pids.max")
if CONFIG["memory"]:
    check_cgroup(CONFIG["memory"], "memory.max", "memory/memory.limit_in_bytes")
wake, waker = os.pipe()
os.set_blocking(waker, False)
signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
signal.signal(signal.SIGCHLD, lambda *_: None)
child = os.fork()
if child:
    os.close(1)
    watch(child, wake)
signal.set_wakeup_fd(-1)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
os.close(wake)
os.close(waker)
set_limits()
harness = zlib.decompress(binascii.a2b_base64(CONFIG["harness"]))
exec(compile(harness, "<harness>", "exec", 0, True, 2), {"__builtins__": dict(vars(builtins))})
