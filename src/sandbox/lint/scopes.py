"""Which names a block binds and reads, and in which scope: the rules of Python, without running anything.

Walks without recursion, parents before children, so that no depth of the tree exhausts the stack. Built on `_ast`, which is there
without an import from disk.
"""
import sys

FUNCTION_LIKE = ("function", "comprehension", "type")
LAZY_ANNOTATIONS = sys.version_info >= (3, 14)
EVERYTHING = frozenset(("*",))


class Scope:
    def __init__(self, kind, parent):
        self.kind = kind
        self.parent = parent
        # Name to how often it is bound.
        self.bound = {}
        # Name to the values it is given by plain assignments; None stands for a binding of another kind.
        self.values = {}
        self.outer = set()
        self.module = parent.module if parent else self
        self.globals = set()
        # The statement that a named function's scope belongs to.
        self.function = None
        if kind == "class":
            self.bound.update(__module__=1, __qualname__=1)

    def bind(self, name, value=None):
        self.bound[name] = self.bound.get(name, 0) + 1
        self.values.setdefault(name, []).append(value)

    def owner(self, name):
        """The scope whose variable a name in this scope is; None for builtins and what is never defined."""
        scope, sees_class = self, True
        while scope:
            if name in scope.globals:
                scope = scope.module
                return scope if name in scope.bound else None
            if name in scope.bound and name not in scope.outer and (sees_class or scope.kind != "class"):
                return scope
            if name == "__class__" and scope.kind == "class" and scope is not self:
                return scope
            sees_class = scope.kind == "type"
            scope = scope.parent
        return None


class Walk:
    """Every node once, with its scope and the exceptions that are caught around it."""

    def __init__(self, tree, watch):
        self.module = Scope("module", None)
        self.scopes = [self.module]
        # (name, node, scope, caught)
        self.loads = []
        self.lazy = LAZY_ANNOTATIONS
        self.watch = watch
        self.stack = []
        self.push(tree, self.module, frozenset())
        while self.stack:
            node, scope, caught = self.stack.pop()
            watch(node, scope, caught)
            handler = HANDLERS.get(type(node).__name__)
            if handler:
                handler(self, node, scope, caught)
            else:
                self.push_fields(node, scope, caught)
        for scope in self.scopes[1:]:
            for name in scope.globals & scope.bound.keys():
                for value in scope.values[name]:
                    self.module.bind(name, value)

    def push(self, given, scope, caught):
        if isinstance(given, list):
            self.stack.extend((node, scope, caught) for node in reversed(given) if hasattr(node, "_fields"))
        elif hasattr(given, "_fields"):
            self.stack.append((given, scope, caught))

    def push_fields(self, node, scope, caught, without=()):
        for field in reversed(node._fields):
            if field not in without:
                self.push(getattr(node, field, None), scope, caught)

    def open(self, kind, parent):
        scope = Scope(kind, parent)
        self.scopes.append(scope)
        return scope

    def open_parameters(self, node, scope):
        """The scope of type parameters (3.12), where there are some. Their bounds and defaults are evaluated when asked for."""
        if not getattr(node, "type_params", None):
            return scope
        inner = self.open("type", scope)
        for parameter in node.type_params:
            inner.bind(parameter.name)
        return inner

    def annotate(self, given, scope, caught):
        if not self.lazy:
            self.push(given, scope, caught)


def on_name(walk, node, scope, caught):
    if type(node.ctx).__name__ == "Load":
        walk.loads.append((node.id, node, scope, caught))
    else:
        scope.bind(node.id)


def on_assign(walk, node, scope, caught):
    walk.push(node.value, scope, caught)
    for target in node.targets:
        if type(target).__name__ == "Name":
            scope.bind(target.id, node.value)
        else:
            walk.push(target, scope, caught)


def on_annotated(walk, node, scope, caught):
    if scope.kind not in FUNCTION_LIKE:
        walk.annotate(node.annotation, scope, caught)
    walk.push(node.value, scope, caught)
    if type(node.target).__name__ != "Name":
        walk.push(node.target, scope, caught)
    elif node.value:
        scope.bind(node.target.id, node.value)
    else:
        # A variable of this scope that has no value yet.
        scope.bound.setdefault(node.target.id, 0)
        scope.values.setdefault(node.target.id, [])


