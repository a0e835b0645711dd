"""What a block gives: the keys of `result` where the text shows them all, and the values it may end with."""

# Uses of a mapping that give it no key and hand it to nobody.
ONLY_READ = {"copy", "get", "items", "keys", "pop", "values"}
READERS = {"bool", "isinstance", "len", "list", "print", "repr", "sorted", "str"}


class Mappings:
    """Follows the mappings that variables of the module hold, as long as nothing hides what is put into them."""

    def __init__(self, module):
        self.module = module
        # Variable to the keys it is given besides those of its values; None for keys that can't be told.
        self.keys = {}
        # Names in loads that are accounted for, by identity.
        self.plain = set()
        # Where a key of `result` is set: (node, scope).
        self.filled = []

    def watch(self, node, scope):
        handler = WATCHED.get(kind(node))
        if handler:
            handler(self, node, scope)

    def add(self, name_node, keys):
        self.plain.add(id(name_node))
        self.keys.setdefault(name_node.id, []).extend(keys)

    def visible_keys(self, variable, escaping):
        """Every key that the mapping in a variable may have, or None; `escaping` are names that are read in other ways."""
        found, waiting, seen = set(), [variable], set()
        neighbours = self.neighbours()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in escaping:
                return None
            waiting.extend(neighbours.get(name, ()))
            for given in [*map(literal_keys, self.module.values.get(name, [])), self.keys.get(name, [])]:
                if given is None or None in given:
                    return None
                found.update(given)
        return sorted(found)

    def neighbours(self):
        """For each variable those that hold the same mapping: what it is given, and what is given it."""
        found = {}
        for name, values in self.module.values.items():
            for other in filter(None, map(named, values)):
                found.setdefault(name, []).append(other)
                found.setdefault(other, []).append(name)
        return found


def literal_keys(value):
    """Keys of a value that is written out; [] where another variable's keys count; None where they can't be told."""
    if kind(value) == "Dict":
        return [text_of(key) if key else None for key in value.keys]
    if named(value) or (kind(value) == "Constant" and value.value is None):
        return []
    if kind(value) == "Call" and named(value.func) == "dict" and not value.args:
        return [keyword.arg for keyword in value.keywords]
    return None


def watch_assign(mappings, node, scope):
    if scope is mappings.module and named(node.value) and all(named(target) for target in node.targets):
        mappings.plain.add(id(node.value))
    if kind(node) == "Assign" and len(node.targets) > 1:
        # Two names for one mapping.
        for target in node.targets:
            if named(target):
                mappings.add(target, [None])


def watch_subscript(mappings, node, scope):
    if not named(node.value):
        return
    stored = kind(node.ctx) == "Store"
    mappings.add(node.value, [text_of(node.slice)] if stored else [])
    if stored and node.value.id == "result":
        mappings.filled.append((node, scope))


def watch_call(mappings, node, scope):
    function = node.func
    if named(function) in READERS:
        mappings.plain.update(id(argument) for argument in node.args if named(argument))
    if kind(function) != "Attribute" or not named(function.value):
        return
    if function.attr in ONLY_READ:
        mappings.add(function.value, [])
    elif function.attr == "setdefault":
        mappings.add(function.value, [text_of(node.args[0]) if node.args else None])
    elif function.attr == "update":
        given = [keyword.arg for keyword in node.keywords]
        for argument in node.args:
            keys = literal_keys(argument) if kind(argument) == "Dict" else None
            given.extend([None] if keys is None else keys)
        mappings.add(function.value, given)
    else:
        return
    if function.value.id == "result" and function.attr in ("setdefault", "update"):
        mappings.filled.append((node, scope))


def watch_compare(mappings, node, scope):
    mappings.plain.update(id(each) for each in node.comparators if named(each))


WATCHED = {
    "Assign": watch_assign,
    "Subscript": watch_subscript,
    "Call": watch_call,
    "Compare": watch_compare,
}


def last_values(statements):
    """The values that `result` may hold at the end, as far as plain assignments at the end of branches show them."""
    for statement in reversed(statements):
        if not binds_result(statement):
            continue
        if kind(statement) == "Assign":
            return [statement.value] if any(named(target) == "result" for target in statement.targets) else []
        if kind(statement) == "AnnAssign":
            return [statement.value] if statement.value else []
        if kind(statement) == "If":
            return last_values(statement.body) + last_values(statement.orelse)
        return last_values(statement.body) if kind(statement) == "With" else []
    return []


def binds_result(statement):
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if named(node) == "result" and kind(node.ctx) == "Store":
            return True
        for field in node._fields:
            value = getattr(node, field, None)
            waiting.extend(each for each in (value if isinstance(value, list) else [value]) if hasattr(each, "_fields"))
    return False
