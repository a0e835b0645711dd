"""Values to JSON, of exact types only: a subclass could say anything of itself."""
import _json

MAX_DEPTH = 64
MAX_PATH = 12

quote, quote_plain = _json.encode_basestring, _json.encode_basestring_ascii
type_name = type.__dict__["__name__"].__get__


class Scanning:
    strict = True
    object_hook = object_pairs_hook = array_hook = None
    parse_float, parse_int, parse_constant = float, int, float
    memo = {}


scan = _json.make_scanner(Scanning)


class Refused(Exception):
    """A value that can't be sent; the path to it is put together on the way out."""

    def __init__(self, fault, hint=None):
        self.fault, self.hint, self.path = fault, hint, []

    def describe(self, name):
        path = self.path[::-1]
        if len(path) > MAX_PATH:
            path = path[:MAX_PATH] + ["…"]
        return ".".join([name] + path) + " " + self.fault


def encode(value, limit):
    """UTF-8 of JSON, at most `limit` bytes."""
    text = write(value, limit, [])
    try:
        data = text.encode()
    except UnicodeEncodeError:
        # Half a character of UTF-16 can't be written in UTF-8, but as an escape in JSON.
        data = "".join([quote_plain(c)[1:-1] if "\ud800" <= c <= "\udfff" else c for c in text]).encode()
    if len(data) > limit:
        raise too_large(limit)
    return data


def write(value, limit, held):
    kind = type(value)
    if kind is str:
        if len(value) > limit:
            raise too_large(limit)
        return quote(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if kind is int:
        return int.__repr__(value)
    if kind is float:
        if value - value != 0:
            raise Refused("is " + float.__repr__(value) + ", which JSON has not", "Give None, or leave it out.")
        return float.__repr__(value)
    if kind is dict or kind is list or kind is tuple:
        return write_container(value, limit, held)
    raise refuse_type(kind)


def write_container(value, limit, held):
    if len(value) * 2 > limit:
        raise too_large(limit)
    if len(held) == MAX_DEPTH:
        if any([value is holder for holder in held]):
            raise Refused("holds itself")
        raise Refused("is nested deeper than " + str(MAX_DEPTH))
    held.append(value)
    parts = []
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str:
                hint = "Keys of objects are texts: use str(key)."
                raise Refused("has a key of type " + name_of(type(key)) + ", where a text is needed", hint)
            parts.append(quote(key) + ":" + write_item(key, item, limit, held))
        text = "{" + ",".join(parts) + "}"
    else:
        for index, item in enumerate(value):
            parts.append(write_item(index, item, limit, held))
        text = "[" + ",".join(parts) + "]"
    held.pop()
    if len(text) > limit:
        raise too_large(limit)
    return text


def write_item(key, item, limit, held):
    try:
        return write(item, limit, held)
    except Refused as refused:
        refused.path.append(str(key)[:60])
        raise


def too_large(limit):
    return Refused("is larger than " + str(limit) + " bytes", "Give less, or a summary of it.")


AS_LIST = "Turn it into a list: list(x)."
AS_TEXT = "Turn it into text: x.isoformat()."
DECODED = "Turn it into text: x.decode()."
CALLED = "Call it: its value is wanted."
TYPE_HINTS = {
    "set": "Turn it into a list: sorted(x).",
    "frozenset": "Turn it into a list: sorted(x).",
    "datetime": AS_TEXT,
    "date": AS_TEXT,
    "time": AS_TEXT,
    "timedelta": "Turn it into a number: x.total_seconds().",
    "Decimal": "Turn it into a number or a text: float(x) or str(x).",
    "Fraction": "Turn it into a number or a text: float(x) or str(x).",
    "bytes": DECODED,
    "bytearray": DECODED,
    "complex": "Give its parts: [x.real, x.imag].",
    "function": CALLED,
    "method": CALLED,
    "builtin_function_or_method": CALLED,
    "coroutine": "A block waits for nothing: use a plain function.",
    "generator": AS_LIST,
    "map": AS_LIST,
    "filter": AS_LIST,
    "zip": AS_LIST,
    "range": AS_LIST,
    "deque": AS_LIST,
    "dict_keys": AS_LIST,
    "dict_values": AS_LIST,
    "dict_items": "Turn it into a dict: dict(x).",
    "Match": "Take what it matched: x.group().",
}


def refuse_type(kind):
    name = name_of(kind)
    hint = TYPE_HINTS.get(name)
    if hint is None:
        for plain in (dict, list, tuple, str, int, float):
            if issubclass(kind, plain):
                hint = "Turn it into a plain one: " + plain.__name__ + "(x)."
                break
    return Refused("is of type " + name + ", which is no JSON value", hint)


def name_of(kind):
    return str(type_name(kind))[:80]