def on_function(walk, node, scope, caught):
    scope.bind(node.name)
    walk.push(node.decorator_list, scope, caught)
    around = walk.open_parameters(node, scope)
    walk.annotate(node.returns, around, caught)
    open_arguments(walk, node, scope, around, caught)


def on_lambda(walk, node, scope, caught):
    open_arguments(walk, node, scope, scope, caught)


def open_arguments(walk, node, scope, around, caught):
    given = node.args
    walk.push(given.defaults, scope, caught)
    walk.push(given.kw_defaults, scope, caught)
    inner = walk.open("function", around)
    inner.function = node if hasattr(node, "name") else None
    for argument in given.posonlyargs + given.args + [given.vararg] + given.kwonlyargs + [given.kwarg]:
        if argument:
            inner.bind(argument.arg)
            walk.annotate(argument.annotation, around, caught)
    walk.push(node.body, inner, frozenset())


def on_class(walk, node, scope, caught):
    scope.bind(node.name)
    walk.push(node.decorator_list, scope, caught)
    around = walk.open_parameters(node, scope)
    walk.push(node.bases, around, caught)
    walk.push(node.keywords, around, caught)
    walk.push(node.body, walk.open("class", around), caught)


def on_type_alias(walk, node, scope, caught):
    scope.bind(node.name.id)


def on_comprehension(walk, node, scope, caught):
    inner = walk.open("comprehension", scope)
    first, *others = node.generators
    walk.push(first.iter, scope, caught)
    walk.push([first.target, *first.ifs], inner, caught)
    for generator in others:
        walk.push_fields(generator, inner, caught)
    walk.push_fields(node, inner, caught, without=("generators",))


def on_walrus(walk, node, scope, caught):
    walk.push(node.value, scope, caught)
    while scope.kind == "comprehension":
        scope = scope.parent
    scope.bind(node.target.id)


def on_global(walk, node, scope, caught):
    scope.globals.update(node.names)


def on_nonlocal(walk, node, scope, caught):
    scope.outer.update(node.names)


def on_try(walk, node, scope, caught):
    names = frozenset(name for handler in node.handlers for name in handled(handler.type))
    walk.push(node.body, scope, caught | names)
    walk.push_fields(node, scope, caught, without=("body",))


def handled(kind):
    if kind is None:
        return EVERYTHING
    kinds = kind.elts if type(kind).__name__ == "Tuple" else [kind]
    names = frozenset(each.id for each in kinds if type(each).__name__ == "Name")
    return EVERYTHING if names & {"Exception", "BaseException"} else names


def on_handler(walk, node, scope, caught):
    if node.name:
        scope.bind(node.name)
    walk.push_fields(node, scope, caught)


def on_pattern(walk, node, scope, caught):
    name = getattr(node, "rest", None) if type(node).__name__ == "MatchMapping" else node.name
    if name:
        scope.bind(name)
    walk.push_fields(node, scope, caught)


def on_import(walk, node, scope, caught):
    for alias in node.names:
        scope.bind(alias.asname or alias.name.partition(".")[0])


def on_import_from(walk, node, scope, caught):
    if node.module == "__future__" and any(alias.name == "annotations" for alias in node.names):
        walk.lazy = True
    for alias in node.names:
        if alias.name != "*":
            scope.bind(alias.asname or alias.name)


HANDLERS = {
    "Name": on_name,
    "Assign": on_assign,
    "AnnAssign": on_annotated,
    "FunctionDef": on_function,
    "AsyncFunctionDef": on_function,
    "Lambda": on_lambda,
    "ClassDef": on_class,
    "TypeAlias": on_type_alias,
    "ListComp": on_comprehension,
    "SetComp": on_comprehension,
    "DictComp": on_comprehension,
    "GeneratorExp": on_comprehension,
    "NamedExpr": on_walrus,
    "Global": on_global,
    "Nonlocal": on_nonlocal,
    "Try": on_try,
    "TryStar": on_try,
    "ExceptHandler": on_handler,
    "MatchAs": on_pattern,
    "MatchStar": on_pattern,
    "MatchMapping": on_pattern,
    "Import": on_import,
    "ImportFrom": on_import_from,
}
