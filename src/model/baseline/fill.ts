import type { JsonSchema } from "../../contract/contract.ts";
import { isObject, jsonType } from "../../core/json.ts";
import { findNumber, findPeople, isSupported, neutralValue, peopleIn, sentencesFor, weighValues } from "./evidence.ts";
import type { Sentence, Source } from "./source.ts";
import { findStrings } from "./strings.ts";

/** Values that are tried at most: a small schema may stand for a very large object. */
const VALUES = 2000;

/** What is read, and what stands around it. In a list of objects each sentence is a scope of its own. */
export interface Scope {
  readonly root: JsonSchema;
  readonly source: Source;
  /** What is asked about; and the rest, where the input holds a question and something to answer it from. */
  readonly sentences: readonly Sentence[];
  readonly knowledge: readonly Sentence[];
  readonly people: readonly string[];
  /** Whether `sentences` were picked out of more. */
  readonly picked: boolean;
  /** References that were followed on the way here: a schema that holds itself is filled once. */
  readonly refs: readonly unknown[];
  readonly tally: {
    /** The part of the evidence that the last choice had. */
    share: number;
    /** Required properties that found nothing, and values that were tried. */
    missing: number;
    values: number;
    /** Sentences that stand in the answer, and those that were ranked, best first. */
    readonly used: Set<Sentence>;
    readonly ranked: Map<readonly Sentence[], readonly Sentence[]>;
  };
}

/** A value for the schema. What nothing in the source speaks for is null or left out where the schema allows it, else neutral. */
export function fillSchema(schema: JsonSchema, source: Source): unknown {
  const asked = source.sentences.some(asks);
  const scope: Scope = {
    root: schema,
    source,
    sentences: asked ? source.sentences.filter(asks) : source.sentences,
    knowledge: asked ? source.sentences.filter((sentence) => !asks(sentence)) : [],
    people: findPeople(source.sentences),
    picked: false,
    refs: [],
    tally: { share: 0, missing: 0, values: 0, used: new Set(), ranked: new Map() },
  };
  return fill(schema, "", scope) ?? null;
}

function asks({ field }: Sentence): boolean {
  return /question|query|message|request|ticket|complaint/i.test(field);
}

function fill(given: unknown, name: string, scope: Scope): unknown {
  const target = isObject(given) ? given["$ref"] : undefined;
  if ((scope.tally.values += 1) > VALUES || scope.refs.includes(target)) return undefined;
  const inner = target === undefined ? scope : { ...scope, refs: [...scope.refs, target] };
  return fillResolved(resolve(given, scope.root), name, inner);
}

function fillResolved(schema: JsonSchema, name: string, scope: Scope): unknown {
  if ("const" in schema) return schema["const"];
  const copied = scope.picked ? undefined : scope.source.fields.get(name);
  if (Array.isArray(schema["enum"]))
    return schema["enum"].includes(copied) ? copied : choose(schema["enum"], toldOf(schema), scope);
  const branches = listOf(schema["anyOf"] ?? schema["oneOf"]).map((branch) => resolve(branch, scope.root));
  for (const branch of branches.filter((each) => each["type"] !== "null")) {
    const value = fill({ description: toldOf(schema), ...branch }, name, scope);
    if (value !== undefined) return value;
  }
  const types = listOf(
    schema["type"] ?? (isObject(schema["properties"]) ? "object" : branches.length > 0 ? [] : "string"),
  );
  const type = types.find((each) => each !== "null");
  if (copied !== undefined && jsonType(copied) === (type === "integer" ? "number" : type)) return copied;
  const nullable = types.includes("null") || branches.some((branch) => branch["type"] === "null");
  return fillType(type, schema, name, scope) ?? (nullable ? null : schema["default"]);
}

function fillType(type: unknown, schema: JsonSchema, name: string, scope: Scope): unknown {
  if (type === "object") return fillObject(schema, scope);
  if (type === "array") return fillList(schema, name, scope);
  if (type === "boolean") return isSupported(name, scope.sentences);
  if (type === "string") return findStrings(schema, name, scope, 1)[0];
  if (type !== "number" && type !== "integer") return undefined;
  const text = scope.sentences.map((sentence) => sentence.text).join("\n");
  const certainty =
    type === "number" && /confidence|probability|certainty/i.test(name) ? Number(scope.tally.share.toFixed(2)) : null;
  const found = certainty ?? findNumber(`${name} ${toldOf(schema)}`, text, type === "integer");
  return found === null
    ? undefined
    : Math.min(Number(schema["maximum"] ?? Infinity), Math.max(Number(schema["minimum"] ?? -Infinity), found));
}

