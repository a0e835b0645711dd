/**
 * What Python blocks may use without saying so, beside all exceptions. What else is written here is
 * for classes to work.
 */
const BUILTINS = [
  [
    "len",
    "min",
    "max",
    "sum",
    "sorted",
    "str",
    "int",
    "float",
    "bool",
    "list",
    "dict",
    "set",
    "tuple",
  ],
  [
    "enumerate",
    "range",
    "zip",
    "abs",
    "round",
    "any",
    "all",
    "isinstance",
    "map",
    "filter",
    "reversed",
    "divmod",
  ],
  ["pow", "ord", "chr", "repr", "format", "frozenset", "slice", "iter", "next", "print"],
  [
    "object",
    "super",
    "property",
    "classmethod",
    "staticmethod",
    "type",
    "issubclass",
    "callable",
    "hash",
    "bytes",
  ],
  ["getattr", "hasattr", "setattr", "bin", "hex", "oct", "Ellipsis", "NotImplemented"],
].flat();

const MODULES = [
  [
    "math",
    "json",
    "re",
    "datetime",
    "statistics",
    "string",
    "itertools",
    "functools",
    "collections",
    "decimal",
  ],
  ["fractions", "textwrap", "unicodedata"],
].flat();

/**
 * The builtins and modules of Python blocks: one list for those that run, check and describe them.
 */
export const OFFERED_PYTHON: {
  readonly builtins: readonly string[];
  readonly modules: readonly string[];
} = {
  builtins: BUILTINS,
  modules: MODULES,
};
