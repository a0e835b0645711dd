"""What to tell of an exception: its name, why, where in the file, and what to do about it."""
import builtins

MAX_REASON = 1900
MAX_HINT = 450

traceback_of = BaseException.__dict__["__traceback__"].__get__


def describe(error, file, session):
    exception, line, hint = name_of(type(error)), line_in(error, file), None
    if isinstance(error, SyntaxError) and error.filename == file:
        line, reason = error.lineno, str(error.msg)
        if "outside function" in reason:
            hint = "A block gives the variable result: write result = … in place of return."
    elif isinstance(error, SystemExit):
        reason, hint = "it ended itself with exit(" + show_status(error.code) + ")", "A block ends at its last line."
    elif isinstance(error, MemoryError):
        reason = "it needs more memory than " + (str(session.memory) + " MiB" if session.memory else "there is")
    elif isinstance(error, KeyError):
        reason, hint = "there is no key " + str(error), hint_for_key(error, session.namespace)
    else:
        reason = str(error) or "it gave no reason"
        hint = hint_for(error, reason, session)
    return {
        "exception": exception,
        "reason": str(reason)[:MAX_REASON],
        "line": line if type(line) is int else None,
        "hint": None if hint is None else hint[:MAX_HINT],
    }


def show_status(status):
    return "" if status is None else repr(status)[:80]


def line_in(error, file):
    """Of the deepest place that stands in the file."""
    line, trace = None, traceback_of(error)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def hint_for(error, reason, session):
    if isinstance(error, UnboundLocalError):
        return "A name that a function assigns is its own: say global in the function, or take another name."
    if isinstance(error, NameError):
        return hint_for_name(str(getattr(error, "name", None) or quoted(reason)), session)
    if isinstance(error, ImportError) and session.safe:
        return hint_for_import(str(error.name))
    if isinstance(error, AttributeError) and reason.startswith("'dict' object has no attribute "):
        return 'Parts of a dict stand in brackets: x["' + quoted(reason[7:]) + '"].'
    return None


NOT_OFFERED = {
    "open": "A block has no files: give it the text as input.",
    "input": "What a block needs comes in context.",
    "eval": "Use json.loads() to read a value from text.",
    "exec": "Write the code into the block.",
    "exit": "A block ends at its last line.",
    "quit": "A block ends at its last line.",
}


def hint_for_name(name, session):
    if name in session.offered["modules"]:
        return "Begin with: import " + name
    if session.safe and (name in NOT_OFFERED or name in vars(builtins)):
        return (name + " is not offered in a block. " + NOT_OFFERED.get(name, "")).strip()
    near = nearest(name, [*session.namespace, *session.offered["builtins"]])
    return None if near is None else 'Did you mean "' + near + '"?'


def hint_for_import(name):
    name = name.partition(".")[0]
    if name in ("os", "sys", "pathlib", "io", "tempfile", "shutil", "glob"):
        return "A block has no files and no system: give it what it needs as input."
    if name in ("requests", "urllib", "http", "socket", "httpx", "aiohttp"):
        return "A block has no network: fetch first, and give it the answer as input."
    if name in ("random", "time", "uuid", "secrets"):
        return "A block gives the same for the same input: give it such values as input."
    return "Only --trusted-python has other modules."


def hint_for_key(error, namespace):
    """Where in `context` a key is that was looked for in the wrong place."""
    key = error.args[0] if len(error.args) == 1 else None
    context = namespace.get("context")
    if type(key) is not str or type(context) is not dict:
        return None
    for name, part in context.items():
        if type(part) is dict and key in part:
            return 'It is in context["' + str(name) + '"]["' + key + '"].'
    known = [*context]
    for part in context.values():
        known += [*part] if type(part) is dict else []
    near = nearest(key, [name for name in known if type(name) is str])
    if near is not None:
        return 'Did you mean "' + near + '"?'
    return "context has " + ", ".join(['"' + str(name) + '"' for name in context]) + "." if context else None


def quoted(text):
    """The first name between quotes in a message of Python."""
    parts = text.split("'")
    return parts[1] if len(parts) > 2 else ""


def nearest(word, candidates):
    best, best_distance = None, min(3, 1 + len(word) // 6) + 1
    for candidate in candidates:
        if type(candidate) is str and abs(len(candidate) - len(word)) < best_distance and not candidate.startswith("__"):
            distance = edits_between(word.lower(), candidate.lower())
            if distance < best_distance:
                best, best_distance = candidate, distance
    return best


def edits_between(a, b):
    before, row = None, list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j - 1] + (x != y), previous[j] + 1, row[j - 1] + 1)
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1]
