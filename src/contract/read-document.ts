import { isObject } from "../core/json.ts";
import type { JsonSchema, SchemaFault } from "./contract.ts";
import {
  isReplacedByRef,
  keywordsOf,
  keywordValue,
  reference,
  type Children,
  type ReferenceKeyword,
  type Resource,
  type SchemaDocument,
  type SchemaNode,
  type SchemaPath,
} from "./document.ts";
import { draftOf, isSince, keywordOf, type Draft } from "./keywords.ts";
import { Patterns } from "./patterns.ts";
import { sharedNodes } from "./sharing.ts";
import {
  absolute,
  decodeFragment,
  fileUri,
  NO_FILE,
  pointerOf,
  shownUri,
  unescapeToken,
  withoutFragment,
} from "./uri.ts";

/**
 * Deeper schemas and larger ones are refused: both come from generators gone wrong or from hostile
 * YAML aliases.
 */
const MAX_DEPTH = 200;
const MAX_NODES = 50_000;

export interface ReadSchemaOptions {
  /** Other schemas by absolute URI, which a `$ref` may name. */
  readonly documents?: Readonly<Record<string, JsonSchema | boolean>>;
  /** The URI of the schema itself, `fileUri` of its file. @default it lies in no file */
  readonly base?: string;
  /** Why there is no document of a URI: the end of a sentence about the reference. */
  readonly problems?: Readonly<Record<string, string>>;
}

/**
 * Reads a schema into nodes and resolves its references. Never throws; `faults` says what is wrong
 * with the references.
 */
export function readDocument(
  schema: JsonSchema | boolean,
  options: ReadSchemaOptions = {},
): SchemaDocument {
  const reader = new DocumentReader(options);
  const draft = reader.rootDraft(schema, "2020-12", []);
  const root = reader.readRoot(schema, reader.base, draft);
  reader.resolveAll();
  const document = {
    root,
    nodes: reader.nodes,
    faults: reader.faults,
    absent: [...reader.absent],
    origin: ({ resource }: SchemaNode) => reader.origins.get(resource.home) ?? null,
    tracksEvaluated: reader.nodes.some(
      (node) => node.children.has("unevaluatedProperties") || node.children.has("unevaluatedItems"),
    ),
    isDynamic: reader.nodes.some(
      (node) =>
        reference(node, "$dynamicRef") !== null || reference(node, "$recursiveRef") !== null,
    ),
    target: (node: SchemaNode, keyword: ReferenceKeyword) =>
      reader.targets.get(node)?.get(keyword) ?? null,
  };
  return { ...document, shared: sharedNodes(document) };
}

class DocumentReader {
  readonly nodes: SchemaNode[] = [];
  readonly faults: SchemaFault[] = [];
  readonly targets = new Map<SchemaNode, Map<ReferenceKeyword, SchemaNode>>();
  readonly absent = new Set<string>();
  /** Of other documents by their URI: the reference that first led there. */
  readonly origins = new Map<string, SchemaPath>();
  readonly base: string;
  readonly #documents: Readonly<Record<string, JsonSchema | boolean>>;
  readonly #problems: Readonly<Record<string, string>>;
  readonly #patterns = new Patterns();
  readonly #resources = new Map<string, Resource>();
  readonly #places = new Map<unknown, SchemaNode[]>();
  #resolved = 0;

  constructor({ documents = {}, base = NO_FILE, problems = {} }: ReadSchemaOptions) {
    this.#documents = documents;
    this.#problems = problems;
    this.base = base;
  }

