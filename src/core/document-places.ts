import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from "yaml";
import type { PlainScalar, YamlPath as Path, YamlPlaces } from "./yaml-places.ts";

/** Where the values of a document of the library stand. */
export class DocumentPlaces implements YamlPlaces {
  readonly #document: Document;
  readonly #anchors: ReadonlyMap<string, Node>;
  /** The pairs of a mapping by their keys, for mappings that were asked for. */
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(document: Document, anchors: ReadonlyMap<string, Node>) {
    this.#document = document;
    this.#anchors = anchors;
  }

  valueAt(path: Path): number {
    let node: Node | null = this.#document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const key of path) {
      const holder = this.#resolved(node);
      const pair = isMap(holder) ? this.#pairsOf(holder).get(String(key)) : null;
      node = isSeq(holder) ? asNode(holder.items[Number(key)]) : asNode(pair?.value);
      // A value that was merged in stands where the merge does.
      if (isMap(holder) && !pair) return offsetOf(this.#pairsOf(holder).get("<<")?.key) ?? offset;
      if (!node) return offset;
      offset = node.range?.[0] ?? offset;
    }
    return offset;
  }

  keyAt(path: readonly string[]): number {
    const holder = this.#resolved(this.#nodeAt(path.slice(0, -1)));
    if (!isMap(holder)) return this.valueAt(path);
    const pairs = this.#pairsOf(holder);
    const key = pairs.get(path.at(-1) ?? "")?.key ?? pairs.get("<<")?.key;
    return offsetOf(key) ?? holder.range?.[0] ?? 0;
  }

  written(path: Path): string | null {
    const node = this.#resolved(this.#nodeAt(path));
    return isScalar(node) ? (node.source ?? null) : null;
  }

  plainScalars(): PlainScalar[] {
    const found: { text: string; offset: number }[] = [];
    visit(this.#document, {
      Scalar(_, node) {
        if (node.type === "PLAIN" && node.source !== undefined)
          found.push({ text: node.source, offset: node.range?.[0] ?? 0 });
      },
    });
    return found;
  }

  #nodeAt(path: Path): Node | null {
    let node: Node | null = this.#document.contents;
    for (const key of path) {
      const holder = this.#resolved(node);
      if (isMap(holder)) node = asNode(this.#pairsOf(holder).get(String(key))?.value);
      else node = isSeq(holder) ? asNode(holder.items[Number(key)]) : null;
    }
    return node;
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? (this.#anchors.get(node.source) ?? null) : node;
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known =
      this.#pairs.get(map) ??
      new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", pair]));
    this.#pairs.set(map, known);
    return known;
  }
}

function asNode(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null;
}

function offsetOf(value: unknown): number | null {
  return asNode(value)?.range?.[0] ?? null;
}
