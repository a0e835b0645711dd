import { writeJson } from "../../core/json.ts";
import type { CategoryBranch, CategoryNode, CategoryTree, ProgramPage } from "../program-index.ts";
import { nameCursor } from "./cursor.ts";
import { byCodeUnit, type NamedProgram } from "./naming.ts";

/** A program with its place, in the order of names. */
export interface PlacedProgram extends NamedProgram {
  /** `domain/task/shape`. */
  readonly category: string;
}

/** Counts o200k_base tokens. */
export type CountTokens = (text: string) => Promise<number>;

/** A category with all that is below it. */
interface Node {
  readonly category: string;
  readonly programs: readonly PlacedProgram[];
  readonly below: readonly Node[];
}

export const PAGE_SIZE = 15;
/** Categories of one page; the largest are shown. */
const MOST_BELOW = 40;

/** The categories of programs, and what each costs to open. */
export interface Tree {
  /** Programs. */
  readonly size: number;
  categories(): Promise<readonly CategoryNode[]>;
  /** Null where there is no such category. */
  page(category: string, options: TreePageOptions): Promise<ProgramPage | null>;
  whole(): Promise<CategoryTree["categories"]>;
  /** Every category, for hints. */
  paths(): readonly string[];
}

export interface TreePageOptions {
  readonly after: string | null;
  readonly limit: number;
}

export function createTree(programs: readonly PlacedProgram[], count: CountTokens): Tree {
  const top = childrenOf("", programs);
  const nodes = new Map(top.flatMap(withBelow).map((node) => [node.category, node]));
  const known = new Map<Node, Promise<CategoryNode>>();

  function costOf(node: Node): Promise<CategoryNode> {
    const cost = known.get(node) ?? weigh(node);
    known.set(node, cost);
    return cost;
  }

  async function weigh(node: Node): Promise<CategoryNode> {
    const first = await pageOf(node, { after: null, limit: PAGE_SIZE });
    const { category, programs: own } = node;
    return { category, programs: own.length, tokens: await count(writeJson(first)) };
  }

  async function pageOf(node: Node, { after, limit }: TreePageOptions): Promise<ProgramPage> {
    const rest = node.programs.filter(({ name }) => after === null || name > after);
    const shown = rest.slice(0, limit);
    const last = shown.at(-1);
    return {
      category: node.category,
      total: node.programs.length,
      categories: after === null ? await Promise.all(largest(node.below).map(costOf)) : [],
      programs: shown.map(({ name, facts: { summary } }) => ({ name, summary })),
      next_cursor: last && rest.length > shown.length ? nameCursor(last.name) : null,
    };
  }

  async function branchOf(node: Node): Promise<CategoryBranch> {
    const below =
      node.below.length > 0
        ? await Promise.all(node.below.map(branchOf))
        : node.programs.map(({ name }) => name);
    return { ...(await costOf(node)), below };
  }

  return {
    size: programs.length,
    categories: async () => await Promise.all(top.map(costOf)),
    async page(category, options) {
      const node = nodes.get(category);
      return node === undefined ? null : await pageOf(node, options);
    },
    whole: async () => await Promise.all(top.map(branchOf)),
    paths: () => [...nodes.keys()],
  };
}

/** The categories one step below a path, in the order of their names. */
function childrenOf(path: string, programs: readonly PlacedProgram[]): readonly Node[] {
  const start = path === "" ? 0 : path.length + 1;
  const groups = new Map<string, PlacedProgram[]>();
  for (const program of programs) {
    const { category } = program;
    if (category.length <= path.length) continue;
    const end = category.indexOf("/", start);
    const child = end === -1 ? category : category.slice(0, end);
    const group = groups.get(child);
    if (group) group.push(program);
    else groups.set(child, [program]);
  }
  return [...groups]
    .toSorted(([a], [b]) => byCodeUnit(a, b))
    .map(([category, own]) => ({ category, programs: own, below: childrenOf(category, own) }));
}

function withBelow(node: Node): readonly Node[] {
  return [node, ...node.below.flatMap(withBelow)];
}

/** In the order of names. */
function largest(nodes: readonly Node[]): readonly Node[] {
  if (nodes.length <= MOST_BELOW) return nodes;
  const bySize = nodes.toSorted((a, b) => b.programs.length - a.programs.length);
  const chosen = new Set(bySize.slice(0, MOST_BELOW));
  return nodes.filter((node) => chosen.has(node));
}
