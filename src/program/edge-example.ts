import { filledFor } from "./child-input.ts";
import { onlyPath } from "./template.ts";
import { Sampler } from "../contract/fits/samples.ts";
import type { Solver } from "../contract/fits/solver.ts";
import type { NodeId, Space } from "../contract/fits/space.ts";
import type { Issue } from "../contract/contract.ts";
import { isObject, jsonType } from "../core/json.ts";
import { type Edge, EMPTY, isPlain, outputOf } from "./edge-values.ts";
import type { UsesEntry } from "./program.ts";
import { fillText, templatePaths } from "./uses.ts";

/** A run of the parent that comes to a child input which the child's contract rejects. */
export interface EdgeExample {
  /** An input the parent's contract accepts. */
  readonly input: unknown;
  /** Outputs of the entries that are read, each as their contracts allow. */
  readonly uses: Readonly<Record<string, unknown>>;
  /** What the child is given. */
  readonly given: unknown;
  readonly issue: Issue;
}

/**
 * Looks for a run that goes wrong: from produced values that the child's schema does not describe,
 * back to the input and the outputs they would come from. Those are checked with their own
 * contracts, filled in as a run does, and held against the child's.
 */
export function findExample(
  solver: Solver,
  edge: Edge,
  misfits: readonly unknown[],
): EdgeExample | null {
  if (!isPlain(edge)) return null;
  for (const misfit of [...misfits.flatMap((one) => [one, faultOf(edge, one)]), null]) {
    for (const values of sourcesOf(solver, edge, misfit)) {
      const found = isPossible(edge, values) ? misfitOf(edge, values) : null;
      if (found !== null)
        return {
          input: values["input"],
          uses: values["uses"] as Record<string, unknown>,
          ...found,
        };
    }
  }
  return null;
}

/** Only the key that is at fault: the others may want something else of the same input. */
function faultOf({ child }: Edge, misfit: unknown): unknown {
  const check = child.input.check(misfit);
  const key = check.ok ? undefined : check.issues[0].path[0];
  return isObject(misfit) && typeof key === "string" && Object.hasOwn(misfit, key)
    ? { [key]: misfit[key] }
    : null;
}

/** Runs to try for one produced value: several, for a `when` may skip some. */
const TRIES = 6;

type Values = Readonly<Record<string, unknown>>;
/** What a source must be so that a path gives a value. */
type Pins = ReadonlyMap<string, readonly NodeId[]>;

function sourcesOf(solver: Solver, edge: Edge, misfit: unknown): Values[] {
  const { space } = solver;
  const pins = pinsOf(space, edge, misfit);
  const sampler = new Sampler(solver);
  const draw = (id: NodeId, pinned: readonly NodeId[]): readonly unknown[] =>
    sampler.of({ all: [id, ...pinned], none: [] });
  const read = edge.parent.uses.filter(({ name }) => edge.entry.reads.includes(name));
  const drawn = read.map((entry) => {
    const program = edge.siblings.get(entry.name);
    return program
      ? draw(outputOf(space, entry, program), pins.get(`uses.${entry.name}`) ?? [])
      : [];
  });
  if (drawn.some((outputs) => outputs.length === 0)) return [];
  return Array.from({ length: TRIES }, (_, turn) => {
    const outputs = read.map((entry, at) => [entry, pick(drawn[at] ?? [], turn)] as const);
    const conditions = outputs.flatMap(([entry, output]) => conditionsOf(space, entry, output));
    const inputs = draw(space.read(edge.parent.input.schema), [
      ...(pins.get("input") ?? []),
      ...conditions,
    ]);
    const uses = Object.fromEntries(outputs.map(([{ name }, output]) => [name, output]));
    return { input: pick(inputs, turn), uses };
  });
}

function pick(from: readonly unknown[], turn: number): unknown {
  return from[turn % from.length];
}

/**
 * What the input must be for an entry to come to such an output: its `when` and the length of its
 * list.
 */
function conditionsOf(space: Space, { when, each, onError }: UsesEntry, output: unknown): NodeId[] {
  const conditions: NodeId[] = [];
  const [root, ...asked] = onlyPath(when) ?? [];
  if (root === "input") {
    const empty = space.plain(EMPTY);
    conditions.push(
      output === null
        ? holding(space, asked, empty, true)
        : holding(space, asked, space.not(empty)),
    );
  }
  const [list, ...path] = onlyPath(each) ?? [];
  if (list === "input" && Array.isArray(output)) {
    const most = onError === "skip" ? {} : { maxItems: output.length };
    conditions.push(
      holding(space, path, space.plain({ type: "array", minItems: output.length, ...most })),
    );
  }
  return conditions;
}

