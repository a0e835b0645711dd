import { isObject } from "../core/json.ts";
import { didYouMean, nearest } from "../core/nearest.ts";
import { assert, limitOf, type Complaint } from "./assertions.ts";
import { explainBranches, type Finding } from "./branches.ts";
import { child, childList, childMap, isOnlyReference, keywordValue } from "./document.ts";
import type { SchemaDocument, SchemaNode, SchemaPath } from "./document.ts";
import { isSince } from "./keywords.ts";
import type { PatternReading } from "./patterns.ts";
import { count, join, quote } from "./reasons.ts";
import { dynamicTarget, recursiveTarget, Scopes, type Scope } from "./scope.ts";
import { TooManySteps } from "./steps.ts";

/** What a schema has against a value; the paths of the issues start at that value. */
export interface Outcome {
  readonly issues: readonly Finding[];
  readonly seen: Seen | null;
}

/**
 * What has been evaluated, for the `unevaluated…` keywords; null where no schema of the document
 * asks.
 */
interface Seen {
  readonly names: Set<string>;
  readonly indexes: Set<number>;
}

/** One schema at one value, while it is being judged. */
interface Place {
  readonly node: SchemaNode;
  readonly value: unknown;
  readonly scope: Scope;
  readonly issues: Finding[];
  readonly seen: Seen | null;
}

/** A node stops collecting here: only twenty issues are ever shown. */
const ENOUGH = 100;
/** Schemas held against values: some seconds. */
const MAX_STEPS = 5_000_000;
const DEPENDENT = ["dependentRequired", "dependentSchemas", "dependencies"];
const FINE: Outcome = { issues: [], seen: null };

/**
 * Judges a value by the schema as written, in its own draft, and tells everything that is wrong.
 * This is the slow and thorough half of a contract: it runs when the compiled check has said no,
 * and for the few schemas that are not compiled.
 */
export function evaluate(document: SchemaDocument, value: unknown): readonly Finding[] {
  return new Evaluator(document).judge(document.root, value, null).issues;
}

class Evaluator {
  readonly #document: SchemaDocument;
  /** By scope, by node, by value: what was said of equal schemas at equal values. */
  readonly #known = new Map<Scope | null, Map<SchemaNode, Map<unknown, Outcome>>>();
  readonly #scopes = new Scopes();
  #steps = 0;

  constructor(document: SchemaDocument) {
    this.#document = document;
  }

  judge(node: SchemaNode, value: unknown, outer: Scope | null): Outcome {
    if (node.schema === true) return FINE;
    if (node.schema === false) return { issues: [refusal(node)], seen: null };
    if (node.children.size === 0 && !isCompound(value) && !refers(node))
      return this.#leaf(node, value);
    const scope = this.#scopes.enter(node.resource, outer);
    if (!this.#document.shared.has(node)) return this.#judgeObject(node, value, scope);
    const ofScope = this.#known.get(scope) ?? new Map<SchemaNode, Map<unknown, Outcome>>();
    const ofNode = ofScope.get(node) ?? new Map<unknown, Outcome>();
    const known = ofNode.get(value);
    if (known !== undefined) return known;
    const outcome = this.#judgeObject(node, value, scope);
    this.#known.set(scope, ofScope.set(node, ofNode.set(value, outcome)));
    return outcome;
  }

  /** Most of what is judged: text, numbers and constants under nothing but assertions. */
  #leaf(node: SchemaNode, value: unknown): Outcome {
    if (++this.#steps > MAX_STEPS) throw new TooManySteps();
    const complaints = assert(node, value);
    return complaints.length === 0
      ? FINE
      : { issues: complaints.map((complaint) => asFinding(node, complaint)), seen: null };
  }

  #judgeObject(node: SchemaNode, value: unknown, scope: Scope): Outcome {
    if (++this.#steps > MAX_STEPS) throw new TooManySteps();
    const seen = this.#document.tracksEvaluated
      ? { names: new Set<string>(), indexes: new Set<number>() }
      : null;
    const place: Place = { node, value, scope, issues: [], seen };
    this.#references(place);
    if (isOnlyReference(node)) return place;
    for (const complaint of assert(node, value)) add(place.issues, [asFinding(node, complaint)]);
    if (place.issues.some((issue) => issue.keyword === "type" && issue.path.length === 0))
      return place;
    if (Array.isArray(value)) this.#array(place, value);
    else if (isObject(value)) this.#object(place, value);
    this.#combinations(place);
    if (Array.isArray(value)) this.#unevaluatedItems(place, value);
    else if (isObject(value)) this.#unevaluatedProperties(place, value);
    return place;
  }

  /** Applies a schema to the same value. */
  #same(place: Place, node: SchemaNode): boolean {
    const outcome = this.judge(node, place.value, place.scope);
    add(place.issues, outcome.issues);
    if (outcome.issues.length === 0) merge(place.seen, outcome.seen);
    return outcome.issues.length === 0;
  }

