import { isObject } from "../core/json.ts";
import { limitOf } from "./limits.ts";
import { BOUNDS, isJsonNumber, NO_BIGINT, NUMERIC } from "./big.ts";
import type { JsonSchema } from "./contract.ts";
import { child, childList, childMap, isOnlyReference, keywordValue } from "./document.ts";
import type { SchemaDocument, SchemaNode } from "./document.ts";
import { formatCheck } from "./formats.ts";
import { isSince } from "./keywords.ts";
import { Gauge } from "./gauge.ts";
import { findDuplicate, isSameJson, multipleOf } from "./values.ts";

/**
 * A schema for the compiler, and the targets of its references by the name they are called there.
 */
export interface Translation {
  readonly schema: JsonSchema | boolean;
  readonly targets: Readonly<Record<string, JsonSchema | boolean>>;
  /** What counts the steps of a check; null where none can take more than schema times value. */
  readonly gauge: Gauge | null;
}

/** The compiler makes one condition of them all, and nests one in the other. */
const FEW_CONSTANTS = 50;

type Writable = Record<string, unknown>;
type Refinement = { readonly check: (value: unknown) => boolean; readonly error: () => string };

/**
 * Says a schema of any draft in the words of 2020-12, with nothing in it but assertions. References
 * become names that the compiler looks up, so it never resolves a URI. What it gets wrong or does
 * slowly (`multipleOf`, `uniqueItems`, compound constants, `format`, which it keeps process-wide)
 * is handed to it as functions. Null for what it can't be trusted with.
 */
export function translate(document: SchemaDocument): Translation | null {
  if (document.isDynamic) return null;
  const translator = new Translator(document);
  const schema = translator.translate(document.root);
  if (!translator.isFaithful) return null;
  return { schema: withDraft(schema), targets: translator.targets, gauge: translator.gauge };
}

class Translator {
  readonly targets: Record<string, JsonSchema | boolean> = {};
  isFaithful = true;
  readonly gauge: Gauge | null;
  readonly #document: SchemaDocument;
  readonly #names = new Map<SchemaNode, string>();

  constructor(document: SchemaDocument) {
    this.#document = document;
    this.gauge = document.shared.size === 0 ? null : new Gauge(document.nodes.length);
  }

  translate(node: SchemaNode): JsonSchema | boolean {
    if (typeof node.schema === "boolean") return node.schema;
    const out: Writable = {};
    const target = this.#document.target(node, "$ref");
    if (target !== null) out["$ref"] = this.#nameOf(target);
    if (isOnlyReference(node)) return out;
    const refinements: Refinement[] = [];
    this.#copyAssertions(node, out, refinements);
    this.#copyLimits(node, out, refinements);
    for (const keyword of ["not", "if", "then", "else", "propertyNames", "contains"])
      this.#copyOne(node, keyword, out);
    for (const keyword of ["allOf", "anyOf", "oneOf"]) this.#copyList(node, keyword, out);
    this.#copyArray(node, out);
    this.#copyObject(node, out, refinements);
    if (refinements.length > 0) out["~refine"] = refinements;
    return this.#guardsNumbers(node) ? { allOf: [NO_BIGINT, out] } : out;
  }

