import { onlyPath } from "./template.ts";
import { listNumbers } from "../contract/fits/numbers.ts";
import { itemsOf, partOf } from "../contract/fits/parts.ts";
import { booleansOf } from "../contract/fits/read.ts";
import type { Solver } from "../contract/fits/solver.ts";
import type { Expr, NodeId, Space } from "../contract/fits/space.ts";
import { lengthsOf, listStrings } from "../contract/fits/strings.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { isObject } from "../core/json.ts";
import type { Block, Mapping, Program, UsesEntry } from "./program.ts";
import { parseTemplate, renderValue } from "./template.ts";
import { templatePaths } from "./uses.ts";

/** A program with those it uses, as far as it matters here. */
export interface ProgramTree {
  readonly program: Program;
  readonly path: string;
  readonly uses: readonly { readonly entry: UsesEntry; readonly child: ProgramTree }[];
  readonly tools: readonly { readonly name: string; readonly child: ProgramTree }[];
}

/** One step from a program to a program it uses, or to its own output. */
export interface Edge {
  readonly parent: Program;
  readonly entry: Mapping & Pick<UsesEntry, "each" | "when">;
  /** Who is given what is filled in, and what it takes. */
  readonly child: Pick<Program, "name" | "input">;
  /** The programs behind the parent's entries, by the entry's name. */
  readonly siblings: ReadonlyMap<string, Program>;
  /** What runs before and may put other values in place; null or absent: nothing. */
  readonly pre?: Block | null;
  /** How reasons call the whole of what is filled in. @default "the input" */
  readonly whole?: string;
}

/** One step to a program that is used. */
export interface UsesEdge extends Edge {
  readonly entry: UsesEntry;
}

/** The programs behind entries, by the entry's name. */
export function siblingsOf(uses: ProgramTree["uses"]): Edge["siblings"] {
  return new Map(uses.map(({ entry, child }) => [entry.name, child.program] as const));
}

/** What a value of `with` can become, as a subschema: never less than it can. */
export function producedBy(solver: Solver, edge: Edge, value: unknown): NodeId {
  const { space } = solver;
  if (typeof value === "string") {
    const path = onlyPath(value);
    return path === null ? textOf(solver, edge, value) : valueAt(solver, edge, path);
  }
  if (Array.isArray(value)) return space.list(value.map((item) => producedBy(solver, edge, item)));
  if (!isObject(value)) return space.constant(value);
  const members = Object.entries(value).map(
    ([key, member]) => [key, producedBy(solver, edge, member)] as const,
  );
  return space.object(new Map(members));
}

/** What a run holds at a template path when an entry is started; null where nothing is there. */
export function valueAt(solver: Solver, edge: Edge, path: readonly string[]): NodeId {
  const { space } = solver;
  const [root, name] = path;
  const from = root === "uses" && name !== undefined ? 2 : 1;
  const start = rootValue(solver, edge, path) ?? space.constant(null);
  // The entry runs only when this gives something.
  const when = onlyPath(edge.entry.when)?.join(".");
  const narrowed = (id: NodeId, depth: number): NodeId =>
    path.slice(0, depth).join(".") === when
      ? space.join({ all: [id], none: [space.plain(EMPTY)] })
      : id;
  return path
    .slice(from)
    .reduce(
      (id, key, at) => narrowed(partOf(solver, id, key), from + at + 1),
      narrowed(start, from),
    );
}

/** Whether the input and the outputs that are read say all of what is filled in. */
export function isPlain(edge: Edge): boolean {
  const { entry } = edge;
  return templatePaths([entry.with, entry.each, entry.when]).every(
    ({ path: [root = ""] }) => VALUES.has(root) && givenBefore(edge, root) === null,
  );
}

const VALUES: ReadonlySet<string> = new Set(["input", "uses", "item"]);

/** What skips an entry as the value of its `when`. */
export const EMPTY = { enum: [null, false, "", [], {}] };

/** What the output of an entry is for those that read it. */
export function outputOf(space: Space, entry: UsesEntry, program: Program): NodeId {
  const output = space.read(program.output.schema);
  const none = space.constant(null);
  const item = entry.onError === "null" || (entry.onError === "skip" && entry.each === null);
  const one = item ? space.any([output, none]) : output;
  const all = entry.each === null ? one : space.listOf(one);
  return entry.when === null ? all : space.any([all, none]);
}