function fillObject(schema: JsonSchema, scope: Scope): Record<string, unknown> {
  const properties = Object.entries(isObject(schema["properties"]) ? schema["properties"] : {});
  const entries = properties.map(([name, inner]) => {
    const required = listOf(schema["required"]).includes(name);
    const value = fill(inner, name, scope);
    if (value !== undefined || !required) return [name, value] as const;
    scope.tally.missing += 1;
    return [name, neutral(resolve(inner, scope.root))] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function fillList(schema: JsonSchema, name: string, scope: Scope): unknown[] {
  const items = resolve(schema["items"], scope.root);
  const most = Number(schema["maxItems"] ?? 50);
  const told = `${toldOf(schema)} ${toldOf(items)}`;
  const first = listOf(schema["prefixItems"]);
  if (first.length > 0) return first.map((item) => fill(item, name, scope) ?? null);
  if (Array.isArray(items["enum"])) {
    const weights = weighValues(items["enum"], told, scope.sentences);
    return items["enum"].filter((_, index) => (weights[index] ?? 0) > 0).slice(0, most);
  }
  const wanted = Math.min(most, Math.max(Number(schema["minItems"] ?? 0), 6));
  if ((items["type"] ?? "string") === "string")
    return findStrings({ ...items, description: told }, name, scope, wanted).slice(0, most);
  const cued = sentencesFor(name, scope.sentences, scope.people);
  const values = (scope.picked ? [] : (cued ?? scope.sentences)).slice(0, 200).flatMap((sentence) => {
    const before = scope.tally.missing;
    const own = {
      ...scope,
      sentences: [sentence],
      knowledge: [],
      people: peopleIn(sentence, scope.people),
      picked: true,
    };
    const value = fill(items, name, own);
    return value === undefined || (cued === null && scope.tally.missing > before) ? [] : [value];
  });
  return values.slice(0, most);
}

function choose(values: readonly unknown[], told: string, scope: Scope): unknown {
  const weights = weighValues(values, told, scope.sentences);
  const best = Math.max(...weights);
  scope.tally.share = best / (weights.reduce((sum, weight) => sum + weight, 0) + 1);
  return best > 0 ? values[weights.indexOf(best)] : neutralValue(values);
}

function neutral(schema: JsonSchema): unknown {
  if (schema["type"] === "number" || schema["type"] === "integer") return Number(schema["minimum"] ?? 0);
  return Number(schema["minLength"] ?? 0) > 0 ? "unknown" : "";
}

/** The schema with local references followed, `allOf` merged in, and a choice of constants as an enum. */
function resolve(given: unknown, root: JsonSchema, hops = 0): JsonSchema {
  const { $ref, allOf, ...own }: JsonSchema = isObject(given) && hops < 20 ? given : {};
  const steps = typeof $ref === "string" ? $ref.split("/").slice(1) : [];
  const target = typeof $ref === "string" ? [steps.reduce<unknown>(follow, root)] : [];
  const parts = [...[...target, ...listOf(allOf)].map((part) => resolve(part, root, hops + 1)), own];
  const schema: JsonSchema = {
    ...Object.assign({}, ...parts),
    ...(parts.some((part) => "properties" in part)
      ? { properties: Object.assign({}, ...parts.map((part) => part["properties"])) }
      : {}),
    required: parts.flatMap((part) => listOf(part["required"])),
  };
  const choices = listOf(schema["oneOf"] ?? schema["anyOf"]).filter(isObject);
  if (choices.length === 0 || !choices.every((choice) => "const" in choice)) return schema;
  const told = choices.map((choice) => `${String(choice["const"])}: ${toldOf(choice)}`);
  return {
    ...schema,
    enum: choices.map((choice) => choice["const"]),
    description: [toldOf(schema), ...told].join("\n"),
  };
}

function follow(at: unknown, step: string): unknown {
  return isObject(at) ? at[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
}

function toldOf({ description, title }: JsonSchema): string {
  return typeof description === "string" ? description : typeof title === "string" ? title : "";
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