/** Goes through the mapping and the value it is to give side by side, down to the paths. */
function pinsOf(space: Space, { entry }: Edge, misfit: unknown): Pins {
  const pins = new Map<string, NodeId[]>();
  const items: NodeId[] = [];
  function add(path: readonly string[], id: NodeId): void {
    const [root = "", ...rest] = path;
    const name = root === "uses" ? `uses.${rest.shift() ?? ""}` : root;
    const pin = holding(space, rest, id, id === space.constant(null) && rest.length > 0);
    if (root === "item") items.push(pin);
    else pins.set(name, [...(pins.get(name) ?? []), pin]);
  }
  function visit(written: unknown, value: unknown): void {
    const path = onlyPath(written);
    if (path !== null) {
      add(path, space.constant(value));
    } else if (typeof written === "string") {
      // A text with more in it comes out at least as long as what is put in.
      for (const part of templatePaths(written)) add(part.path, space.constant(value));
    } else if (Array.isArray(written) && Array.isArray(value)) {
      for (const [index, item] of written.entries()) visit(item, value[index]);
    } else if (isObject(written) && isObject(value)) {
      for (const [key, member] of Object.entries(written))
        if (Object.hasOwn(value, key)) visit(member, value[key]);
    }
  }
  if (misfit === null) return pins;
  visit(entry.with, misfit);
  const each = onlyPath(entry.each);
  if (each !== null) add(each, space.listOf(space.all(items), { some: true }));
  return pins;
}

/** Values that hold such a thing at the path, or, where that is as good, nothing. */
function holding(space: Space, path: readonly string[], id: NodeId, orNothing = false): NodeId {
  const wrap = (inner: NodeId): NodeId =>
    path.reduceRight((part, key) => {
      const named = space.object(new Map([[key, part]]), { open: true });
      return /^[0-9]{1,3}$/.test(key)
        ? space.any([named, space.listWith(Number(key), part)])
        : named;
    }, inner);
  const there = wrap(id);
  return orNothing ? space.any([there, space.not(wrap(space.anything()))]) : there;
}

/** Whether a run can have these values, as their own contracts see it. */
function isPossible({ parent, siblings }: Edge, values: Values): boolean {
  if (!parent.input.check(values["input"]).ok) return false;
  return Object.entries(values["uses"] as Values).every(([name, value]) => {
    const entry = parent.uses.find((one) => one.name === name);
    const contract = siblings.get(name)?.output;
    if (entry === undefined || contract === undefined) return false;
    if (!isConsistent(entry, value, values)) return false;
    if (value === null) return true;
    const one = (output: unknown): boolean =>
      contract.check(output).ok || (output === null && entry.onError === "null");
    return entry.each === null ? one(value) : Array.isArray(value) && value.every(one);
  });
}

function isConsistent(entry: UsesEntry, value: unknown, values: Values): boolean {
  const isSkipped = entry.when !== null && isNothing(fillText(entry.when, values));
  if (isSkipped || value === null) return value === null && (isSkipped || entry.onError !== "fail");
  const items = entry.each === null ? null : fillText(entry.each, values);
  if (items === null || !Array.isArray(value)) return entry.each === null;
  return (
    Array.isArray(items) &&
    (entry.onError === "skip" ? value.length <= items.length : value.length === items.length)
  );
}

function misfitOf({ entry, child }: Edge, values: Values): { given: unknown; issue: Issue } | null {
  if (entry.when !== null && isNothing(fillText(entry.when, values))) return null;
  const items = entry.each === null ? [null] : fillText(entry.each, values);
  if (!Array.isArray(items)) return { given: items, issue: notAList(items) };
  for (const item of items) {
    const given = filledFor(entry, child.input, entry.each === null ? values : { ...values, item });
    const check = child.input.check(given);
    if (!check.ok) return { given, issue: check.issues[0] };
  }
  return null;
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** What is wrong, and where in what is filled in. */
export function issueText({ path, reason }: Issue, whole = "the input"): string {
  return `${path.length === 0 ? whole : `"${path.join(".")}"`} ${reason}`;
}

export function notAList(value: unknown): Issue {
  const type = jsonType(value);
  const reason = `gives ${type === "null" ? "nothing" : `a ${type}`}, but a list is wanted`;
  return { keyword: "each", path: ["each"], schemaPath: [], reason };
}
