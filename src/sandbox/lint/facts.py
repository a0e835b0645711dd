"""Facts about the text of one block, as JSON values: never run, only compiled. What they mean for a person is worded by the host."""
import _warnings
import builtins
import sys

# What the compiler warns of differs from version to version.
_warnings.filters.insert(0, ("ignore", None, Warning, None, 0))

PARSE_ONLY = 0x400
# What a module's namespace has at the start of a block.
GIVEN = {"context", "__builtins__", "__name__"}
# Blocks have them all.
EXCEPTIONS = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}
MOST_FACTS = 50
MOST_NAMES = 300
LONGEST = 80


def read_block(code, offered):
    """{"facts": […], "gives": keys or None, "names": what the block binds}"""
    failure = compile_fault(code)
    if failure:
        return {"facts": [failure], "gives": None, "names": []}
    try:
        tree = compile(code, "block", "exec", PARSE_ONLY, True)
        return Block(code, tree, offered).report()
    except (MemoryError, RecursionError) as error:
        return {"facts": [fact_at("unread", 1, 1, reason=type(error).__name__)], "gives": None, "names": []}


def compile_fault(code):
    """Why Python does not take the text, with its place; None when it does."""
    try:
        compile(code, "block", "exec", 0, True)
    except SyntaxError as error:
        lines = code.split("\n")
        line = min(max(error.lineno or 1, 1), len(lines))
        column = min(max(error.offset or 1, 1), len(lines[line - 1]) + 1)
        if "\0" in code:
            line, column = place_of_odd_character(code)
        elif isinstance(error, IndentationError):
            # Not where the indentation ends, as some versions say.
            column = len(lines[line - 1]) - len(lines[line - 1].lstrip()) + 1
        return fact_at("syntax", line, column, exception=type(error).__name__, reason=str(error.msg)[:300])
    except (MemoryError, RecursionError) as error:
        return fact_at("too-deep", 1, 1, exception=type(error).__name__)
    except Exception as error:
        line, column = place_of_odd_character(code)
        reason = "it holds half a character (a lone surrogate)" if isinstance(error, UnicodeError) else str(error)[:300]
        return fact_at("syntax", line, column, exception="SyntaxError", reason=reason)
    return None


def place_of_odd_character(code):
    """Of a zero, or of half a character: what the compiler refuses without saying where."""
    for number, line in enumerate(code.split("\n"), 1):
        for index, character in enumerate(line, 1):
            if character == "\0" or "\ud800" <= character <= "\udfff":
                return number, index
    return 1, 1


def fact_at(fact, line, column, **more):
    return {"fact": fact, "line": line, "column": column, **more}


