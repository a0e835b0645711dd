import type { JsonSchema } from "../../contract/contract.ts";
import {
  child,
  childList,
  childMap,
  isOnlyReference,
  keywordValue,
  type SchemaDocument,
  type SchemaNode,
} from "../../contract/document.ts";
import { readDocument } from "../../contract/read-document.ts";
import { isObject } from "../../core/json.ts";
import { DefinitionNames } from "./names.ts";

export type Node = Readonly<Record<string, unknown>>;

/**
 * A schema of any draft in the words of 2020-12, with nothing in it but what counts: the same
 * values meet it. Every reference is `#/$defs/NAME` (or `#`, the root), and leads somewhere.
 */
export interface PlainSchema {
  readonly root: Node;
  readonly definitions: ReadonlyMap<string, Node>;
}

export interface PlainOptions {
  /** Whether `#` is kept for the root; else it gets a name among the definitions. */
  readonly keepsRoot: boolean;
  /** Whether the names become rules of a grammar. */
  readonly grammar: boolean;
}

export function plainSchema(schema: JsonSchema, options: PlainOptions): PlainSchema {
  return new Plainer(readDocument(schema), options).read();
}

const ANNOTATIONS = [
  ..."title description default examples deprecated readOnly writeOnly".split(" "),
  ..."contentEncoding contentMediaType".split(" "),
];
const VALUES = [
  ..."type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split(" "),
  ..."minLength maxLength format minItems maxItems uniqueItems required".split(" "),
  ..."minProperties maxProperties".split(" "),
];
const SINGLES =
  "not additionalProperties propertyNames unevaluatedProperties unevaluatedItems".split(" ");

class Plainer {
  readonly #document: SchemaDocument;
  readonly #options: PlainOptions;
  readonly #names: DefinitionNames;
  readonly #nameOf = new Map<SchemaNode, string>();
  readonly #targets: ReadonlySet<SchemaNode>;
  readonly #made = new Map<SchemaNode, Node>();

  constructor(document: SchemaDocument, options: PlainOptions) {
    this.#document = document;
    this.#options = options;
    const properties = document.nodes.flatMap((node) => [
      ...(childMap(node, "properties")?.keys() ?? []),
    ]);
    this.#names = new DefinitionNames({ grammar: options.grammar, properties });
    const targets = document.nodes.flatMap((node) => document.target(node, "$ref") ?? []);
    this.#targets = new Set(targets);
  }

  read(): PlainSchema {
    const { root, nodes } = this.#document;
    const isNamed = this.#targets.has(root) && !this.#options.keepsRoot;
    const top = isNamed ? this.#reference(root) : this.#inside(root);
    // Definitions lead to further ones: those are waiting in `#nameOf` as it grows.
    for (const [node] of this.#nameOf)
      if (!this.#made.has(node)) this.#made.set(node, this.#inside(node));
    const made = nodes.flatMap((node) => {
      const [name, content] = [this.#nameOf.get(node), this.#made.get(node)];
      return name === undefined || content === undefined ? [] : [[name, content] as const];
    });
    return { root: top, definitions: new Map(made) };
  }

  /** A schema at its place; one that is referred to stands among the definitions. */
  #at(node: SchemaNode): Node | boolean {
    if (typeof node.schema === "boolean") return node.schema;
    return this.#targets.has(node) ? this.#reference(node) : this.#inside(node);
  }

  #reference(node: SchemaNode): Node {
    if (node === this.#document.root && this.#options.keepsRoot) return { $ref: "#" };
    const name = this.#nameOf.get(node) ?? this.#names.free(wantedName(node));
    this.#nameOf.set(node, name);
    return { $ref: `#/$defs/${name}` };
  }

  #inside(node: SchemaNode): Node {
    const { schema } = node;
    if (typeof schema === "boolean") return schema ? {} : { not: {} };
    const out: Record<string, unknown> = {};
    for (const keyword of ANNOTATIONS)
      if (Object.hasOwn(schema, keyword)) out[keyword] = schema[keyword];
    const target = this.#document.target(node, "$ref");
    if (target !== null) Object.assign(out, this.#referenceTo(target));
    if (isOnlyReference(node)) return out;
    for (const keyword of ["$dynamicRef", "$recursiveRef"])
      if (keywordValue(node, keyword) !== undefined) out["$dynamicRef"] = true;
    this.#copyValues(node, out);
    this.#copyObject(node, out);
    this.#copyArray(node, out);
    for (const keyword of ["allOf", "anyOf", "oneOf"]) {
      const members = childList(node, keyword);
      if (members !== null) out[keyword] = members.map((one) => this.#at(one));
    }
    this.#copyCondition(node, out);
    return inOrderOf(schema, out);
  }

  #referenceTo(target: SchemaNode): Node {
    if (target.schema === true) return {};
    return target.schema === false ? { not: {} } : this.#reference(target);
  }

  #copyValues(node: SchemaNode, out: Record<string, unknown>): void {
    for (const keyword of VALUES) {
      const value = keywordValue(node, keyword);
      if (value !== undefined) out[keyword] = value;
    }
    for (const [flag, bound] of [
      ["exclusiveMinimum", "minimum"],
      ["exclusiveMaximum", "maximum"],
    ] as const) {
      if (typeof out[flag] !== "boolean") continue;
      if (out[flag] && out[bound] !== undefined) {
        out[flag] = out[bound];
        delete out[bound];
      } else delete out[flag];
    }
    const pattern = keywordValue(node, "pattern");
    if (typeof pattern === "string") out["pattern"] = this.#pattern(node, pattern);
  }

  /** As the contract reads it: without the needless escapes that some servers refuse. */
  #pattern({ patterns }: SchemaNode, source: string): string {
    const reading = patterns.read(source);
    return reading.ok ? reading.regex.source : source;
  }

