import { isObject } from "../../core/json.ts";
import { didYouMean, nearest } from "../../core/nearest.ts";
import { child, childMap, keywordValue, type SchemaNode } from "../document.ts";
import type { PatternReading } from "../patterns.ts";
import { quote } from "../reasons.ts";
import { sourceOf, type Finding } from "./finding.ts";
import { add, ENOUGH, judgePart, judgeSame, tell, type Place, type Rule } from "./place.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** What a schema makes of the properties of an object. */
export function propertyRules(node: SchemaNode): Rule<Mapping>[] {
  return [
    required(node),
    propertyNames(node),
    properties(node),
    otherProperties(node),
    dependentNames(node, "dependentRequired"),
    dependentNames(node, "dependencies"),
    dependentSchemas(node, "dependentSchemas"),
    dependentSchemas(node, "dependencies"),
  ].filter((rule) => rule !== null);
}

/** Comes after all other keywords. */
export function unevaluatedProperties(node: SchemaNode): Rule<Mapping> | null {
  const schema = child(node, "unevaluatedProperties");
  if (schema === null) return null;
  const judgeExtra = extra(node, schema, "unevaluatedProperties");
  return (place, value) => {
    for (const name of Object.keys(value)) {
      if (place.seen?.names.has(name) === true || place.found.length >= ENOUGH) continue;
      judgeExtra(place, value, name);
    }
  };
}

function required(node: SchemaNode): Rule<Mapping> | null {
  const names = requiredNames(node);
  if (names.length === 0) return null;
  const known = childMap(node, "properties");
  const source = sourceOf(node, "required");
  return (place, value) => {
    for (const name of names)
      if (!Object.hasOwn(value, name)) tell(place, source, () => lacking(name, value, known));
  };
}

function lacking(
  name: string,
  value: Mapping,
  known: ReadonlyMap<string, SchemaNode> | null,
): string {
  const strangers = Object.keys(value).filter((key) => known?.has(key) !== true);
  const near = nearest(name, strangers);
  const hint = near === null ? "" : `; ${quote(near)} may be meant to be it`;
  return `lacks the required property ${quote(name)}${hint}`;
}

function propertyNames(node: SchemaNode): Rule<Mapping> | null {
  const schema = child(node, "propertyNames");
  if (schema === null) return null;
  return (place, value) => {
    for (const name of Object.keys(value)) {
      const [first] = place.judge.hold(schema, name, place.scope).found;
      if (first !== undefined) add(place, [ofName(name, first)]);
    }
  };
}

function ofName(name: string, found: Finding): Finding {
  const reason = (): string => `has the property name ${quote(name)}, which ${found.reason()}`;
  return { ...found, path: [], reason };
}

function properties(node: SchemaNode): Rule<Mapping> | null {
  const schemas = namedSchemas(node, "properties");
  if (schemas.length === 0) return null;
  const needed = new Set(requiredNames(node));
  return (place, value) => {
    for (const { name, schema } of schemas) {
      if (!Object.hasOwn(value, name)) continue;
      const part = value[name];
      // An optional property that holds undefined is absent, as it would be once written as JSON.
      if (part === undefined && !needed.has(name)) continue;
      judgePart(place, schema, part, name);
      place.seen?.names.add(name);
    }
  };
}

/** `patternProperties`, and `additionalProperties` for what is left. */
function otherProperties(node: SchemaNode): Rule<Mapping> | null {
  const patterns = patternsOf(node);
  const additional = child(node, "additionalProperties");
  if (patterns.length === 0 && additional === null) return null;
  const known = childMap(node, "properties");
  const judgeExtra = additional === null ? null : extra(node, additional, "additionalProperties");
  return (place, value) => {
    for (const name of Object.keys(value)) {
      if (place.found.length >= ENOUGH) break;
      let isKnown = known?.has(name) === true;
      for (const { reading, schema } of patterns) {
        if (!reading.test(name)) continue;
        isKnown = true;
        judgePart(place, schema, value[name], name);
        place.seen?.names.add(name);
      }
      if (!isKnown) judgeExtra?.(place, value, name);
    }
  };
}

/** What becomes of a property that no other keyword speaks of. */
function extra(
  node: SchemaNode,
  schema: SchemaNode,
  keyword: string,
): (place: Place, value: Mapping, name: string) => void {
  const source = sourceOf(node, keyword);
  const known = [...(childMap(node, "properties")?.keys() ?? [])];
  return (place, value, name) => {
    place.seen?.names.add(name);
    if (schema.schema !== false) return judgePart(place, schema, value[name], name);
    tell(place, source, () => {
      const missing = known.filter((one) => !Object.hasOwn(value, one));
      const hint = didYouMean(name, missing);
      return `has the property ${quote(name)}, which the schema does not allow${hint && `.${hint}`}`;
    });
  };
}

function dependentNames(node: SchemaNode, keyword: string): Rule<Mapping> | null {
  const lists = keywordValue(node, keyword);
  if (!isObject(lists)) return null;
  const { schemaPath } = sourceOf(node, keyword);
  const needs = Object.entries(lists).flatMap(([name, needed]) =>
    Array.isArray(needed) ? [{ name, needed: needed.map(String) }] : [],
  );
  return (place, value) => {
    for (const { name, needed } of needs) {
      if (!Object.hasOwn(value, name)) continue;
      for (const one of needed.filter((key) => !Object.hasOwn(value, key))) {
        const source = { keyword, schemaPath: [...schemaPath, name] };
        const reason = `has the property ${quote(name)} and so must have ${quote(one)}`;
        tell(place, source, () => reason);
      }
    }
  };
}

function dependentSchemas(node: SchemaNode, keyword: string): Rule<Mapping> | null {
  const schemas = namedSchemas(node, keyword);
  if (schemas.length === 0) return null;
  return (place, value) => {
    for (const { name, schema } of schemas)
      if (Object.hasOwn(value, name)) judgeSame(place, schema);
  };
}

function namedSchemas(node: SchemaNode, keyword: string): { name: string; schema: SchemaNode }[] {
  return [...(childMap(node, keyword) ?? [])].map(([name, schema]) => ({ name, schema }));
}

function requiredNames(node: SchemaNode): readonly string[] {
  const names = keywordValue(node, "required");
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

interface PatternSchema {
  readonly reading: Extract<PatternReading, { ok: true }>;
  readonly schema: SchemaNode;
}

function patternsOf(node: SchemaNode): readonly PatternSchema[] {
  return [...(childMap(node, "patternProperties") ?? [])].flatMap(([source, schema]) => {
    const reading = node.patterns.read(source);
    return reading.ok ? [{ reading, schema }] : [];
  });
}
