"""The guest's side of the channel. All of this has builtins of its own: what code does to the real ones does not reach it."""
import builtins
import sys
import time  # Reads the time zone now: its file can't be read later.

import _thread

READ_SIZE = 1 << 16
MAX_ARGUMENTS = 16
# Bytes of a failure and of a refusal, which are cut before.
PLENTY = 1 << 20
RESERVE = 1 << 20

# What is needed after code has run is held here: changing a module changes nothing.
system_read, system_write, leave = system.read, system.write, system._exit
set_blocking = getattr(system, "set_blocking", None)
get_trace, set_trace, set_profile = sys.gettrace, sys.settrace, sys.setprofile
get_recursion_limit, set_recursion_limit = sys.getrecursionlimit, sys.setrecursionlimit


def begin():
    incoming, outgoing = take_channel()
    if hasattr(sys, "set_int_max_str_digits"):
        # Integers come and go with all their digits; the time that takes is the block's.
        sys.set_int_max_str_digits(0)
    hello = receive(incoming)
    nonce = hello["nonce"].encode() + b" "
    try:
        if hello["confine"] is None:
            stay_with_parent()
        else:
            confine(hello["confine"], hello["limits"])
        session = Session(incoming, outgoing, nonce, hello)
    except Exception as error:
        reason = str(error) if type(error) is Unavailable else name_of(type(error)) + ": " + str(error)
        if isinstance(error, MemoryError):
            reason = str(hello["limits"]["memoryMb"]) + " MiB of memory is too little for Python itself"
        transmit(outgoing, nonce + encode({"is": "unavailable", "reason": reason}, PLENTY) + b"\n")
        leave(1)
    session.serve()


def take_channel():
    """Leaves the code an empty input, and the printed text as its output."""
    incoming, outgoing = system.dup(0), system.dup(1)
    empty, closed = system.pipe()
    system.close(closed)
    system.dup2(empty, 0)
    system.close(empty)
    system.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")
    return incoming, outgoing


def receive(incoming):
    """The host's next message. It sends one at a time: a line's end is the end of what there is to read."""
    parts, part = [], b""
    try:
        while not part.endswith(b"\n"):
            part = read_some(incoming)
            parts.append(part)
        return scan(b"".join(parts).decode(), 0)[0]
    except MemoryError:
        parts = None
        while not part.endswith(b"\n"):
            part = read_some(incoming)
        raise


def read_some(incoming):
    part = system_read(incoming, READ_SIZE)
    if not part:
        leave(0)
    return part


def transmit(outgoing, data):
    if set_blocking is not None:
        set_blocking(outgoing, True)
    while data:
        data = data[system_write(outgoing, data) :]


class Session:
    def __init__(self, incoming, outgoing, nonce, hello):
        self.incoming, self.outgoing, self.nonce = incoming, outgoing, nonce
        self.limit, self.memory = hello["limits"]["maxValueBytes"], hello["limits"]["memoryMb"]
        self.offered = hello["offered"]
        self.safe = hello["builtins"] == "safe" and not hello["trusted"]
        self.builtins = offer(self.offered) if self.safe else builtins
        self.lock = _thread.allocate_lock()
        self.running = False
        self.recursion_limit = get_recursion_limit()
        self.flushes = [sys.stdout.flush, sys.stderr.flush]
        mark = hello.get("printedMark")
        if mark is not None:
            mark = mark.encode()
            self.flushes.append(lambda: system_write(2, mark))
        # Memory to tell with that there is none left.
        self.reserve = bytearray(RESERVE)
        # The module `__main__`, where Python looks for classes.
        self.namespace = sys.modules["__main__"].__dict__
        self.namespace.clear()
        self.namespace["__name__"] = "__main__"
        for name in hello["functions"]:
            self.namespace[name] = self.grant(name)

    def serve(self):
        self.send(b'{"is":"ready"}')
        while True:
            answer = self.run()
            # A thread of the code may be in the middle of a call.
            with self.lock:
                self.running = False
                for flush in self.flushes:
                    try:
                        flush()
                    except BaseException:
                        pass
                self.send(answer)

    def send(self, data):
        transmit(self.outgoing, self.nonce + data + b"\n")

    def run(self):
        file = None
        try:
            message = receive(self.incoming)
            file = message["file"]
            keep = message.get("keep")
            held = dict(message["values"][keep]) if keep else None
            value = encode(self.execute(message), self.limit)
            kept = b"" if held is None else self.kept(held, keep, self.limit - len(value))
            return b'{"is":"done","value":' + value + kept + b"}"
        except Refused as refused:
            failure = {"exception": "ResultError", "reason": refused.describe("result"), "line": None, "hint": refused.hint}
        except BaseException as error:
            self.reserve = None
            failure = self.describe(error, file)
        return encode({"is": "failed", **failure}, PLENTY)

    def kept(self, held, name, limit):
        try:
            return b',"kept":' + encode(held, limit)
        except Refused as refused:
            return b',"keptFault":' + encode(refused.describe(name), PLENTY)

    def execute(self, message):
        namespace = self.namespace
        namespace["result"] = None
        namespace.update(message["values"])
        namespace["__builtins__"] = self.builtins
        # Empty lines in front make the lines of tracebacks those of the file.
        code = compile("\n" * (message["line"] - 1) + message["code"], message["file"], "exec", 0, True)
        self.running = True
        try:
            exec(code, namespace)
        finally:
            if get_recursion_limit() != self.recursion_limit:
                set_recursion_limit(self.recursion_limit)
            if get_trace() is not None:
                set_trace(None)
            set_profile(None)
        return namespace.get("result")

    def describe(self, error, file):
        try:
            return describe(error, file, self)
        except MemoryError:
            return {"exception": "MemoryError", "reason": "there is no memory left", "line": None, "hint": None}
        except BaseException:
            return {"exception": "Error", "reason": "its exception can't be read", "line": None, "hint": None}

    def grant(self, name):
        def call(*arguments, **named):
            given = [*arguments, named] if named else [*arguments]
            if len(given) > MAX_ARGUMENTS:
                raise TypeError(name + "() takes " + str(MAX_ARGUMENTS) + " arguments at most, not " + str(len(given)))
            try:
                data = encode(given, self.limit)
            except Refused as refused:
                raise TypeError(name + "() can't be called: " + refused.describe("arguments")) from None
            with self.lock:
                if not self.running:
                    raise RuntimeError(name + "() was called after the code had ended")
                self.send(b'{"is":"call","name":' + quote(name).encode() + b',"args":' + data + b"}")
                reply = receive(self.incoming)
            if reply["do"] == "throw":
                raise RuntimeError(reply["message"])
            return reply["value"]

        call.__name__ = call.__qualname__ = name
        return call


begin()
