"""What a block reads of `context`, directly or by variables that hold a part of it."""

CHANGES = {"clear", "pop", "popitem", "setdefault", "update"}
# Attributes that a mapping has itself.
OF_MAPPINGS = frozenset(dir(dict))
MAX_ALIASES = 20


class Reads:
    def __init__(self):
        # (root name, steps, scope, caught)
        self.chains = []
        # The inner parts of chains that are recorded whole, by identity.
        self.inner = set()
        # Texts that the block looks for with `in` or `hasattr`: it knows that they may be missing.
        self.tested = set()
        self.changes = False

    def watch(self, node, scope, caught):
        if kind(node) == "Compare":
            self.tested.update(filter(None, map(text_of, [node.left, *node.comparators])))
        elif kind(node) == "Call" and named(node.func) in ("getattr", "hasattr"):
            self.tested.update(filter(None, map(text_of, node.args)))
        if kind(node) not in ("Subscript", "Attribute", "Call") or id(node) in self.inner:
            return
        root, steps = self.follow(node)
        if root and steps:
            self.chains.append((root, steps, scope, caught))

    def follow(self, node):
        """The name that a chain of keys and attributes starts at, and its steps: (how, key)."""
        steps = []
        while True:
            self.inner.add(id(node))
            if kind(node) == "Subscript":
                how = "key" if kind(node.ctx) == "Load" else "stored"
                steps.append((how, key_of(node.slice)))
                node = node.value
            elif kind(node) == "Attribute":
                steps.append(("attribute", node.attr))
                node = node.value
            elif kind(node) == "Call" and kind(node.func) == "Attribute":
                method = node.func.attr
                asked = key_of(node.args[0]) if method == "get" and node.args else None
                steps.append(("get", asked) if method == "get" else ("called", method))
                self.inner.add(id(node.func))
                node = node.func.value
            elif kind(node) == "Name":
                return node, steps[::-1]
            else:
                return None, None

    def resolve(self, root, steps, scope):
        """The steps from `context` itself; None for chains that start elsewhere."""
        for _ in range(MAX_ALIASES):
            owner = scope.owner(root.id)
            if owner is None:
                return steps if root.id == "context" else None
            values = owner.values.get(root.id, [])
            if owner is not scope.module or len(values) != 1 or values[0] is None:
                return None
            value, scope = values[0], owner
            root, more = (value, []) if kind(value) == "Name" else self.follow(value)
            if root is None:
                return None
            steps = more + steps
        return None

    def facts(self):
        """(fact, node, path, attribute) for what is read."""
        found = []
        for root, steps, scope, caught in self.chains:
            steps = self.resolve(root, steps, scope)
            if not steps:
                continue
            if any(how == "stored" or (how == "called" and key in CHANGES) for how, key in steps):
                self.changes = True
            attribute, meant = attribute_for_key(steps)
            path = path_of(steps, self.tested)
            if attribute:
                if not caught & {"*", "AttributeError"}:
                    found.append(("attribute-of-mapping", root, meant, attribute))
            elif path and not caught & {"*", "KeyError", "LookupError"}:
                found.append(("read", root, path, None))
        return [fact for fact in found if not (self.changes and fact[0] == "read")]


def attribute_for_key(steps):
    """The attribute that `context` or a part of it was asked for, and the path that was meant: they are mappings."""
    for index, (how, key) in enumerate(steps[:2]):
        if how in ("attribute", "called") and key not in OF_MAPPINGS:
            meant = [key for _, key in steps[:index]]
            for how, key in steps[index:2]:
                if how == "called" or type(key) is not str or (how == "attribute" and key in OF_MAPPINGS):
                    break
                meant.append(key)
            return steps[index][1], meant
        if how not in ("key", "get") or type(key) is not str:
            break
    return None, None


def path_of(steps, tested):
    """Keys that must be there, from the top; `get` at the top asks whether there is such a part."""
    path = []
    for how, key in steps:
        if how not in ("key", "get") or key is None or key in tested or (how == "get" and not path):
            break
        path.append(str(key))
    return path


def key_of(node):
    """A key or an index that is written out."""
    value = node.value if kind(node) == "Constant" else None
    return value if type(value) is str or (type(value) is int and value >= 0) else None