  #copyObject(node: SchemaNode, out: Record<string, unknown>): void {
    for (const keyword of ["properties", "patternProperties", "dependentSchemas"]) {
      const held = childMap(node, keyword);
      if (held === null) continue;
      const isPattern = keyword === "patternProperties";
      const entries = [...held].map(
        ([name, one]) => [isPattern ? this.#pattern(node, name) : name, this.#at(one)] as const,
      );
      out[keyword] = Object.fromEntries(entries);
    }
    for (const keyword of SINGLES) {
      const held = child(node, keyword);
      if (held !== null) out[keyword] = this.#at(held);
    }
    const lists = ["dependentRequired", "dependencies"].flatMap((keyword) => {
      const value = keywordValue(node, keyword);
      return isObject(value) ? Object.entries(value) : [];
    });
    const required = lists.filter(([, needed]) => Array.isArray(needed));
    if (required.length > 0) out["dependentRequired"] = Object.fromEntries(required);
    const dependencies = childMap(node, "dependencies");
    if (dependencies !== null && dependencies.size > 0)
      out["dependentSchemas"] = Object.fromEntries(
        [...dependencies].map(([name, one]) => [name, this.#at(one)]),
      );
  }

  #copyArray(node: SchemaNode, out: Record<string, unknown>): void {
    const tuple = childList(node, "prefixItems") ?? childList(node, "items");
    const rest = child(node, childList(node, "items") === null ? "items" : "additionalItems");
    if (tuple !== null && tuple.length > 0) out["prefixItems"] = tuple.map((one) => this.#at(one));
    if (rest !== null) out["items"] = this.#at(rest);
    const contains = child(node, "contains");
    if (contains === null) return;
    out["contains"] = this.#at(contains);
    for (const keyword of ["minContains", "maxContains"]) {
      const value = keywordValue(node, keyword);
      if (value !== undefined) out[keyword] = value;
    }
  }

  #copyCondition(node: SchemaNode, out: Record<string, unknown>): void {
    const condition = child(node, "if");
    if (condition === null) return;
    const branches = ["then", "else"].flatMap((keyword) => {
      const branch = child(node, keyword);
      return branch === null ? [] : [[keyword, this.#at(branch)] as const];
    });
    // Without branches it says nothing, but what it evaluates counts.
    if (branches.length === 0 && !this.#document.tracksEvaluated) return;
    out["if"] = this.#at(condition);
    Object.assign(out, Object.fromEntries(branches));
  }
}

const MAPS = ["properties", "patternProperties", "dependentSchemas"];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const ONES = [...SINGLES, "items", "contains", "if", "then", "else"];

/** The schemas within a plain one: names of properties may be those of keywords. */
export function subschemas(node: Node): readonly unknown[] {
  const maps = MAPS.flatMap((keyword) =>
    Object.values(isObject(node[keyword]) ? node[keyword] : {}),
  );
  const lists = LISTS.flatMap((keyword) => listOf(node[keyword]));
  return [...maps, ...lists, ...ONES.map((keyword) => node[keyword])].filter(isObject);
}

/** A plain schema without some keywords, here and in all that is within. */
export function without(node: Node, keywords: ReadonlySet<string>): Node {
  const entries = Object.entries(node).flatMap(([keyword, value]) => {
    if (keywords.has(keyword)) return [];
    const inner = (schema: unknown): unknown =>
      isObject(schema) ? without(schema, keywords) : schema;
    if (MAPS.includes(keyword) && isObject(value)) {
      const named = Object.entries(value).map(([name, schema]) => [name, inner(schema)]);
      return [[keyword, Object.fromEntries(named)]];
    }
    if (LISTS.includes(keyword)) return [[keyword, listOf(value).map(inner)]];
    return [[keyword, ONES.includes(keyword) ? inner(value) : value]];
  });
  return Object.fromEntries(entries);
}

/** A schema with the definitions that it refers to, and those that they refer to. */
export function withDefinitions(
  root: Node,
  definitions: ReadonlyMap<string, Node>,
): Record<string, unknown> {
  const used = new Set<string>();
  const waiting: unknown[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isObject(next)) continue;
    const { $ref: reference } = next;
    const name = typeof reference === "string" ? reference.slice("#/$defs/".length) : "";
    if (name !== "" && !used.has(name)) {
      used.add(name);
      waiting.push(definitions.get(name) ?? null);
    }
    waiting.push(...subschemas(next));
  }
  const kept = [...definitions].filter(([name]) => used.has(name));
  return kept.length === 0 ? { ...root } : { ...root, $defs: Object.fromEntries(kept) };
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Keywords stand as they are written: a model reads them in that order. */
function inOrderOf(schema: JsonSchema, out: Node): Node {
  const written = Object.keys(schema).filter((keyword) => Object.hasOwn(out, keyword));
  const all = new Set([...written, ...Object.keys(out)]);
  return Object.fromEntries([...all].map((keyword) => [keyword, out[keyword]]));
}

function wantedName(node: SchemaNode): string {
  if (node.path.length === 0) return "root";
  return node.path.findLast((step) => typeof step === "string") ?? "definition";
}
