"""The builtins of a block."""
import builtins

real_import = builtins.__import__


def offer(offered):
    """The builtins that blocks have. They keep code from nothing: that is what the confinement is for."""
    modules = offered["modules"]

    def guarded_import(name, globals=None, locals=None, fromlist=(), level=0):
        # A list comes from code in C, which imports what it needs by the way of whoever called it, such as datetime.now().
        if level == 0 and (name.partition(".")[0] in modules or name == "__future__" or type(fromlist) is list):
            return real_import(name, globals, locals, fromlist, 0)
        message = 'import of "' + "." * level + name + '" is not allowed in a block; allowed are: ' + ", ".join(modules)
        raise ImportError(message, name=name)

    real = vars(builtins)
    given = {name: real[name] for name in offered["builtins"] if name in real}
    given.update(__build_class__=real["__build_class__"], __import__=guarded_import, __name__="builtins")
    for name, value in real.items():
        if isinstance(value, type) and issubclass(value, BaseException):
            given[name] = value
    return given
