import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { isObject, writeJson } from "./json.ts";
import { numberFault, numberFromText } from "./json-number.ts";

/** Why a document is refused, and where: a UTF-16 offset. */
export class YamlFault extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/** How many times as large as it is written aliases and merges may make a document. */
const MAX_GROWTH = 100;
/** Values that any document may have. */
const ALWAYS_TAKEN = 10_000;

/**
 * The value of a document: what JSON has and nothing else. Its time grows with the document, and
 * with what merges copy.
 */
export class YamlValue {
  readonly value: unknown;
  /** What each anchor names; the last one of a name. */
  readonly anchors = new Map<string, Node>();
  /** What anchors met so far name. */
  readonly #named = new Map<string, Built | "open">();
  #written = 0;
  #grown = 0;

  /** @throws {YamlFault} */
  constructor({ contents }: Document) {
    this.value = this.#build(contents).value;
  }

  #build(node: unknown): Built {
    this.#written++;
    if (isAlias(node)) return this.#alias(node);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return { value: null, size: 1 };
    if (node.tag) throw new YamlFault(`the tag ${node.tag} is not supported`, startOf(node));
    const { anchor } = node;
    if (anchor !== undefined) this.#named.set(anchor, "open");
    const built = isScalar(node) ? { value: scalarValue(node), size: 1 } : this.#collection(node);
    if (anchor !== undefined) {
      this.#named.set(anchor, built);
      this.anchors.set(anchor, node);
    }
    return built;
  }

  #collection(node: Exclude<Node, Scalar | Alias>): Built {
    if (isMap(node)) return this.#mapping(node);
    const items = isSeq(node) ? node.items.map((item) => this.#build(item)) : [];
    return { value: items.map(({ value }) => value), size: sizeOf(items) };
  }

  #alias(node: Alias): Built {
    const built = this.#named.get(node.source);
    if (built === undefined)
      throw new YamlFault(`no anchor before the alias *${node.source} has its name`, startOf(node));
    if (built === "open")
      throw new YamlFault(`the alias *${node.source} stands within what it names`, startOf(node));
    this.#grow(built.size, node);
    return built;
  }

  #grow(by: number, node: Node): void {
    this.#grown += by;
    if (this.#grown <= ALWAYS_TAKEN || this.#grown <= MAX_GROWTH * this.#written) return;
    const reason = `aliases make it more than ${MAX_GROWTH} times as large as it is written`;
    throw new YamlFault(reason, startOf(node));
  }

  #mapping(node: YAMLMap): Built {
    const own = new Map<string, Built>();
    let merged: readonly Record<string, unknown>[] | null = null;
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) {
        if (merged !== null) throw new YamlFault(SECOND_MERGE, startOf(key));
        merged = this.#merges(value, key);
        continue;
      }
      const name = this.#key(key, node);
      if (own.has(name)) throw new YamlFault("Map keys must be unique", startOf(key, node));
      own.set(name, this.#build(value));
    }
    const object: Record<string, unknown> = {};
    for (const source of (merged ?? []).toReversed())
      for (const [name, value] of Object.entries(source)) setOwn(object, name, value);
    for (const [name, { value }] of own) setOwn(object, name, value);
    return { value: object, size: sizeOf([...own.values()]) + Object.keys(object).length };
  }

  #key(key: unknown, map: YAMLMap): string {
    const { value } = isAlias(key) ? this.#alias(key) : this.#build(key);
    if (value === null) return "";
    if (typeof value === "string") return value;
    if (typeof value === "object") throw new YamlFault(COMPOUND_KEY, startOf(key, map));
    return writeJson(value);
  }

  /** What a merge key names; of a list, the first one that has a key gives its value. */
  #merges(node: unknown, key: Scalar): readonly Record<string, unknown>[] {
    const { value, size } = this.#build(node);
    const sources: readonly unknown[] = Array.isArray(value) ? value : [value];
    const mappings = sources.filter(isObject);
    if (mappings.length < sources.length) throw new YamlFault(NO_MERGE, startOf(key));
    this.#grow(size, key);
    return mappings;
  }
}

/** A value, and how many values it holds where each alias is written out. */
interface Built {
  readonly value: unknown;
  readonly size: number;
}

const NO_MERGE =
  '"<<" merges a mapping, an alias of one, or a list of them, and something else stands ' +
  "there; put the key in quotes if it is none";
const SECOND_MERGE = 'a mapping has one "<<"; merge several with a list: <<: [*first, *second]';
const COMPOUND_KEY =
  'a key is a list or mapping; a template that begins a value stands in quotes: "{{…}}"';

function isMergeKey(key: unknown): key is Scalar {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function scalarValue(node: Scalar): unknown {
  const { value, source = String(value) } = node;
  const digits = typeof value === "bigint" ? String(value) : source;
  if (typeof value !== "bigint" && typeof value !== "number") return value;
  if (/^[-+]?\.(?:inf|nan)$/i.test(source))
    throw new YamlFault(`${source} is not a JSON number`, startOf(node));
  const number = numberFromText(digits);
  if (number !== null) return number;
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source;
  throw new YamlFault(`the number ${shown} ${numberFault(digits)}`, startOf(node));
}

function sizeOf(parts: readonly Built[]): number {
  return parts.reduce((sum, { size }) => sum + size, 1);
}

function startOf(node: unknown, holder?: Node): number {
  const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : null;
  return (range ?? holder?.range)?.[0] ?? 0;
}

/** "__proto__" is a key like any other. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}
