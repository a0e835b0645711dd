import { isObject } from "../../core/json.ts";
import { isOnlyReference, keywordValue } from "../document.ts";
import type { SchemaDocument, SchemaNode } from "../document.ts";
import { TooManySteps } from "../steps.ts";
import { assert, assertionsOf, type Assertions } from "./assertions.ts";
import { combinationRules } from "./combinations.ts";
import { finding, isWrongType, type Finding } from "./finding.ts";
import { itemRules, unevaluatedItems } from "./items.ts";
import type { Judge, Outcome, Place, Rule } from "./place.ts";
import { propertyRules, unevaluatedProperties } from "./properties.ts";
import { referenceRules } from "./references.ts";
import { Scopes, type Scope } from "./scope.ts";

/** Schemas held against values: some seconds. */
const MAX_STEPS = 5_000_000;
const FINE: Outcome = { found: [], seen: null };

/**
 * Judges values by the schema as written, in its own draft, and tells everything that is wrong.
 * This is the thorough half of a contract: it runs when the compiled check has said no, and for the
 * few schemas that are not compiled. What a schema asks is read from it once, when it is first held
 * against a value.
 */
export class Evaluator {
  readonly #document: SchemaDocument;
  readonly #plans = new Map<SchemaNode, Plan>();

  constructor(document: SchemaDocument) {
    this.#document = document;
  }

  /** @throws {RangeError} for a value too deep for the stack; `TooManySteps` past the limit. */
  evaluate(value: unknown): readonly Finding[] {
    const evaluation = new Evaluation(this.#document, this.#plans);
    return evaluation.hold(this.#document.root, value, null).found;
  }
}

/** What a schema asks of a value, in the order in which it is told. */
interface Plan {
  readonly references: readonly Rule<unknown>[];
  /** Null where `$ref` stands in for the whole schema. */
  readonly own: Own | null;
  /** Whether nothing but assertions look at a value that holds no other. */
  readonly isPlain: boolean;
  /** Whether the answer is remembered: several ways lead here. */
  readonly isShared: boolean;
}

interface Own {
  readonly assertions: Assertions;
  readonly items: readonly Rule<readonly unknown[]>[];
  readonly properties: readonly Rule<Readonly<Record<string, unknown>>>[];
  readonly combinations: readonly Rule<unknown>[];
  readonly otherItems: Rule<readonly unknown[]> | null;
  readonly otherProperties: Rule<Readonly<Record<string, unknown>>> | null;
}

function planFor(document: SchemaDocument, node: SchemaNode): Plan {
  const references = referenceRules(document, node);
  const isShared = document.shared.has(node);
  if (isOnlyReference(node)) return { references, own: null, isPlain: false, isShared };
  const own = {
    assertions: assertionsOf(node),
    items: itemRules(node),
    properties: propertyRules(node),
    combinations: combinationRules(node),
    otherItems: unevaluatedItems(node),
    otherProperties: unevaluatedProperties(node),
  };
  const isPlain = references.length === 0 && own.combinations.length === 0;
  return { references, own, isPlain, isShared };
}

/** One value, held against the root. */
class Evaluation implements Judge {
  readonly #document: SchemaDocument;
  readonly #plans: Map<SchemaNode, Plan>;
  /** By scope, by schema, by value: what was said of shared schemas. */
  #known: Map<Scope | null, Map<Plan, Map<unknown, Outcome>>> | null = null;
  #scopes: Scopes | null = null;
  #steps = 0;

  constructor(document: SchemaDocument, plans: Map<SchemaNode, Plan>) {
    this.#document = document;
    this.#plans = plans;
  }

  hold(node: SchemaNode, value: unknown, outer: Scope | null): Outcome {
    if (++this.#steps > MAX_STEPS) throw new TooManySteps();
    if (node.schema === true) return FINE;
    if (node.schema === false) return { found: [refusal(node)], seen: null };
    const plan = this.#planOf(node);
    if (plan.isPlain && !isCompound(value)) return judgePlain(plan, value);
    const scope = this.#document.isDynamic ? this.#enter(node, outer) : null;
    return plan.isShared ? this.#applyOnce(plan, value, scope) : this.#apply(plan, value, scope);
  }

  #enter(node: SchemaNode, outer: Scope | null): Scope {
    this.#scopes ??= new Scopes();
    return this.#scopes.enter(node.resource, outer);
  }

  #applyOnce(plan: Plan, value: unknown, scope: Scope | null): Outcome {
    this.#known ??= new Map();
    const ofScope = this.#known.get(scope) ?? new Map<Plan, Map<unknown, Outcome>>();
    const ofPlan = ofScope.get(plan) ?? new Map<unknown, Outcome>();
    const known = ofPlan.get(value);
    if (known !== undefined) return known;
    const outcome = this.#apply(plan, value, scope);
    this.#known.set(scope, ofScope.set(plan, ofPlan.set(value, outcome)));
    return outcome;
  }

  #planOf(node: SchemaNode): Plan {
    const known = this.#plans.get(node);
    if (known !== undefined) return known;
    const plan = planFor(this.#document, node);
    this.#plans.set(node, plan);
    return plan;
  }

  #apply({ references, own }: Plan, value: unknown, scope: Scope | null): Outcome {
    const seen = this.#document.tracksEvaluated
      ? { names: new Set<string>(), indexes: new Set<number>() }
      : null;
    const place: Place = { value, scope, found: [], seen, judge: this };
    for (const rule of references) rule(place, value);
    if (own === null) return place;
    assert(own.assertions, value, place.found);
    // The rest follows from a wrong type.
    if (place.found.length > 0 && place.found.some(isWrongType)) return place;
    if (Array.isArray(value)) for (const rule of own.items) rule(place, value);
    else if (isObject(value)) for (const rule of own.properties) rule(place, value);
    for (const rule of own.combinations) rule(place, value);
    if (Array.isArray(value)) own.otherItems?.(place, value);
    else if (isObject(value)) own.otherProperties?.(place, value);
    return place;
  }
}

/** Most of what is judged: text, numbers and constants under nothing but assertions. */
function judgePlain({ own }: Plan, value: unknown): Outcome {
  if (own === null) return FINE;
  const found: Finding[] = [];
  assert(own.assertions, value, found);
  return found.length === 0 ? FINE : { found, seen: null };
}

function isCompound(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** A schema that is `false` has no keyword of its own: the one that holds it is named. */
function refusal(node: SchemaNode): Finding {
  const holder = node.path.findLast(
    (key) => typeof key === "string" && keywordValue(node, key) === undefined,
  );
  const source = { keyword: String(holder ?? "false"), schemaPath: node.path };
  return finding(source, () => "is not allowed here");
}