  rootDraft(schema: unknown, inherited: Draft, path: SchemaPath): Draft {
    const uri =
      isObject(schema) && Object.hasOwn(schema, "$schema") ? schema["$schema"] : undefined;
    const draft = typeof uri === "string" ? draftOf(uri) : null;
    if (draft !== "3") return draft ?? inherited;
    this.#fault(
      [...path, "$schema"],
      "names draft 3, which is not supported; the drafts from 4 to 2020-12 are",
    );
    return inherited;
  }

  readRoot(schema: JsonSchema | boolean, uri: string, draft: Draft): SchemaNode {
    const resource = this.#openResource(uri, uri);
    const node = this.#read(schema, [], draft, resource);
    resource.root ??= node;
    return node;
  }

  /**
   * References may lead to places that hold more references, so the list grows while it is walked.
   */
  resolveAll(): void {
    for (; this.#resolved < this.nodes.length; this.#resolved++) {
      const node = this.nodes[this.#resolved];
      if (node === undefined) continue;
      for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"] as const)
        this.#resolve(node, keyword);
    }
  }

  #read(
    schema: JsonSchema | boolean,
    path: SchemaPath,
    inherited: Draft,
    outer: Resource,
  ): SchemaNode {
    const { draft, resource } = this.#enter(schema, path, inherited, outer);
    const children = new Map<string, Children>();
    const node: SchemaNode = {
      schema,
      path,
      draft,
      resource,
      patterns: this.#patterns,
      keywords: keywordsOf(schema, draft),
      children,
    };
    this.nodes.push(node);
    if (typeof schema === "boolean") return node;
    resource.root ??= node;
    const places = this.#places.get(schema);
    if (places === undefined) this.#places.set(schema, [node]);
    else places.push(node);
    this.#nameAnchors(node);
    for (const keyword of Object.keys(schema)) {
      const found = this.#readChildren(schema[keyword], keyword, node);
      if (found !== null) children.set(keyword, found);
    }
    return node;
  }

  #readChildren(value: unknown, keyword: string, node: SchemaNode): Children | null {
    const shape = keywordOf(keyword, node.draft)?.shape;
    const path = [...node.path, keyword];
    switch (shape) {
      case "schema":
        return this.#readChild(value, path, node);
      case "schemas":
        return Array.isArray(value) ? this.#readList(value, path, node) : null;
      case "schema-or-schemas":
        return Array.isArray(value)
          ? this.#readList(value, path, node)
          : this.#readChild(value, path, node);
      case "named-schemas":
      case "dependencies": {
        if (!isObject(value)) return null;
        const found = new Map<string, SchemaNode>();
        for (const name of Object.keys(value)) {
          const one = this.#readChild(value[name], [...path, name], node);
          if (one !== null) found.set(name, one);
        }
        return found;
      }
      default:
        return null;
    }
  }

  #readList(values: readonly unknown[], path: SchemaPath, node: SchemaNode): SchemaNode[] {
    return values
      .map((value, index) => this.#readChild(value, [...path, index], node))
      .filter((one) => one !== null);
  }

  #readChild(value: unknown, path: SchemaPath, parent: SchemaNode): SchemaNode | null {
    if (typeof value !== "boolean" && !isObject(value)) return null;
    if (path.length > MAX_DEPTH) {
      this.#faultOnce(path, `is nested deeper than ${MAX_DEPTH} levels`);
      return null;
    }
    if (this.nodes.length >= MAX_NODES) {
      this.#faultOnce([], `holds more than ${MAX_NODES} subschemas`);
      return null;
    }
    return this.#read(value, path, parent.draft, parent.resource);
  }

  /** The draft and the resource that a schema's `$schema` and `$id` put it in. */
  #enter(
    schema: unknown,
    path: SchemaPath,
    inherited: Draft,
    outer: Resource,
  ): { draft: Draft; resource: Resource } {
    if (!isObject(schema)) return { draft: inherited, resource: outer };
    const key = inherited === "4" ? "id" : "$id";
    const id = Object.hasOwn(schema, key) ? schema[key] : undefined;
    if (typeof id !== "string" || isReplacedByRef(schema, inherited))
      return { draft: inherited, resource: outer };
    const draft = this.rootDraft(schema, inherited, path);
    const isFragment = id.startsWith("#");
    if (isFragment) return { draft, resource: outer };
    const uri = absolute(id, outer.uri);
    if (uri === null) {
      this.#fault([...path, key], `is "${id}", but a URI is wanted`);
      return { draft, resource: outer };
    }
    return { draft, resource: this.#openResource(withoutFragment(uri), outer.home) };
  }

  #openResource(uri: string, home: string): Resource {
    const [anchors, dynamicAnchors] = [new Map(), new Map()];
    const resource: Resource = { uri, home, anchors, dynamicAnchors, root: null };
    if (!this.#resources.has(uri)) this.#resources.set(uri, resource);
    return resource;
  }

  #nameAnchors(node: SchemaNode): void {
    const anchor = keywordValue(node, "$anchor");
    const dynamic = keywordValue(node, "$dynamicAnchor");
    const id = keywordValue(node, node.draft === "4" ? "id" : "$id");
    if (typeof anchor === "string") node.resource.anchors.set(anchor, node);
    if (typeof dynamic === "string") {
      node.resource.anchors.set(dynamic, node);
      node.resource.dynamicAnchors.set(dynamic, node);
    }
    if (typeof id === "string" && !isSince(node.draft, "2019-09") && id.includes("#")) {
      node.resource.anchors.set(id.slice(id.indexOf("#") + 1), node);
    }
  }

  #resolve(node: SchemaNode, keyword: ReferenceKeyword): void {
    const text = reference(node, keyword);
    if (text === null) return;
    const found = this.#find(text, node);
    if (typeof found === "string") {
      this.#referenceFault(node, keyword, found);
      return;
    }
    const targets = this.targets.get(node) ?? new Map<ReferenceKeyword, SchemaNode>();
    this.targets.set(node, targets.set(keyword, found));
  }

  /** The node a reference leads to, or a reason why there is none. */
  #find(text: string, node: SchemaNode): SchemaNode | string {
    const named = absolute(text, node.resource.uri);
    if (named === null) return `is "${text}", but a URI reference is wanted`;
    const uri = fileUri(named);
    const base = withoutFragment(uri);
    const resource = base === node.resource.uri ? node.resource : this.#resourceAt(base, node);
    if (resource?.root == null) return this.#missing(text, base);
    const fragment = decodeFragment(uri);
    if (fragment === null) return `is "${text}", whose fragment is not well encoded`;
    if (fragment === "") return resource.root;
    if (fragment.startsWith("/"))
      return this.#follow(resource.root, fragment) ?? `points at "${text}", but nothing is there`;
    return (
      resource.anchors.get(fragment) ?? `names the anchor "${fragment}", which no schema here has`
    );
  }

  #missing(text: string, base: string): string {
    const scheme = base.slice(0, base.indexOf(":"));
    if (base.startsWith(NO_FILE)) this.absent.add(base);
    const problem = Object.hasOwn(this.#problems, base) ? this.#problems[base] : undefined;
    if (problem !== undefined) return `points at "${text}": ${problem}`;
    return base.startsWith(NO_FILE) && !text.includes(":")
      ? `points at "${text}", which is not in this schema; other files are never loaded`
      : `points at "${text}", which is not in this schema; nothing is ever fetched over ` +
          `${scheme}. Copy it under "$defs"`;
  }

  #resourceAt(uri: string, from: SchemaNode): Resource | null {
    const known = this.#resources.get(uri);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.#documents, uri)) return null;
    const schema = this.#documents[uri];
    if (schema === undefined) return null;
    const origin = this.origins.get(from.resource.home) ?? [...from.path, "$ref"];
    this.origins.set(uri, origin);
    const node = this.readRoot(schema, uri, this.rootDraft(schema, from.draft, []));
    const resource = this.#resources.get(uri) ?? node.resource;
    resource.root ??= node;
    return resource;
  }

  #follow(root: SchemaNode, pointer: string): SchemaNode | null {
    let value: unknown = root.schema;
    let holder = root;
    let path = root.path;
    for (const token of pointer.slice(1).split("/").map(unescapeToken)) {
      if (Array.isArray(value)) {
        if (!/^(0|[1-9]\d*)$/.test(token)) return null;
        path = [...path, Number(token)];
        value = value[Number(token)];
      } else {
        if (!isObject(value) || !Object.hasOwn(value, token)) return null;
        path = [...path, token];
        value = value[token];
      }
      holder = this.#nodeAt(value, path) ?? holder;
    }
    if (typeof value !== "boolean" && !isObject(value)) return null;
    return this.#nodeAt(value, path) ?? this.#read(value, path, holder.draft, holder.resource);
  }

  #nodeAt(value: unknown, path: SchemaPath): SchemaNode | null {
    const candidates = typeof value === "boolean" ? [] : (this.#places.get(value) ?? []);
    return (
      candidates.find(
        (node) =>
          node.path.length === path.length && node.path.every((key, at) => key === path[at]),
      ) ?? null
    );
  }

  /** Told at the place in the schema itself that led there. */
  #referenceFault(node: SchemaNode, keyword: string, reason: string): void {
    const path = [...node.path, keyword];
    const origin = this.origins.get(node.resource.home);
    if (origin === undefined) return this.#fault(path, reason);
    const where = `"${shownUri(node.resource.home)}", whose ${pointerOf(path)}`;
    this.#fault(origin, `leads to ${where} ${reason}`);
  }

  #fault(schemaPath: SchemaPath, reason: string): void {
    this.faults.push({ schemaPath, reason });
  }

  #faultOnce(schemaPath: SchemaPath, reason: string): void {
    if (!this.faults.some((fault) => fault.reason === reason)) this.#fault(schemaPath, reason);
  }
}
