import { ModullmError, type SourcePlace, withDetails } from "../core/error.ts";
import { isObject, jsonType } from "../core/json.ts";
import type { JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { type Frontmatter, parseFrontmatter } from "./frontmatter.ts";
import type { Program, UsesEntry, Warning } from "./program.ts";
import {
  parseTemplate,
  renderTemplate,
  lookUp,
  type Template,
  type TemplatePath,
  onlyPath,
} from "./template.ts";

const ON_ERROR: readonly unknown[] = ["fail", "null", "skip"];

/** The keys of an entry, each with what it holds; the first two are needed. */
export const USES_KEYS: Readonly<Record<string, string>> = {
  name: "how templates call it, {{uses.NAME.…}}: letters, digits and _",
  path:
    "the program: a file, relative to this one, that ends in .rllm or starts with . or /; else " +
    "a name in the library",
  with: "its input; a value that is exactly one template keeps its type; {} without it",
  each:
    "a template that gives a list: it runs once for every element, {{item}} in with; its " +
    "output is the list of outputs",
  when:
    "a template: it is skipped, and its output null, when this gives false, null, an empty " +
    "text, list or mapping",
  on_error:
    `${ON_ERROR.join(", ")}: a failure ends the run, is null, or is left out of the list of ` +
    "each; fail without it",
  fresh: "true: its calls are never shared with, or answered from, the same call made before",
};
const KEYS = Object.keys(USES_KEYS);

/** @throws {ModullmError} RLLM_008 */
export function readUses(front: Frontmatter, warnings: Warning[]): UsesEntry[] {
  const uses = front.values["uses"] ?? [];
  if (!Array.isArray(uses)) {
    const type = jsonType(uses);
    throw new ModullmError(
      "RLLM_008",
      `"uses" is ${type === "object" ? "a mapping" : `a ${type}`}, but a list of {name, ` +
        "path} is wanted",
      {
        details: { actual_type: type },
        place: front.keyPlace("uses"),
      },
    );
  }
  const entries = uses.map((entry, index) => readEntry(front, entry, index, warnings));
  for (const [index, entry] of entries.entries()) {
    if (entries.findIndex((other) => other.name === entry.name) !== index) {
      throw entryError(front, uses[index], index, `repeats the name "${entry.name}"`);
    }
    for (const name of entry.reads) {
      if (entries.some((other) => other.name === name)) continue;
      throw entryError(
        front,
        uses[index],
        index,
        `reads uses.${name}, which is not an entry.${didYouMean(
          name,
          entries.map((each) => each.name),
        )}`,
      );
    }
  }
  checkOrder(front, entries);
  return entries;
}

/** Where an entry fills in the input of its program. */
export function entryPlace({ source, uses }: Program, name: string): SourcePlace {
  const index = uses.findIndex((entry) => entry.name === name);
  return parseFrontmatter(source).place(["uses", index, "with"]);
}

/** The paths in every template of a `with` value, at any depth. */
export function templatePaths(value: unknown): TemplatePath[] {
  if (typeof value === "string")
    return parseTemplate(value).parts.filter((part) => typeof part !== "string");
  if (Array.isArray(value)) return value.flatMap(templatePaths);
  if (isObject(value)) return Object.values(value).flatMap(templatePaths);
  return [];
}

/** A text in a mapping, with the way to it in the frontmatter. */
export interface PlacedText {
  readonly path: readonly (string | number)[];
  readonly template: Template;
}

/** The texts of a mapping, at any depth. */
export function textsIn(value: unknown, path: readonly (string | number)[]): PlacedText[] {
  if (typeof value === "string") return [{ path, template: parseTemplate(value) }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}

/** Names of the entries of `uses` that the templates of a value read. */
export function readsOf(value: unknown): string[] {
  const names = templatePaths(value).flatMap(({ path: [root, name] }) =>
    root === "uses" && name !== undefined ? [name] : [],
  );
  return [...new Set(names)];
}

type Fill = (values: Readonly<Record<string, unknown>>) => unknown;

/**
 * Makes what fills in a `with` value. A string that is exactly one `{{path}}` gives the typed
 * value, null where nothing is there; other text renders as a string. Lists and mappings are filled
 * in all the way down.
 */
export function compileFill(value: unknown): Fill {
  if (typeof value === "string") return compileText(value);
  if (Array.isArray(value)) {
    const items = value.map(compileFill);
    return (values) => items.map((fill) => fill(values));
  }
  if (!isObject(value)) return () => value;
  const members = Object.entries(value).map(([key, item]) => [key, compileFill(item)] as const);
  return (values) => {
    const filled: Record<string, unknown> = {};
    for (const [key, fill] of members) filled[key] = fill(values);
    return filled;
  };
}

function compileText(text: string): Fill {
  const path = onlyPath(text);
  if (path !== null) return (values) => lookUp(values, path) ?? null;
  const template = parseTemplate(text);
  return (values) => renderTemplate(template, values);
}

/** A template of `each` or `when` filled in, as one of `with` would be. */
export function fillText(text: string, values: Readonly<Record<string, unknown>>): unknown {
  return compileText(text)(values);
}

export function readEntry(
  front: Frontmatter,
  entry: unknown,
  index: number,
  warnings: Warning[],
): UsesEntry {
  if (!isObject(entry))
    throw entryError(front, entry, index, "is not a mapping with name and path");
  const { name, path, with: mapping = {} } = entry;
  const withType = jsonType(mapping);
  if (typeof name !== "string" || name.trim() === "")
    throw entryError(front, entry, index, 'lacks "name", a string');
  if (typeof path !== "string" || path.trim() === "")
    throw entryError(front, entry, index, 'lacks "path", a string');
  if (!isObject(mapping)) {
    const what = withType === "null" ? "null" : withType === "array" ? "a list" : `a ${withType}`;
    const error = entryError(front, entry, index, `has a "with" that is ${what}, not a mapping`);
    throw withDetails(error, { actual_type: withType });
  }
  checkSchedule(front, entry, index);
  for (const key of Object.keys(entry)) {
    if (!KEYS.includes(key)) {
      warnings.push({
        message:
          `uses entry "${name}": the key "${key}" is not known and has no ` +
          `effect.${didYouMean(key, KEYS)}`,
        place: front.place(["uses", index, key]),
      });
    }
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    warnings.push({
      message: `uses entry "${name}": templates can't refer to this name; use letters, digits and _`,
      place: front.place(["uses", index, "name"]),
    });
  }
  return {
    name,
    path,
    with: mapping as JsonObject,
    fill: compileFill(mapping) as UsesEntry["fill"],
    reads: readsOf([mapping, entry["each"], entry["when"]]),
    each: (entry["each"] as string | undefined) ?? null,
    when: (entry["when"] as string | undefined) ?? null,
    onError:
      entry["on_error"] === undefined
        ? "fail"
        : ((entry["on_error"] ?? "null") as UsesEntry["onError"]),
    fresh: entry["fresh"] === true,
  };
}

function checkSchedule(front: Frontmatter, entry: Record<string, unknown>, index: number): void {
  for (const key of ["each", "when"]) {
    if (entry[key] !== undefined && typeof entry[key] !== "string")
      throw entryError(front, entry, index, `has a "${key}" that is not a template in quotes`);
  }
  const policy = entry["on_error"];
  if (policy !== undefined && policy !== null && !ON_ERROR.includes(policy)) {
    throw entryError(front, entry, index, 'has an "on_error" that is not fail, null or skip');
  }
  if (entry["fresh"] !== undefined && typeof entry["fresh"] !== "boolean")
    throw entryError(front, entry, index, 'has a "fresh" that is not true or false');
}

/** @throws {ModullmError} RLLM_008 with the whole cycle when entries read each other */
function checkOrder(front: Frontmatter, entries: readonly UsesEntry[]): void {
  const done = new Set<string>();
  function visit(entry: UsesEntry, trail: readonly string[]): void {
    if (done.has(entry.name)) return;
    if (trail.includes(entry.name)) {
      const cycle = [...trail.slice(trail.indexOf(entry.name)), entry.name];
      throw new ModullmError(
        "RLLM_008",
        `The uses entries read each other: ${cycle.join(" -> ")}`,
        {
          details: { cycle },
          place: front.keyPlace("uses"),
        },
      );
    }
    for (const name of entry.reads) {
      const next = entries.find((other) => other.name === name);
      if (next) visit(next, [...trail, entry.name]);
    }
    done.add(entry.name);
  }
  for (const entry of entries) visit(entry, []);
}

function entryError(front: Frontmatter, entry: unknown, index: number, what: string): ModullmError {
  return new ModullmError("RLLM_008", `uses entry ${index + 1} ${what}`, {
    details: { entry },
    place: front.place(["uses", index]),
  });
}
