import { isObject } from "../core/json.ts";
import type { JsonSchema, SchemaFault } from "./contract.ts";
import {
  type Children,
  isOnlyReference,
  reference,
  type SchemaDocument,
  type SchemaNode,
} from "./document.ts";
import { readDocument, type ReadSchemaOptions } from "./read-document.ts";
import { pointerOf, shownUri } from "./uri.ts";

/** A schema that is whole by itself. */
export interface Bundle {
  readonly schema: JsonSchema;
  /** Of references; others are found when the schema is compiled. */
  readonly faults: readonly SchemaFault[];
  /** Files whose schemas are not there yet. */
  readonly absent: readonly string[];
  /** A fault in what came from another file, at the reference that led there. */
  placed(fault: SchemaFault): SchemaFault;
}

/**
 * Copies what a schema's references name in other documents under its own `$defs`, so that whoever
 * reads it (proofs, providers, digests) needs no other file. Without such references it is the same
 * object.
 */
export function bundleSchema(schema: JsonSchema, options: ReadSchemaOptions): Bundle {
  const document = readDocument(schema, options);
  const { absent, nodes } = document;
  const isWhole = nodes.every(
    (node) => document.origin(node) === null && !namesItself(document, node),
  );
  const bundler = new Bundler(document, schema);
  const whole = isWhole || document.faults.length > 0 ? schema : bundler.bundle();
  return {
    schema: whole,
    faults: [...document.faults, ...bundler.faults],
    absent,
    placed: (fault) => bundler.placed(fault),
  };
}

/** Names of what the reader of a copy would take for its own. */
const OF_A_DOCUMENT = new Set([
  "$id",
  "$schema",
  "$anchor",
  "$dynamicAnchor",
  "$recursiveAnchor",
  "$vocabulary",
  "$defs",
  "definitions",
]);

interface Copied {
  readonly name: string;
  readonly node: SchemaNode;
}

class Bundler {
  readonly faults: SchemaFault[] = [];
  readonly #document: SchemaDocument;
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #copies = new Map<string, Copied>();

  constructor(document: SchemaDocument, schema: JsonSchema) {
    this.#document = document;
    this.#own = isObject(schema["$defs"]) ? schema["$defs"] : {};
  }

  bundle(): JsonSchema {
    const root = this.#copy(this.#document.root);
    const defs: Record<string, unknown> = {};
    // What is copied may name more, so the list grows while it is walked.
    for (const { name, node } of this.#copies.values()) defs[name] = this.#copy(node);
    const own = isObject(root) && isObject(root["$defs"]) ? root["$defs"] : {};
    return { ...Object(root), $defs: { ...own, ...defs } };
  }

  placed(fault: SchemaFault): SchemaFault {
    const [keyword, name, ...rest] = fault.schemaPath;
    const copies = [...this.#copies.values()];
    const copied = keyword === "$defs" && copies.find((copy) => copy.name === name);
    if (!copied) return fault;
    const { node } = copied;
    const where = pointerOf([...node.path, ...rest]);
    return this.#faultAt(
      node,
      `leads to "${shownUri(node.resource.home)}", where ${where} ${fault.reason}`,
    );
  }

  #faultAt(node: SchemaNode, reason: string): SchemaFault {
    return { schemaPath: this.#document.origin(node) ?? [...node.path, "$ref"], reason };
  }

  #copy(node: SchemaNode): JsonSchema | boolean {
    if (typeof node.schema === "boolean") return node.schema;
    const isOwn = this.#document.origin(node) === null;
    if (!isOwn) this.#check(node);
    const kept = Object.entries(node.schema).filter(([key]) => isOwn || !OF_A_DOCUMENT.has(key));
    return Object.fromEntries(kept.map(([key, value]) => [key, this.#copyOf(node, key, value)]));
  }

  #copyOf(node: SchemaNode, key: string, value: unknown): unknown {
    if (key === "$ref") return this.#referenceFrom(node) ?? value;
    const children = node.children.get(key);
    return children === undefined ? value : this.#copyChildren(value, children);
  }

  #copyChildren(value: unknown, children: Children): unknown {
    if (children instanceof Map) {
      const copies = [...children].map(([name, child]) => [name, this.#copy(child)] as const);
      return { ...Object(value), ...Object.fromEntries(copies) };
    }
    if (isList(children)) return children.map((child) => this.#copy(child));
    return "schema" in children ? this.#copy(children) : value;
  }

  /** The text of a node's reference where the copy stands; null where it stays as it is. */
  #referenceFrom(node: SchemaNode): string | null {
    const { root, origin, target } = this.#document;
    const found = target(node, "$ref");
    const isOwn = found !== null && origin(node) === null && origin(found) === null;
    if (found === null || (isOwn && !namesItself(this.#document, node))) return null;
    if (origin(found) === null) return `#${encodeURI(pointerOf(found.path))}`;
    if (origin(node) === null && node.resource !== root.resource)
      this.faults.push(this.#faultAt(node, "leads to another file from below an $id"));
    return `#/$defs/${this.#nameOf(found)}`;
  }

  #nameOf(node: SchemaNode): string {
    const place = node.resource.home + pointerOf(node.path);
    const known = this.#copies.get(place);
    if (known) return known.name;
    const last = node.path.at(-1);
    const plain = String(last ?? shownUri(node.resource.home).replace(/\.\w+(?=$|#)/, ""));
    const wanted = plain.replaceAll(/[^A-Za-z0-9_-]+/g, "_");
    const taken = new Set([...this.#copies.values()].map(({ name }) => name));
    let name = wanted;
    for (let count = 2; taken.has(name) || Object.hasOwn(this.#own, name); count++)
      name = `${wanted}_${count}`;
    this.#copies.set(place, { name, node });
    return name;
  }

  /** What can't be said in the place of the copy. */
  #check(node: SchemaNode): void {
    const { root } = this.#document;
    const file = shownUri(node.resource.home);
    if (node.draft !== root.draft)
      this.faults.push(
        this.#faultAt(
          node,
          `leads to "${file}", which is of draft ${node.draft}, not ${root.draft}`,
        ),
      );
    const dynamic = (["$dynamicRef", "$recursiveRef"] as const).find(
      (keyword) => !isOnlyReference(node) && reference(node, keyword) !== null,
    );
    if (dynamic !== undefined)
      this.faults.push(
        this.#faultAt(node, `leads to "${file}", where a ${dynamic} depends on the way there`),
      );
  }
}

/**
 * Whether a schema names its own file: `./p.rllm#output/…` in the output schema of that program.
 */
function namesItself({ root, target }: SchemaDocument, node: SchemaNode): boolean {
  const isPlain = reference(node, "$ref")?.startsWith("#") ?? true;
  const found = isPlain ? null : target(node, "$ref");
  return node.resource === root.resource && found?.resource === root.resource;
}

function isList(children: Children): children is readonly SchemaNode[] {
  return Array.isArray(children);
}
