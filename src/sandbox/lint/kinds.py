"""What values are, as far as their text says: which can be no result, and which JSON hasn't."""

NO_JSON = {
    "Set": "a set",
    "SetComp": "a set",
    "GeneratorExp": "a generator",
    "Lambda": "a function",
}
NO_OBJECT = {
    "List": "a list",
    "ListComp": "a list",
    "Tuple": "a tuple",
    "JoinedStr": "a string",
    **NO_JSON,
}
OF_CALLS = {
    "bool": "a boolean",
    "enumerate": "an iterator",
    "filter": "an iterator",
    "float": "a number",
    "frozenset": "a set",
    "int": "a number",
    "iter": "an iterator",
    "len": "a number",
    "list": "a list",
    "map": "an iterator",
    "range": "a range",
    "repr": "a string",
    "reversed": "an iterator",
    "set": "a set",
    "slice": "a slice",
    "sorted": "a list",
    "str": "a string",
    "tuple": "a tuple",
    "zip": "an iterator",
}
CALLS_OF_NO_JSON = {"a set", "an iterator", "a range", "a slice"}
OF_CONSTANTS = {
    "bool": "a boolean",
    "bytes": "bytes",
    "complex": "a complex number",
    "ellipsis": "an ellipsis",
    "float": "a number",
    "int": "a number",
    "str": "a string",
}
CONSTANTS_OF_NO_JSON = {"bytes", "complex", "ellipsis"}


def kind(node):
    return type(node).__name__


def named(node):
    return node.id if kind(node) == "Name" else None


def text_of(node):
    return node.value if kind(node) == "Constant" and type(node.value) is str else None


def wrong_kind(value, rebound):
    """What a value is when it can be no result, else None."""
    if kind(value) == "Constant":
        return None if value.value is None else OF_CONSTANTS.get(type(value.value).__name__)
    if kind(value) == "Call":
        function = value.func
        if kind(function) == "Attribute":
            return "a string" if named(function.value) == "json" and function.attr == "dumps" else None
        return None if rebound(named(function)) else OF_CALLS.get(named(function))
    return NO_OBJECT.get(kind(value))


def wrong_parts(value, rebound):
    """(node, what it is) for values within a written-out mapping that JSON hasn't, and keys that are no strings."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if kind(node) == "Dict":
            for key in node.keys:
                if kind(key) == "Tuple" or (kind(key) == "Constant" and text_of(key) is None):
                    yield key, "a key that is no string"
            waiting.extend(node.values)
        elif kind(node) in ("List", "Tuple"):
            waiting.extend(node.elts)
        elif kind(node) in NO_JSON:
            yield node, NO_JSON[kind(node)]
        elif kind(node) == "Constant" and type(node.value).__name__ in CONSTANTS_OF_NO_JSON:
            yield node, OF_CONSTANTS[type(node.value).__name__]
        elif kind(node) == "Call" and not rebound(named(node.func)) and OF_CALLS.get(named(node.func)) in CALLS_OF_NO_JSON:
            yield node, OF_CALLS[named(node.func)]
