import type { PlainScalar, YamlPath, YamlPlaces } from "./yaml-places.ts";

/** A scalar has `written`, a list `items`, a mapping `pairs`. */
export interface PlainNode {
  readonly at: number;
  readonly value: unknown;
  readonly written?: string;
  readonly items?: readonly PlainNode[];
  readonly pairs?: ReadonlyMap<string, PlainPair>;
}

export interface PlainPair {
  /** Where its key stands. */
  readonly at: number;
  readonly node: PlainNode;
}

/** Where the values of a plain document stand. */
export class PlainPlaces implements YamlPlaces {
  readonly #root: PlainNode;
  readonly #scalars: readonly PlainScalar[];

  constructor(root: PlainNode, scalars: readonly PlainScalar[]) {
    this.#root = root;
    this.#scalars = scalars;
  }

  valueAt(path: YamlPath): number {
    let node = this.#root;
    for (const key of path) {
      const next = within(node, key);
      if (next === undefined) break;
      node = next;
    }
    return node.at;
  }

  keyAt(path: readonly string[]): number {
    const holder = this.#nodeAt(path.slice(0, -1));
    if (holder?.pairs === undefined) return this.valueAt(path);
    return holder.pairs.get(path.at(-1) ?? "")?.at ?? holder.at;
  }

  written(path: YamlPath): string | null {
    return this.#nodeAt(path)?.written ?? null;
  }

  plainScalars(): readonly PlainScalar[] {
    return this.#scalars;
  }

  #nodeAt(path: YamlPath): PlainNode | undefined {
    let node: PlainNode | undefined = this.#root;
    for (const key of path) node = node === undefined ? undefined : within(node, key);
    return node;
  }
}

function within({ pairs, items }: PlainNode, key: string | number): PlainNode | undefined {
  return pairs === undefined ? items?.[Number(key)] : pairs.get(String(key))?.node;
}