  /**
   * The compiled check takes a bigint for no number. It is broken off where one is looked at, and
   * the evaluator decides.
   */
  #guardsNumbers(node: SchemaNode): boolean {
    const speaks = NUMERIC.some((keyword) => keywordValue(node, keyword) !== undefined);
    const type = keywordValue(node, "type");
    if (type === undefined) return speaks;
    const isAsked = [type].flat().some((one) => one === "number" || one === "integer");
    return isAsked;
  }

  /** `#` keeps the compiler from taking the name for another document. */
  #nameOf(target: SchemaNode): string {
    const known = this.#names.get(target);
    if (known !== undefined) return known;
    const name = `#${this.#names.size}`;
    this.#names.set(target, name);
    const schema = this.translate(target);
    this.targets[name] = this.#document.shared.has(target) ? this.#counted(schema) : schema;
    return name;
  }

  /** The step comes first: a check ends with the first thing that is wrong. */
  #counted(schema: JsonSchema | boolean): JsonSchema {
    const { gauge } = this;
    const step = { check: () => gauge?.step() ?? true, error: () => "" };
    return { allOf: [{ "~refine": [step] }, schema] };
  }

  #copyAssertions(node: SchemaNode, out: Writable, refinements: Refinement[]): void {
    const type = keywordValue(node, "type");
    if (type !== undefined) out["type"] = type;
    this.#copyConstants(node, out, refinements);
    const pattern = keywordValue(node, "pattern");
    const reading = typeof pattern === "string" ? node.patterns.read(pattern) : null;
    if (reading?.ok === true && reading.longest === Infinity) out["pattern"] = reading.regex;
    else if (reading?.ok === true)
      refine(refinements, (value) => typeof value !== "string" || reading.test(value));
    const format = keywordValue(node, "format");
    const check = typeof format === "string" ? formatCheck(format) : null;
    if (check !== null) refine(refinements, (value) => typeof value !== "string" || check(value));
    const divisor = keywordValue(node, "multipleOf");
    if (isJsonNumber(divisor)) {
      const isMultiple = multipleOf(divisor);
      refine(refinements, (value) => !isJsonNumber(value) || isMultiple(value));
    }
    if (keywordValue(node, "uniqueItems") === true) {
      refine(refinements, (value) => !Array.isArray(value) || findDuplicate(value) === null);
    }
  }

  #copyConstants(node: SchemaNode, out: Writable, refinements: Refinement[]): void {
    const allowed = keywordValue(node, "enum");
    if (Array.isArray(allowed)) {
      const scalars = new Set(allowed);
      if (!allowed.every(isScalar))
        refine(refinements, (value) => allowed.some((one) => isSameJson(one, value)));
      else if (allowed.length <= FEW_CONSTANTS) out["enum"] = allowed;
      else refine(refinements, (value) => scalars.has(value));
    }
    const wanted = keywordValue(node, "const");
    if (wanted === undefined) return;
    if (isScalar(wanted)) out["const"] = wanted;
    else refine(refinements, (value) => isSameJson(wanted, value));
  }

  #copyLimits(node: SchemaNode, out: Writable, refinements: Refinement[]): void {
    for (const keyword of [
      "minItems",
      "maxItems",
      "minProperties",
      "maxProperties",
      "minContains",
      "maxContains",
    ]) {
      const limit = limitOf(node, keyword);
      if (limit !== null) out[keyword] = limit;
    }
    for (const keyword of ["minLength", "maxLength"]) {
      const limit = limitOf(node, keyword);
      // The compiler doubles lengths in 32 bits; no string is longer than this anyway.
      if (limit !== null) out[keyword] = Math.min(limit, 2 ** 29);
    }
    for (const [keyword, exclusive] of [
      ["minimum", "exclusiveMinimum"],
      ["maximum", "exclusiveMaximum"],
    ] as const) {
      copy(node, keyword, out);
      const limit = keywordValue(node, exclusive);
      if (isJsonNumber(limit)) out[exclusive] = limit;
      if (limit === true && out[keyword] !== undefined) {
        out[exclusive] = out[keyword];
        delete out[keyword];
      }
      for (const word of [keyword, exclusive])
        if (typeof out[word] === "bigint") this.#boundBy(out[word], word, out, refinements);
    }
  }

  /** The compiler knows no bigints; a double is compared with one exactly. */
  #boundBy(limit: bigint, keyword: string, out: Writable, refinements: Refinement[]): void {
    delete out[keyword];
    const isMet = BOUNDS[keyword];
    if (isMet === undefined) return;
    refine(refinements, (value) => typeof value !== "number" || isMet(value, limit));
  }

  #copyOne(node: SchemaNode, keyword: string, out: Writable, name = keyword): void {
    const found = child(node, keyword);
    if (found !== null) out[name] = this.translate(found);
  }

  #copyList(node: SchemaNode, keyword: string, out: Writable, name = keyword): void {
    const found = childList(node, keyword);
    if (found !== null) out[name] = found.map((one) => this.translate(one));
  }

  #copyArray(node: SchemaNode, out: Writable): void {
    this.#copyList(node, "prefixItems", out);
    const hasTuple = childList(node, "items") !== null;
    if (hasTuple) this.#copyList(node, "items", out, "prefixItems");
    this.#copyOne(node, hasTuple ? "additionalItems" : "items", out, "items");
    const countsContained = isSince(node.draft, "2020-12") || !this.#document.tracksEvaluated;
    if (child(node, "contains") !== null && !countsContained) this.isFaithful = false;
  }

  #copyObject(node: SchemaNode, out: Writable, refinements: Refinement[]): void {
    // Constants first: they tell alternatives apart before anything below them is looked at, which
    // may be a whole tree.
    const properties = [...(childMap(node, "properties") ?? [])].toSorted(
      ([, one], [, other]) => cost(one) - cost(other),
    );
    const patterns = [...(childMap(node, "patternProperties") ?? [])];
    const [inherited, plain] = partition(properties, ([name]) => isInherited(name));
    if (plain.length > 0)
      out["properties"] = Object.fromEntries(
        plain.map(([name, one]) => [name, this.translate(one)]),
      );
    const byPattern = [
      ...inherited.map(([name, one]) => [`^${name}$`, this.translate(one)]),
      ...patterns.map(([source, one]) => [this.#quickSource(source, node), this.translate(one)]),
    ];
    if (byPattern.length > 0) out["patternProperties"] = Object.fromEntries(byPattern);
    this.#copyUnevaluated(node, out);
    this.#copyAdditional(node, out, refinements);
    const required = keywordValue(node, "required");
    const [odd, usual] = partition(Array.isArray(required) ? required : [], (name) =>
      isInherited(String(name)),
    );
    if (usual.length > 0) out["required"] = usual;
    if (odd.length > 0) {
      refine(
        refinements,
        (value) => !isObject(value) || odd.every((name) => Object.hasOwn(value, String(name))),
      );
    }
    this.#copyDependents(node, out);
  }

  #quickSource(source: string, { patterns }: SchemaNode): string {
    const reading = patterns.read(source);
    if (!reading.ok || reading.longest !== Infinity) this.isFaithful = false;
    return reading.ok ? reading.regex.source : source;
  }

  /**
   * The compiler matches every name against a joined pattern; to count the known ones is three
   * times as fast.
   */
  #copyAdditional(node: SchemaNode, out: Writable, refinements: Refinement[]): void {
    const isClosed =
      child(node, "additionalProperties")?.schema === false && !this.#document.tracksEvaluated;
    const names = [...(childMap(node, "properties")?.keys() ?? [])];
    const patterns = [...(childMap(node, "patternProperties")?.keys() ?? [])].map((source) =>
      node.patterns.read(source),
    );
    const regexes = patterns.flatMap((reading) => (reading.ok ? [reading.regex] : []));
    const only =
      names.length === 0 && patterns.length === 1
        ? [...(childMap(node, "patternProperties")?.values() ?? [])][0]
        : undefined;
    if (isClosed && only !== undefined) {
      // All that may be there matches the one pattern, so its schema is that of every property.
      out["additionalProperties"] = this.translate(only);
      delete out["patternProperties"];
      refine(refinements, (value) => !isObject(value) || hasOnlyLike(value, NO_NAMES, regexes));
    } else if (isClosed && (names.some(isInherited) || regexes.length > 0)) {
      const known = new Set(names);
      refine(refinements, (value) => !isObject(value) || hasOnlyLike(value, known, regexes));
    } else if (isClosed && !areRequired(names, node)) {
      refine(refinements, (value) => !isObject(value) || hasOnly(value, names));
    } else {
      this.#copyOne(node, "additionalProperties", out);
      // Patterns are joined by the compiler, and groups that are referred to would get other
      // numbers.
      const hasGroups = regexes.some(({ source }) => /\\[1-9k]|\(\?</.test(source));
      if (hasGroups && child(node, "additionalProperties") !== null) this.isFaithful = false;
    }
  }

  /**
   * The compiler mixes up what was evaluated where in all but the usual case: `false`, and the type
   * is known.
   */
  #copyUnevaluated(node: SchemaNode, out: Writable): void {
    for (const keyword of ["unevaluatedItems", "unevaluatedProperties"]) {
      const found = child(node, keyword);
      if (found === null) continue;
      const isUsual =
        keywordValue(node, "type") === (keyword === "unevaluatedItems" ? "array" : "object");
      if (!isUsual || typeof found.schema !== "boolean") this.isFaithful = false;
      this.#copyOne(node, keyword, out);
    }
  }

  #copyDependents(node: SchemaNode, out: Writable): void {
    const lists = [
      keywordValue(node, "dependentRequired"),
      keywordValue(node, "dependencies"),
    ].filter(isObject);
    const required = lists.flatMap((list) =>
      Object.entries(list).flatMap(([name, needed]) =>
        Array.isArray(needed) ? [[name, needed.map(String)] as const] : [],
      ),
    );
    if (required.length > 0) out["dependentRequired"] = Object.fromEntries(required);
    const schemas = [
      ...(childMap(node, "dependentSchemas") ?? []),
      ...(childMap(node, "dependencies") ?? []),
    ];
    if (schemas.length > 0) {
      out["dependentSchemas"] = Object.fromEntries(
        schemas.map(([name, one]) => [name, this.translate(one)]),
      );
    }
    const names = [
      ...required.flatMap(([name, needed]) => [name, ...needed]),
      ...schemas.map(([name]) => name),
    ];
    if (names.some((name) => isInherited(name))) this.isFaithful = false;
  }
}

