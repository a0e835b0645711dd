"""Gives up, for good, what the code must not have. Each step must succeed; the order is that in which they stay possible."""
import sys

try:
    import posix as system
except ImportError:
    import nt as system

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 22, 38
SIGKILL = 9
RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_AS = 0, 1, 3, 4, 6, 7, 9
# The same on every architecture.
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# Write and remove files, make plain ones.
KEEP_FILES = READ_FILE | READ_DIR | 1 << 1 | 1 << 5 | 1 << 8
TRUNCATE = 1 << 14
CAP_DAC_READ_SEARCH = 1 << 2
MIB = 1 << 20


class Unavailable(Exception):
    pass


class Library:
    """The functions of the C library, by name. Saves the time that the module `ctypes` takes to load."""

    def __init__(self):
        try:
            import _ctypes
        except ImportError as error:
            raise Unavailable("this Python has no ctypes, which it needs to confine itself: " + str(error))
        self.ctypes = _ctypes
        self.handle = _ctypes.dlopen(None, 2)
        self.long = type("long", (_ctypes._SimpleCData,), {"_type_": "l"})
        self.text = type("text", (_ctypes._SimpleCData,), {"_type_": "z"})
        result = type("int", (_ctypes._SimpleCData,), {"_type_": "i"})
        # FUNCFLAG_CDECL and FUNCFLAG_USE_ERRNO
        self.function = type("function", (_ctypes.CFuncPtr,), {"_flags_": 1 | 8, "_restype_": result})

    def call(self, what, name, *arguments):
        """`what` is said when it fails: when it gives less than 0."""
        function = self.function(self.ctypes.dlsym(self.handle, name))
        given = function(*[self.long(one) if type(one) is int else one for one in arguments])
        if given < 0:
            raise Unavailable(what + " failed: " + system.strerror(self.ctypes.get_errno()))
        return given

    def address(self, data):
        return bytes(self.text(data))


def confine(how, limits):
    if how["by"] == "linux":
        confine_by_linux(how, limits)
    elif how["by"] == "limits":
        set_plain_limits(limits)
    prove_refusals(how["refused"])


def confine_by_linux(how, limits):
    library = Library()
    set_limits(library, how, limits)
    rules = make_rules(library, how)
    if how["user"] is not None:
        become(library, how["user"], how["search"])
    # After the change of the user, which clears it.
    die_with_parent(library, how["parent"])
    library.call("giving up new privileges", "prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.call("closing its memory to others", "prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
    library.call("confining itself by Landlock", "syscall", LANDLOCK_RESTRICT_SELF, rules, 0)
    system.close(rules)
    program = bytes.fromhex(how["filter"])
    filters = (len(program) // 8).to_bytes(2, sys.byteorder) + bytes(6) + library.address(program)
    library.call("confining itself by seccomp", "prctl", PR_SET_SECCOMP, 2, filters, 0, 0)
    for path in how["library"]:
        # That Python can still load its own modules.
        system.close(system.open(path, system.O_RDONLY))


def set_plain_limits(limits):
    """Those that any Unix has; the rest is up to what confines the process from outside."""
    import resource

    seconds = -(-limits["cpuMs"] // 1000)
    for limit, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, MIB, MIB),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 32, 32),
    ):
        resource.setrlimit(limit, (soft, hard))


def set_limits(library, how, limits):
    seconds = -(-limits["cpuMs"] // 1000)
    wanted = [
        # At the second limit it dies of SIGKILL, which it can't ignore.
        (RLIMIT_CPU, seconds, seconds + 1),
        (RLIMIT_FSIZE, MIB, MIB),
        (RLIMIT_STACK, 8 * MIB, 8 * MIB),
        (RLIMIT_CORE, 0, 0),
        (RLIMIT_NPROC, how["threads"], how["threads"]),
        (RLIMIT_NOFILE, 32, 32),
    ]
    if limits["memoryMb"]:
        wanted.append((RLIMIT_AS, limits["memoryMb"] * MIB, limits["memoryMb"] * MIB))
    for limit, soft, hard in wanted:
        held = bytes(16)
        library.call("reading a limit", "getrlimit", limit, held)
        most = int.from_bytes(held[8:], sys.byteorder)
        pair = [min(one, most).to_bytes(8, sys.byteorder) for one in (soft, hard)]
        library.call("setting a limit", "setrlimit", limit, b"".join(pair))


def make_rules(library, how):
    version = library.call("asking the kernel for Landlock", "syscall", LANDLOCK_CREATE_RULESET, 0, 0, 1)
    files = (1 << 13) - 1
    files |= 1 << 13 if version >= 2 else 0
    files |= TRUNCATE if version >= 3 else 0
    files |= 1 << 15 if version >= 5 else 0
    # Files; connecting and listening; signals and abstract sockets.
    handled = [files] + ([3] if version >= 4 else []) + ([3] if version >= 6 else [])
    attributes = b"".join([one.to_bytes(8, sys.byteorder) for one in handled])
    rules = library.call("making rules for Landlock", "syscall", LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    for path in how["read"]:
        add_rule(library, rules, path, READ_FILE | READ_DIR)
    for path in how["write"]:
        add_rule(library, rules, path, (KEEP_FILES | TRUNCATE) & files)
    return rules


def add_rule(library, rules, path, allowed):
    place = system.open(path, system.O_PATH | system.O_CLOEXEC)
    if system.fstat(place).st_mode & 0o170000 != 0o040000:
        allowed &= ~READ_DIR
    below = allowed.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
    library.call("adding a rule to Landlock", "syscall", LANDLOCK_ADD_RULE, rules, 1, below, 0)
    system.close(place)


def become(library, user, search):
    """Another user without any right; `search` keeps that of reading below folders that are closed to it, where Landlock lets it."""
    if search:
        library.call("keeping a capability", "prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    system.setgroups([])
    system.setresgid(user, user, user)
    system.setresuid(user, user, user)
    if search:
        # Version 3 of the call; effective, permitted and inheritable, twice.
        kept = CAP_DAC_READ_SEARCH.to_bytes(4, sys.byteorder)
        header = (0x20080522).to_bytes(4, sys.byteorder) + bytes(4)
        library.call("giving up capabilities", "capset", header, kept + kept + bytes(16))


def die_with_parent(library, parent):
    library.call("following the parent's end", "prctl", PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if parent and system.getppid() != parent:
        system._exit(0)


def stay_with_parent():
    """For code that is trusted: no confinement, but it doesn't outlive the host where Linux can see to that."""
    if sys.platform == "linux":
        try:
            die_with_parent(Library(), 0)
        except Unavailable:
            return


def prove_refusals(refused):
    """That it holds, by what must fail now: reading these paths, and signals."""
    for path in refused:
        try:
            system.listdir(path)
        except OSError:
            continue
        raise Unavailable("it is confined, but can read " + repr(path))
    if sys.platform != "win32":
        try:
            system.kill(system.getppid(), 0)
        except PermissionError:
            return
        raise Unavailable("it is confined, but can send signals")