/** The texts that the values of an expression render as: never fewer than they are. */
export function renderingsOf(solver: Solver, expr: Expr): NodeId {
  const { space } = solver;
  const texts = solver.left(expr).flatMap(({ type, literals }) => {
    switch (type) {
      case "null":
        return [space.constant("")];
      case "boolean":
        return booleansOf(literals).map((value) => space.constant(renderValue(value)));
      case "number": {
        const few = listNumbers(literals);
        return few === null
          ? [space.plain(NUMBER)]
          : few.map((value) => space.constant(renderValue(value)));
      }
      case "string":
        return [space.all([space.join(expr), space.plain({ type: "string" })])];
      case "array":
      case "object":
        return [space.plain({ type: "string", minLength: 2 })];
    }
  });
  return space.any(texts);
}

const NUMBER = { type: "string", minLength: 1, pattern: "^-?[0-9][0-9.e+-]*$" };

/** What a pre block gives under a name, or may have made of it; null where it leaves it alone. */
function givenBefore({ pre }: Edge, root: string): JsonSchema | null {
  if (!pre) return null;
  if (pre.gives === null) return {};
  const type = Object.hasOwn(pre.gives, root) ? pre.gives[root] : undefined;
  if (type !== undefined) return type === "any" ? {} : { type };
  // Without `in=` a block may change the context in place.
  return pre.reads === null && (root === "input" || root === "uses") ? {} : null;
}

function rootValue(solver: Solver, edge: Edge, [root, name]: readonly string[]): NodeId | null {
  const { space } = solver;
  const { parent, entry, siblings } = edge;
  const given = givenBefore(edge, root ?? "");
  if (given !== null) return space.plain(given);
  switch (root) {
    case "input":
      return space.read(parent.input.schema);
    case "uses": {
      if (name === undefined) return space.plain({ type: "object" });
      const sibling = parent.uses.find((one) => one.name === name);
      const program = siblings.get(name);
      if (sibling === undefined) return null;
      return program === undefined ? space.anything() : outputOf(space, sibling, program);
    }
    case "schema":
      return space.plain(SKETCHES);
    case "item": {
      const path = onlyPath(entry.each);
      return path === null ? null : itemsOf(solver, valueAt(solver, edge, path));
    }
    default:
      return null;
  }
}

const SKETCHES = {
  type: "object",
  properties: { input: { type: "string" }, output: { type: "string" } },
  required: ["input", "output"],
};

/**
 * Text with or without templates in it: all of it where it can come out in few ways, else how long
 * it is.
 */
function textOf(solver: Solver, edge: Edge, text: string): NodeId {
  const { space } = solver;
  let texts: readonly string[] | null = [""];
  let [shortest, longest] = [0, 0];
  for (const part of parseTemplate(text).parts) {
    const id =
      typeof part === "string" ? space.constant(part) : renderedAt(solver, edge, part.path);
    const shapes = solver.left({ all: [id], none: [] });
    const sizes = shapes.map(({ literals }) => lengthsOf(literals));
    shortest += Math.min(...sizes.map((size) => size.shortest));
    longest += Math.max(...sizes.map((size) => size.longest));
    const lists = shapes.map(({ literals }) => listStrings(literals));
    const few = lists.every((list) => list !== null) ? lists.flat() : null;
    texts =
      texts && few && texts.length * few.length <= FEW
        ? texts.flatMap((head) => few.map((tail) => head + tail))
        : null;
  }
  if (texts !== null) return space.any(texts.map((one) => space.constant(one)));
  // Where nothing can be there, no text is made.
  if (shortest > longest) return space.nothing();
  return space.plain({
    type: "string",
    minLength: shortest,
    ...(longest === Infinity ? {} : { maxLength: longest }),
  });
}

const FEW = 64;

function renderedAt(solver: Solver, edge: Edge, path: readonly string[]): NodeId {
  const id = valueAt(solver, edge, path);
  return solver.remember(`rendered ${id}`, () => renderingsOf(solver, { all: [id], none: [] }));
}