  /** Applies a schema to a part of the value. */
  #part(place: Place, node: SchemaNode, value: unknown, key: string | number): boolean {
    const { issues } = this.judge(node, value, place.scope);
    if (issues.length > 0 && place.issues.length < ENOUGH) {
      add(
        place.issues,
        issues.map((issue) => ({ ...issue, path: [key, ...issue.path] })),
      );
    }
    return issues.length === 0;
  }

  #references(place: Place): void {
    const { node, scope } = place;
    const plain = this.#document.target(node, "$ref");
    if (plain !== null) this.#same(place, plain);
    const dynamic = this.#document.target(node, "$dynamicRef");
    if (dynamic !== null)
      this.#same(place, dynamicTarget(dynamic, keywordValue(node, "$dynamicRef"), scope));
    const recursive = this.#document.target(node, "$recursiveRef");
    if (recursive !== null) this.#same(place, recursiveTarget(recursive, scope));
  }

  #combinations(place: Place): void {
    const { node } = place;
    for (const branch of childList(node, "allOf") ?? []) this.#same(place, branch);
    this.#alternatives(place, "anyOf");
    this.#alternatives(place, "oneOf");
    const not = child(node, "not");
    if (not !== null && this.judge(not, place.value, place.scope).issues.length === 0) {
      tell(place, "not", "is what the schema under `not` describes, and must not be");
    }
    const condition = child(node, "if");
    if (condition === null) return;
    const outcome = this.judge(condition, place.value, place.scope);
    const holds = outcome.issues.length === 0;
    if (holds) merge(place.seen, outcome.seen);
    const next = child(node, holds ? "then" : "else");
    if (next !== null) this.#same(place, next);
  }

  #alternatives(place: Place, keyword: "anyOf" | "oneOf"): void {
    const branches = childList(place.node, keyword);
    if (branches === null) return;
    const outcomes = branches.map((branch) => this.judge(branch, place.value, place.scope));
    const met = outcomes.flatMap((outcome, index) => (outcome.issues.length === 0 ? [index] : []));
    for (const index of met) merge(place.seen, outcomes[index]?.seen ?? null);
    if (met.length === 0) {
      const schemaPath = [...place.node.path, keyword];
      add(
        place.issues,
        explainBranches(
          keyword,
          schemaPath,
          place.value,
          outcomes.map((outcome) => outcome.issues),
        ),
      );
    } else if (keyword === "oneOf" && met.length > 1) {
      const which = join(met.map(String), "and");
      tell(
        place,
        keyword,
        `meets the alternatives ${which}, but exactly one of ${branches.length} is wanted`,
      );
    }
  }

  #array(place: Place, items: readonly unknown[]): void {
    const { node } = place;
    const tuple = childList(node, "prefixItems") ?? childList(node, "items") ?? [];
    for (const [index, schema] of tuple.entries()) {
      if (index < items.length) this.#item(place, schema, items[index], index);
    }
    const restKeyword = childList(node, "items") === null ? "items" : "additionalItems";
    const rest = child(node, restKeyword);
    if (rest?.schema === false) {
      if (items.length > tuple.length)
        tell(place, restKeyword, tooMany(items.length, tuple.length));
    } else if (rest !== null) {
      for (
        let index = tuple.length;
        index < items.length && place.issues.length < ENOUGH;
        index++
      ) {
        this.#item(place, rest, items[index], index);
      }
    }
    this.#contains(place, items);
  }

  #item(place: Place, schema: SchemaNode, item: unknown, index: number): void {
    this.#part(place, schema, item, index);
    place.seen?.indexes.add(index);
  }

  #contains(place: Place, items: readonly unknown[]): void {
    const { node, scope } = place;
    const wanted = child(node, "contains");
    if (wanted === null) return;
    const outcomes = items.map((item) => this.judge(wanted, item, scope).issues);
    const found = outcomes.filter((issues) => issues.length === 0).length;
    if (isSince(node.draft, "2020-12")) {
      for (const [index, issues] of outcomes.entries())
        if (issues.length === 0) place.seen?.indexes.add(index);
    }
    const least = limitOf(node, "minContains");
    const most = limitOf(node, "maxContains");
    const first = outcomes.find((issues) => issues.length > 0)?.[0];
    const why = first === undefined || found > 0 ? "" : `: the first ${first.reason}`;
    const tellCount = (keyword: string, limit: string): void => {
      tell(
        place,
        keyword,
        `holds ${count(found, "item")} that \`contains\` asks for, but ${limit} wanted${why}`,
      );
    };
    if (least === null && found === 0) tellCount("contains", "at least 1 is");
    if (least !== null && found < least)
      tellCount("minContains", `at least ${least} ${least === 1 ? "is" : "are"}`);
    if (most !== null && found > most)
      tellCount("maxContains", `at most ${most} ${most === 1 ? "is" : "are"}`);
  }

  #object(place: Place, value: Readonly<Record<string, unknown>>): void {
    const { node } = place;
    this.#required(place, value);
    const names = child(node, "propertyNames");
    if (names !== null)
      for (const name of Object.keys(value)) this.#propertyName(place, names, name);
    const properties = childMap(node, "properties");
    for (const [name, schema] of properties ?? []) {
      if (!hasProperty(place, value, name)) continue;
      this.#part(place, schema, value[name], name);
      place.seen?.names.add(name);
    }
    const patterns = patternsOf(node);
    const additional = child(node, "additionalProperties");
    if (patterns.length === 0 && additional === null) return this.#dependents(place, value);
    for (const name of Object.keys(value)) {
      if (place.issues.length >= ENOUGH) break;
      const matching = patterns.filter(({ reading }) => reading.test(name));
      for (const { schema } of matching) this.#part(place, schema, value[name], name);
      if (matching.length > 0) place.seen?.names.add(name);
      if (additional === null || matching.length > 0 || properties?.has(name) === true) continue;
      this.#extra(place, additional, "additionalProperties", name, value[name]);
    }
    this.#dependents(place, value);
  }

  #required(place: Place, value: Readonly<Record<string, unknown>>): void {
    const required = keywordValue(place.node, "required");
    if (!Array.isArray(required)) return;
    const properties = childMap(place.node, "properties");
    for (const name of required) {
      if (typeof name !== "string" || Object.hasOwn(value, name)) continue;
      const strangers = Object.keys(value).filter((key) => properties?.has(key) !== true);
      const near = nearest(name, strangers);
      const hint = near === null ? "" : `; ${quote(near)} may be meant to be it`;
      tell(place, "required", `lacks the required property ${quote(name)}${hint}`);
    }
  }

  #propertyName(place: Place, names: SchemaNode, name: string): void {
    const [issue] = this.judge(names, name, place.scope).issues;
    if (issue === undefined) return;
    const reason = `has the property name ${quote(name)}, which ${issue.reason}`;
    add(place.issues, [{ ...issue, path: [], reason }]);
  }

  #extra(place: Place, schema: SchemaNode, keyword: string, name: string, value: unknown): void {
    place.seen?.names.add(name);
    if (schema.schema !== false) {
      this.#part(place, schema, value, name);
      return;
    }
    const known = [...(childMap(place.node, "properties")?.keys() ?? [])];
    const missing = known.filter(
      (one) => isObject(place.value) && !Object.hasOwn(place.value, one),
    );
    const hint = didYouMean(name, missing);
    tell(
      place,
      keyword,
      `has the property ${quote(name)}, which the schema does not allow${hint && `.${hint}`}`,
    );
  }

  #dependents(place: Place, value: Readonly<Record<string, unknown>>): void {
    const { node } = place;
    if (!DEPENDENT.some((keyword) => node.keywords.has(keyword))) return;
    for (const keyword of ["dependentRequired", "dependencies"]) {
      const lists = keywordValue(node, keyword);
      for (const name of isObject(lists) ? Object.keys(lists) : []) {
        const needed = isObject(lists) ? lists[name] : undefined;
        if (!Array.isArray(needed) || !Object.hasOwn(value, name)) continue;
        const missing = needed.filter(
          (one) => typeof one === "string" && !Object.hasOwn(value, one),
        );
        for (const one of missing) {
          tell(
            place,
            keyword,
            `has the property ${quote(name)} and so must have ${quote(String(one))}`,
            [name],
          );
        }
      }
    }
    for (const keyword of ["dependentSchemas", "dependencies"]) {
      for (const [name, schema] of childMap(node, keyword) ?? []) {
        if (Object.hasOwn(value, name)) this.#same(place, schema);
      }
    }
  }

  #unevaluatedItems(place: Place, items: readonly unknown[]): void {
    const schema = child(place.node, "unevaluatedItems");
    if (schema === null || place.seen === null) return;
    for (const [index, item] of items.entries()) {
      if (place.seen.indexes.has(index) || place.issues.length >= ENOUGH) continue;
      if (schema.schema === false)
        tell(place, "unevaluatedItems", `has an item at ${index}, which the schema does not allow`);
      else this.#part(place, schema, item, index);
    }
    for (const index of items.keys()) place.seen.indexes.add(index);
  }

  #unevaluatedProperties(place: Place, value: Readonly<Record<string, unknown>>): void {
    const schema = child(place.node, "unevaluatedProperties");
    if (schema === null || place.seen === null) return;
    for (const name of Object.keys(value)) {
      if (place.seen.names.has(name) || place.issues.length >= ENOUGH) continue;
      this.#extra(place, schema, "unevaluatedProperties", name, value[name]);
    }
  }
}