class Block:
    def __init__(self, code, tree, offered):
        self.lines = code.split("\n")
        self.tree = tree
        self.builtins = set(offered["builtins"]) | EXCEPTIONS
        self.modules = set(offered["modules"])
        # (fact, node, more)
        self.found = []
        # (node, scope) of attributes that may be those of modules.
        self.attributes = []
        # Variables that are modules, by name.
        self.imported = {}
        self.any_name = False
        self.fails = False
        self.reads = Reads()
        self.mappings = None
        self.walk = Walk(tree, self.watch)

    def watch(self, node, scope, caught):
        if self.mappings is None:
            self.mappings = Mappings(scope)
        self.mappings.watch(node, scope)
        self.reads.watch(node, scope, caught)
        if kind(node) == "Import":
            self.watch_import(node, scope, caught)
        elif kind(node) == "ImportFrom":
            self.watch_import_from(node, scope, caught)
        elif kind(node) == "Attribute" and named(node.value) and kind(node.ctx) == "Load":
            if not caught & {"*", "AttributeError"}:
                self.attributes.append((node, scope))
        elif kind(node) in ("Raise", "Assert"):
            self.fails = True

    def add(self, fact, node, **more):
        self.found.append((fact, node, more))

    def watch_import(self, node, scope, caught):
        for alias in node.names:
            place = alias if hasattr(alias, "lineno") else node
            if self.allowed(alias.name):
                name = alias.asname or alias.name.partition(".")[0]
                self.imported[name] = alias.name if alias.asname else name
                load(alias.name)
            elif not caught & {"*", "ImportError", "ModuleNotFoundError"}:
                self.add("import-refused", place, name=alias.name[:LONGEST])

    def watch_import_from(self, node, scope, caught):
        module = "." * node.level + (node.module or "")
        star = node.names[0].name == "*"
        if not self.allowed(module):
            self.any_name = self.any_name or star
            if not caught & {"*", "ImportError", "ModuleNotFoundError"}:
                self.add("import-refused", node, name=module[:LONGEST])
            return
        loaded = load(module)
        if loaded is None:
            self.any_name = self.any_name or star
        elif star:
            public = getattr(loaded, "__all__", None) or [name for name in dir(loaded) if not name.startswith("_")]
            for name in public:
                scope.bind(name)
        elif not caught & {"*", "ImportError"}:
            for alias in node.names:
                if not hasattr(loaded, alias.name) and load(module + "." + alias.name) is None:
                    place = alias if hasattr(alias, "lineno") else node
                    self.add("no-attribute", place, module=module, name=alias.name, has=public_names(loaded))

    def allowed(self, module):
        return module.partition(".")[0] in self.modules

    def report(self):
        self.check_names()
        self.check_attributes()
        for fact, node, path, attribute in self.reads.facts():
            more = {"name": attribute[:LONGEST]} if attribute else {}
            self.add(fact, node, path=[part[:LONGEST] for part in path], **more)
        gives = self.check_result()
        names = sorted(name for name in self.walk.module.bound if len(name) <= LONGEST)[:MOST_NAMES]
        return {"facts": self.placed(), "gives": gives, "names": names}

    def check_names(self):
        known = self.builtins | GIVEN | {"result"}
        for name, node, scope, caught in self.walk.loads:
            if name in known or scope.owner(name) or caught & {"*", "NameError"}:
                continue
            if name in vars(builtins):
                self.add("not-offered", node, name=name)
            elif not self.any_name:
                self.add("undefined", node, name=name[:LONGEST])

    def check_attributes(self):
        module = self.walk.module
        for node, scope in self.attributes:
            name = node.value.id
            if name not in self.imported or scope.owner(name) is not module or module.bound[name] != 1:
                continue
            loaded = load(self.imported[name])
            if loaded is not None and not hasattr(loaded, node.attr) and node.attr not in self.reads.tested:
                # As in datetime.datetime.now: what the class of the module's name has.
                inside = hasattr(getattr(loaded, loaded.__name__, None), node.attr)
                more = {"module": self.imported[name], "name": node.attr[:LONGEST], "inside": inside}
                self.add("no-attribute", node, has=public_names(loaded), **more)

    def check_result(self):
        module = self.walk.module
        escaping = {
            name
            for name, node, scope, _ in self.walk.loads
            if id(node) not in self.mappings.plain and self.of_module(name, scope)
        }
        gives = self.mappings.visible_keys("result", escaping)
        if not module.bound.get("result"):
            if "result" not in escaping:
                self.check_never_assigned()
        elif not any("result" in scope.globals for scope in self.walk.scopes):
            for value in last_values(self.tree.body):
                wrong = wrong_kind(value, self.rebound)
                if wrong:
                    self.add("result-kind", value, what=wrong)
                elif kind(value) == "Dict":
                    for node, what in wrong_parts(value, self.rebound):
                        self.add("result-part", node, what=what)
        too_much = gives is None or len(gives) > MOST_NAMES or any(len(key) > LONGEST for key in gives)
        return None if too_much else gives

    def of_module(self, name, scope):
        """Whether a name is a variable of the module; `result` is one before it is assigned."""
        owner = scope.owner(name)
        return owner is self.walk.module if name in self.walk.module.bound else name == "result" and owner is None

    def check_never_assigned(self):
        filled = [node for node, scope in self.mappings.filled if scope.owner("result") is None]
        local = [scope.function for scope in self.walk.scopes if scope.function and scope.bound.get("result")]
        if filled or self.fails:
            # It fills the mapping that result begins as, or only checks.
            pass
        elif local:
            self.add("result-local", local[0], name=local[0].name[:LONGEST])
        else:
            self.add("gives-nothing", None, changes=self.reads.changes)

    def rebound(self, name):
        return name is None or name in self.walk.module.bound

    def placed(self):
        """In order of place, each name once."""
        facts, seen = [], set()
        self.found.sort(key=lambda found: (found[1].lineno, found[1].col_offset) if found[1] else (0, 0))
        for fact, node, more in self.found:
            same = (fact, repr(more.get("name") or more.get("path") or id(node)))
            if same in seen:
                continue
            seen.add(same)
            facts.append(fact_at(fact, *(self.place(node) if node else (1, 1)), **more))
            if len(facts) == MOST_FACTS:
                break
        return facts

    def place(self, node):
        """The compiler counts columns in bytes."""
        before = self.lines[node.lineno - 1].encode("utf-8")[: node.col_offset]
        return node.lineno, len(before.decode("utf-8", "ignore")) + 1


def load(module):
    """A module that blocks may import: one of the standard library, so that importing it here does nothing else."""
    try:
        __import__(module)
        return sys.modules[module]
    except Exception:
        return None


def public_names(module):
    return [name for name in dir(module) if not name.startswith("_")][:MOST_NAMES]
