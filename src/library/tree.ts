import { dirname, resolve } from "node:path";
import type { Program, ToolEntry, UsesEntry } from "../program/program.ts";
import { type LoadOptions, resolveUses } from "./load.ts";
import { createFinder, type ProgramFinder } from "./names.ts";
import { readProgram } from "./read.ts";
import { realFile } from "./real-file.ts";

/**
 * A program and all that it uses or its model may call, each file once. Unlike a loaded program it
 * may lack files, and files may use each other.
 */
export interface ProgramTree {
  /** The first is the program itself; the others in the order they are met, deep before wide. */
  readonly nodes: readonly TreeNode[];
}

export interface TreeNode {
  /** Absolute; of a missing library name as it is written; of what is no program `KIND:NAME`. */
  readonly path: string;
  /** Null when it can't be read, and for what is no program. */
  readonly program: Program | null;
  /** Why it can't be read; null when it can. */
  readonly missing: string | null;
  /** In the order of `uses`, then of `tools`. */
  readonly edges: readonly TreeEdge[];
}

export type TreeEdge = {
  /** Where in `nodes` it leads. */
  readonly to: number;
} & (
  | { readonly kind: "uses"; readonly entry: UsesEntry }
  | { readonly kind: "tool"; readonly entry: ToolEntry }
);

/**
 * Follows `uses` and `tools` all the way down. @throws {ModullmError} only for the program itself
 */
export async function inspectTree(
  path: string,
  { library = [] }: LoadOptions = {},
): Promise<ProgramTree> {
  const state: State = { nodes: [], places: new Map(), finder: createFinder({ library }) };
  const root = await realFile(resolve(path));
  await addProgram(await readProgram(root), root, state);
  return { nodes: state.nodes };
}

interface State {
  readonly nodes: (TreeNode & { edges: TreeEdge[] })[];
  /** By path. */
  readonly places: Map<string, number>;
  readonly finder: ProgramFinder;
}

async function addProgram(program: Program, path: string, state: State): Promise<number> {
  const node = { path, program, missing: null, edges: [] as TreeEdge[] };
  const place = put(node, state);
  for (const entry of program.uses)
    node.edges.push({ kind: "uses", entry, to: await addChild(entry.path, dirname(path), state) });
  for (const entry of program.tools)
    node.edges.push({ kind: "tool", entry, to: await addTool(entry, dirname(path), state) });
  return place;
}

async function addTool({ from }: ToolEntry, folder: string, state: State): Promise<number> {
  if (from.kind === "program") return await addChild(from.name, folder, state);
  const path = `${from.kind}:${from.name}`;
  return state.places.get(path) ?? put({ path, program: null, missing: null, edges: [] }, state);
}

async function addChild(written: string, folder: string, state: State): Promise<number> {
  let path = written;
  try {
    path = await resolveUses(written, folder, state.finder);
    const known = state.places.get(path);
    if (known !== undefined) return known;
    return await addProgram(await readProgram(path), path, state);
  } catch (thrown) {
    const known = state.places.get(path);
    if (known !== undefined) return known;
    return put(
      {
        path,
        program: null,
        missing: thrown instanceof Error ? thrown.message : String(thrown),
        edges: [],
      },
      state,
    );
  }
}

function put(node: State["nodes"][number], state: State): number {
  state.places.set(node.path, state.nodes.length);
  return state.nodes.push(node) - 1;
}
