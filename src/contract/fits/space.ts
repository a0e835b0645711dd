import { isObject, writeJson } from "../../core/json.ts";
import type { JsonSchema } from "../contract.ts";
import {
  keywordsOf,
  reference,
  type Resource,
  type SchemaDocument,
  type SchemaNode,
} from "../document.ts";
import { Patterns } from "../patterns.ts";
import { readDocument } from "../read-document.ts";

/** A subschema in a `Space`. Two that say the same, word for word, have one number. */
export type NodeId = number;

/** The values that meet all of some subschemas and none of others. */
export interface Expr {
  readonly all: readonly NodeId[];
  readonly none: readonly NodeId[];
}

/** Thrown where a question takes too many steps to be decided. */
export class Undecided extends Error {}

/**
 * The subschemas of all documents that are compared with each other, and new ones made of them.
 * Grows, never changes.
 */
export class Space {
  readonly #nodes: SchemaNode[] = [];
  readonly #ids = new Map<SchemaNode, NodeId>();
  readonly #byText = new Map<string, NodeId>();
  readonly #roots = new Map<JsonSchema | boolean, NodeId>();
  readonly #owners = new Map<SchemaNode, SchemaDocument>();

  /** A schema that compiles; what `findFaults` refuses must not come here. */
  read(schema: JsonSchema | boolean): NodeId {
    const known = this.#roots.get(schema);
    if (known !== undefined) return known;
    const id = this.add(readDocument(schema));
    this.#roots.set(schema, id);
    return id;
  }

  add(document: SchemaDocument): NodeId {
    for (const node of document.nodes)
      if (reference(node, "$ref") !== null) this.#owners.set(node, document);
    return this.id(document.root);
  }

  node(id: NodeId): SchemaNode {
    const node = this.#nodes[id];
    if (node === undefined) throw new RangeError(`There is no node ${id}`);
    return node;
  }

  id(node: SchemaNode): NodeId {
    const known = this.#ids.get(node);
    if (known !== undefined) return known;
    const text = writeJson(node.schema);
    // What a reference, or a draft of its own, means depends on the place; everything else is what
    // it says.
    const id = /"\$(?:ref|dynamicRef|recursiveRef|schema)"/.test(text)
      ? this.#append(node)
      : this.#named(`${node.draft} ${text}`, () => node);
    this.#ids.set(node, id);
    return id;
  }

  target(id: NodeId): NodeId | null {
    const node = this.node(id);
    const target = this.#owners.get(node)?.target(node, "$ref") ?? null;
    return target === null ? null : this.id(target);
  }

  constant(value: unknown): NodeId {
    return this.#named(`2020-12 ${writeJson({ const: value })}`, () => made({ const: value }, []));
  }

  anything(): NodeId {
    return this.#named("2020-12 true", () => made(true, []));
  }

  nothing(): NodeId {
    return this.#named("2020-12 false", () => made(false, []));
  }

  /** A schema without references, such as `{ type: "string" }`. */
  plain(schema: JsonSchema): NodeId {
    return this.#named(`2020-12 ${writeJson(schema)}`, () => readDocument(schema).root);
  }

  not(id: NodeId): NodeId {
    return this.#named(`not ${id}`, () => made({ not: {} }, [["not", this.node(id)]]));
  }

  all(ids: readonly NodeId[]): NodeId {
    const distinct = [...new Set(ids)].filter((id) => this.node(id).schema !== true);
    return distinct.length === 0 ? this.anything() : this.#joined("allOf", distinct);
  }

  any(ids: readonly NodeId[]): NodeId {
    const distinct = [...new Set(ids)].filter((id) => this.node(id).schema !== false);
    return distinct.length === 0 ? this.nothing() : this.#joined("anyOf", distinct);
  }

  /** The expression as one subschema. */
  join({ all, none }: Expr): NodeId {
    return this.all([...all, ...none.map((id) => this.not(id))]);
  }

  /** A list of exactly these items. */
  list(items: readonly NodeId[]): NodeId {
    const schema = {
      type: "array",
      prefixItems: [],
      minItems: items.length,
      maxItems: items.length,
    };
    const nodes = items.map((id) => this.node(id));
    return this.#named(`list ${items.join(" ")}`, () => made(schema, [["prefixItems", nodes]]));
  }

  /**
   * A list of any length, each item of which is in the subschema; or, with `some`, at least one.
   */
  listOf(id: NodeId, options: { readonly some?: boolean } = {}): NodeId {
    const keyword = options.some ? "contains" : "items";
    return this.#named(`${keyword} ${id}`, () =>
      made({ type: "array", [keyword]: {} }, [[keyword, this.node(id)]]),
    );
  }

  /** A list with such an item at the index. */
  listWith(index: number, id: NodeId): NodeId {
    const before = Array.from({ length: index }, () => this.node(this.anything()));
    const schema = { type: "array", prefixItems: [], minItems: index + 1 };
    return this.#named(`item ${index} ${id}`, () =>
      made(schema, [["prefixItems", [...before, this.node(id)]]]),
    );
  }

  /**
   * An object with exactly these properties, all of them there; with `open`, others may be there
   * too.
   */
  object(
    properties: ReadonlyMap<string, NodeId>,
    options: { readonly open?: boolean } = {},
  ): NodeId {
    const open = options.open ?? false;
    const required = [...properties.keys()];
    const nodes = new Map([...properties].map(([name, id]) => [name, this.node(id)] as const));
    const rest = open ? [] : ([["additionalProperties", this.node(this.nothing())]] as const);
    return this.#named(`object ${open} ${JSON.stringify([...properties])}`, () =>
      made({ type: "object", required }, [["properties", nodes], ...rest]),
    );
  }

  #joined(keyword: "allOf" | "anyOf", ids: readonly NodeId[]): NodeId {
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) return only;
    const nodes = ids.map((id) => this.node(id));
    return this.#named(`${keyword} ${ids.join(" ")}`, () =>
      made({ [keyword]: [] }, [[keyword, nodes]]),
    );
  }

  #named(text: string, make: () => SchemaNode): NodeId {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const node = make();
    const id = this.#append(node);
    this.#byText.set(text, id);
    this.#ids.set(node, id);
    return id;
  }

  #append(node: SchemaNode): NodeId {
    return this.#nodes.push(node) - 1;
  }
}

type Children = SchemaNode["children"] extends ReadonlyMap<string, infer Held> ? Held : never;

/**
 * A subschema that stands in no document; its children are nodes of others, so its own text does
 * not repeat them.
 */
function made(
  schema: JsonSchema | boolean,
  children: readonly (readonly [string, Children])[],
): SchemaNode {
  return {
    schema,
    path: [],
    draft: "2020-12",
    resource: NOWHERE,
    patterns: new Patterns(),
    keywords: keywordsOf(schema, "2020-12"),
    children: new Map(children),
  };
}

const NOWHERE: Resource = {
  uri: "made:/",
  home: "made:/",
  anchors: new Map(),
  dynamicAnchors: new Map(),
  root: null,
};

/** Whether a subschema lets everything through, as far as one look tells. */
export function isOpen(schema: unknown): boolean {
  return schema === true || (isObject(schema) && Object.keys(schema).length === 0);
}