function isCompound(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function refers({ keywords }: SchemaNode): boolean {
  return keywords.has("$ref") || keywords.has("$dynamicRef") || keywords.has("$recursiveRef");
}

function asFinding(node: SchemaNode, complaint: Complaint): Finding {
  const { keyword, reason, wanted } = complaint;
  const schemaPath = [...node.path, keyword];
  return wanted === undefined
    ? { keyword, reason, path: [], schemaPath }
    : { keyword, reason, wanted, path: [], schemaPath };
}

interface PatternSchema {
  readonly reading: Extract<PatternReading, { ok: true }>;
  readonly schema: SchemaNode;
}

const NO_PATTERNS: readonly PatternSchema[] = [];

function patternsOf(node: SchemaNode): readonly PatternSchema[] {
  const held = childMap(node, "patternProperties");
  if (held === null) return NO_PATTERNS;
  return [...held].flatMap(([source, schema]) => {
    const reading = node.patterns.read(source);
    return reading.ok ? [{ reading, schema }] : [];
  });
}

/**
 * An optional property that holds undefined counts as absent, as it would be once written as JSON.
 */
function hasProperty(
  place: Place,
  value: Readonly<Record<string, unknown>>,
  name: string,
): boolean {
  if (!Object.hasOwn(value, name)) return false;
  if (value[name] !== undefined) return true;
  const required = keywordValue(place.node, "required");
  return Array.isArray(required) && required.includes(name);
}

function tell(place: Place, keyword: string, reason: string, below: SchemaPath = []): void {
  add(place.issues, [
    { keyword, path: [], schemaPath: [...place.node.path, keyword, ...below], reason },
  ]);
}

function add(issues: Finding[], more: readonly Finding[]): void {
  for (const issue of more) if (issues.length < ENOUGH) issues.push(issue);
}

function merge(into: Seen | null, from: Seen | null): void {
  if (into === null || from === null) return;
  for (const name of from.names) into.names.add(name);
  for (const index of from.indexes) into.indexes.add(index);
}

/** A schema that is `false` has no keyword of its own: the one that holds it is named. */
function refusal(node: SchemaNode): Finding {
  const keyword = node.path.findLast(
    (key) => typeof key === "string" && keywordValue(node, key) === undefined,
  );
  return {
    keyword: String(keyword ?? "false"),
    path: [],
    schemaPath: node.path,
    reason: "is not allowed here",
  };
}

function tooMany(actual: number, most: number): string {
  return `has ${count(actual, "item")}, but at most ${most} ${most === 1 ? "is" : "are"} wanted`;
}
