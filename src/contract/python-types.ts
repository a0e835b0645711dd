import { isObject, writeJson } from "../core/json.ts";

/** How deep a schema is spelt out; what lies deeper, and recursion, is `Any`. */
const MAX_DEPTH = 12;

/** Declarations of Python, and the name of the type that stands for the schema. */
export interface PythonTypes {
  readonly type: string;
  /** In the order in which they need each other. */
  readonly declarations: readonly string[];
}

/**
 * A JSON Schema as types of Python 3.11's `typing`: a TypedDict an object, never narrower than the
 * schema allows.
 * @param name of the root's class; classes within it begin with it
 */
export function schemaToPython(root: unknown, name: string): PythonTypes {
  const writer = new Writer(root);
  const type = writer.typeOf(root, { called: name, depth: 0, trail: [] });
  return { type, declarations: writer.declarations };
}

interface Place {
  /** What a class there is called. */
  readonly called: string;
  readonly depth: number;
  /** References being followed. */
  readonly trail: readonly string[];
}

class Writer {
  readonly declarations: string[] = [];
  readonly #root: unknown;
  readonly #used = new Set<string>();

  constructor(root: unknown) {
    this.#root = root;
  }

  typeOf(schema: unknown, place: Place): string {
    if (!isObject(schema) || place.depth > MAX_DEPTH) return "Any";
    const { $ref: reference } = schema;
    if (typeof reference === "string") return this.#referenced(reference, place);
    if ("const" in schema) return literals([schema["const"]]);
    if (Array.isArray(schema["enum"])) return literals(schema["enum"]);
    const choices = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(choices))
      return union(choices.map((choice, at) => this.typeOf(choice, below(place, String(at + 1)))));
    const types = [schema["type"] ?? (isObject(schema["properties"]) ? "object" : [])].flat();
    return types.length === 0
      ? "Any"
      : union(types.map((type) => this.#single(type, schema, place)));
  }

  #referenced(reference: string, { called, depth, trail }: Place): string {
    const target = trail.includes(reference) ? undefined : resolved(this.#root, reference);
    if (target === undefined) return "Any";
    return this.typeOf(target, { called, depth: depth + 1, trail: [...trail, reference] });
  }

  #single(type: unknown, schema: Record<string, unknown>, place: Place): string {
    if (typeof type === "string" && Object.hasOwn(SCALARS, type)) return SCALARS[type] ?? "Any";
    if (type === "array")
      return `list[${this.typeOf(schema["items"] ?? true, below(place, "Item"))}]`;
    return type === "object" ? this.#object(schema, place) : "Any";
  }

  #object(schema: Record<string, unknown>, place: Place): string {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    const keys = Object.keys(properties);
    const { additionalProperties: others = true } = schema;
    if (keys.length === 0) return `dict[str, ${this.typeOf(others, below(place, "Value"))}]`;
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const called = this.#unique(place.called);
    const fields = keys.map((key) => {
      const type = this.typeOf(properties[key], below({ ...place, called }, pascal(key)));
      return [key, required.includes(key) ? type : `NotRequired[${type}]`] as const;
    });
    this.declarations.push(declared(called, fields));
    return called;
  }

  #unique(called: string): string {
    let free = called;
    for (let at = 2; this.#used.has(free); at++) free = `${called}${at}`;
    this.#used.add(free);
    return free;
  }
}

function below({ called, depth, trail }: Place, step: string): Place {
  return { called: called + step, depth: depth + 1, trail };
}

/** `find_order` as `FindOrder`. */
export function pascal(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return joined.replace(/^(?=\d|$)/, "Program");
}

const SCALARS: Readonly<Record<string, string>> = {
  string: "str",
  boolean: "bool",
  null: "None",
  integer: "int",
  number: "float",
};
const NAME = /^[A-Za-z_]\w*$/;
/** keyword.kwlist of Python 3.11 */
const KEYWORDS: ReadonlySet<string> = new Set(
  [
    "False None True and as assert async await break class continue def del elif else except",
    "finally for from global if import in is lambda nonlocal not or pass raise return try while",
    "with yield",
  ].flatMap((line) => line.split(" ")),
);

/** A class; a call, where a key is no name of Python. */
function declared(name: string, fields: readonly (readonly [string, string])[]): string {
  if (fields.every(([key]) => NAME.test(key) && !KEYWORDS.has(key)))
    return [
      `class ${name}(TypedDict):`,
      ...fields.map(([key, type]) => `    ${key}: ${type}`),
    ].join("\n");
  const members = fields.map(([key, type]) => `    ${writeJson(key)}: ${type},`);
  return [`${name} = TypedDict("${name}", {`, ...members, "})"].join("\n");
}

/** Values that `Literal` may hold; others are their type. */
function literals(values: readonly unknown[]): string {
  return union(
    values.map((value) => {
      if (value === null) return "None";
      if (typeof value === "string") return `Literal[${writeJson(value)}]`;
      if (typeof value === "boolean") return `Literal[${value ? "True" : "False"}]`;
      if (typeof value === "bigint") return `Literal[${value}]`;
      if (typeof value !== "number") return "Any";
      return Number.isInteger(value) ? `Literal[${value}]` : "float";
    }),
  );
}

function union(types: readonly string[]): string {
  const all = [...new Set(types)];
  return all.length === 0 ? "Never" : all.includes("Any") ? "Any" : all.join(" | ");
}

function resolved(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  const steps = reference.slice(1).split("/").slice(1);
  return steps.reduce<unknown>((inner, step) => {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    return isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined;
  }, root);
}