/**
 * Tells the compiler that this is no draft-4 schema, whose references it would search the document
 * for.
 */
function withDraft(schema: JsonSchema | boolean): JsonSchema | boolean {
  return typeof schema === "boolean"
    ? schema
    : { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema };
}

function areRequired(names: readonly string[], node: SchemaNode): boolean {
  const required = keywordValue(node, "required");
  return Array.isArray(required) && names.every((name) => required.includes(name));
}

/** The compiler asks `name in value`, which every object answers with yes for these. */
function isInherited(name: string): boolean {
  return name in Object.prototype;
}

function hasOnly(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  let known = 0;
  for (const name of names) if (name in value) known++;
  return Object.getOwnPropertyNames(value).length === known;
}

function cost(node: SchemaNode): number {
  if (keywordValue(node, "const") !== undefined || keywordValue(node, "enum") !== undefined)
    return 0;
  return node.children.size === 0 && keywordValue(node, "$ref") === undefined ? 1 : 2;
}

const NO_NAMES: ReadonlySet<string> = new Set();

function hasOnlyLike(
  value: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  regexes: readonly RegExp[],
): boolean {
  for (const name in value) {
    if (
      !known.has(name) &&
      !regexes.some((regex) => regex.test(name)) &&
      Object.hasOwn(value, name)
    )
      return false;
  }
  return true;
}

/** What `===` compares as JSON does: beyond 2^53 a double may be equal to a bigint. */
function isScalar(value: unknown): boolean {
  if (isJsonNumber(value)) return Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER;
  return typeof value !== "object" || value === null;
}

function refine(refinements: Refinement[], check: Refinement["check"]): void {
  refinements.push({ check, error: () => "" });
}

function copy(node: SchemaNode, keyword: string, out: Writable): void {
  const value = keywordValue(node, keyword);
  if (value !== undefined) out[keyword] = value;
}

function partition<T>(all: readonly T[], belongs: (one: T) => boolean): [T[], T[]] {
  return [all.filter((one) => belongs(one)), all.filter((one) => !belongs(one))];
}
