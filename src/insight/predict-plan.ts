import type { ModelFacts } from "../model/facts.ts";
import { type NodeEstimate, estimateNode, estimateWithoutModel } from "./predict-node.ts";
import type { Task } from "./predict-schedule.ts";
import { average } from "./quantiles.ts";
import type { RunRecord } from "../store/runs.ts";

/** A program and what it uses or its model may call, once for each entry. */
export interface PredictionNode {
  readonly path: string;
  /** The program's own. */
  readonly name: string;
  /** The model it would be run with; null where it asks none. */
  readonly model: string | null;
  /** Whether it has blocks, whose time only past runs tell. */
  readonly hasBlocks: boolean;
  /** The entry of `uses`, or the tool, that it is for; null for the root. */
  readonly entry: string | null;
  /** Calls of its model in one run; tries after failures not counted. */
  readonly calls: { readonly least: number; readonly most: number };
  /** Where it is a tool: how often its parent's model may call it; null: it is none. */
  readonly mostTimes: number | null;
  /** Entries beside it whose outputs it reads: it starts when they are done. */
  readonly reads: readonly string[];
  /**
   * How often it runs below one run of its parent, by the file (an entry runs once) or its input;
   * null: that depends on answers.
   */
  readonly times: { readonly count: number; readonly from: "file" | "input" } | null;
  /** Tokens of its first request; null where they can't even be estimated. */
  readonly promptTokens: number | null;
  /**
   * Whether they are a count of the request as it will be sent, not an estimate of one that depends
   * on answers.
   */
  readonly promptKnown: boolean;
  /** The most tokens an answer may have, by the program; null where it does not say. */
  readonly maxCompletion: number | null;
  /** What the catalogue knows of the model. */
  readonly facts: ModelFacts | null;
  readonly children: readonly PredictionNode[];
}

/** Runs of a program with a model, newest last. */
export type RunsOf = (path: string, model: string | null) => readonly RunRecord[];

/**
 * `file`: once. `input`: as many as it has. `runs`: as often as in past runs. `guess`: once, for
 * want of anything better.
 */
export type TimesFrom = "file" | "input" | "runs" | "guess";

/** A node of the tree with what is to be expected of it. */
export interface Planned extends Task {
  readonly node: PredictionNode;
  /** Equal nodes share one. */
  readonly estimate: NodeEstimate;
  /** How often it may run below one run of its parent, each as likely as the others. */
  readonly times: readonly number[];
  readonly timesFrom: TimesFrom;
  /** How often it will run in the whole tree, on average. */
  readonly expected: number;
  readonly children: readonly Planned[];
}

/** How many of the newest runs count: a model's speed of last year says little. */
export const NEWEST = 500;

/** Asks for the runs of each program once, and works out each estimate once. */
export function planTree(tree: PredictionNode, runsOf: RunsOf): Planned {
  const histories = new Map<string, readonly RunRecord[]>();
  const estimates = new Map<string, NodeEstimate>();

  function history({ path, model }: PredictionNode): readonly RunRecord[] {
    const key = JSON.stringify([path, model]);
    const known = histories.get(key) ?? runsOf(path, model).slice(-NEWEST);
    histories.set(key, known);
    return known;
  }

  function estimate(node: PredictionNode): NodeEstimate {
    const key = JSON.stringify([
      node.path,
      node.model,
      node.promptTokens,
      node.promptKnown,
      node.maxCompletion,
    ]);
    const known = estimates.get(key) ?? estimateOf(node, history(node));
    estimates.set(key, known);
    return known;
  }

  function plan(node: PredictionNode, parent: PredictionNode | null, above: number): Planned {
    const siblings = parent?.children ?? [];
    const { times, timesFrom } = timesOf(node, parent, history);
    const expected = above * (average(times) ?? 0);
    return {
      node,
      provider: node.model?.slice(0, node.model.indexOf("/")).toLowerCase() ?? null,
      needs: node.reads.length,
      followers: siblings.flatMap(({ reads }, at) =>
        node.entry !== null && reads.includes(node.entry) ? [at] : [],
      ),
      estimate: estimate(node),
      times,
      timesFrom,
      expected,
      children: node.children.map((child) => plan(child, node, expected)),
    };
  }

  return plan(tree, null, 1);
}

/** Root first. */
export function flat(planned: Planned): readonly Planned[] {
  const nodes: Planned[] = [planned];
  // The list grows while it is walked.
  for (let at = 0; at < nodes.length; at++) nodes.push(...(nodes[at]?.children ?? []));
  return nodes;
}

function estimateOf(node: PredictionNode, runs: readonly RunRecord[]): NodeEstimate {
  return node.model === null ? estimateWithoutModel(node, runs) : estimateNode(node, runs);
}

type Times = Pick<Planned, "times" | "timesFrom">;

function timesOf(
  node: PredictionNode,
  parent: PredictionNode | null,
  history: (node: PredictionNode) => readonly RunRecord[],
): Times {
  if (node.times !== null) return { times: [node.times.count], timesFrom: node.times.from };
  const past = parent === null ? [] : pastTimes(node, parent, history);
  return past.length === 0
    ? { times: [1], timesFrom: "guess" }
    : { times: past, timesFrom: "runs" };
}

/** For each run of the parent that is on record, how many runs of this program it led to. */
function pastTimes(
  node: PredictionNode,
  parent: PredictionNode,
  history: (node: PredictionNode) => readonly RunRecord[],
): readonly number[] {
  const own = history(node);
  const [oldest] = own;
  // A tool without runs was not called.
  if (oldest === undefined)
    return node.mostTimes === null ? [] : history(parent).flatMap(({ ok }) => (ok ? [0] : []));
  const led = new Map<string, number>();
  for (const run of own)
    if (run.parent !== null) led.set(run.parent, (led.get(run.parent) ?? 0) + 1);
  const parents = history(parent);
  // What came before this program was first used with this model says nothing; what is cut off
  // where its history begins, too little.
  const first = parents.findIndex((run) => run.id === oldest.parent);
  const comparable = parents.slice(own.length < NEWEST ? Math.max(0, first) : first + 1);
  const alike = parent.children.filter(
    (each) => each.path === node.path && each.model === node.model,
  );
  const others = alike.reduce((sum, each) => sum + (each.times?.count ?? 0), 0);
  const sharers = alike.filter((each) => each.times === null).length;
  return comparable
    .filter((run) => run.ok && (first >= 0 || run.started > oldest.started))
    .map((run) => Math.max(0, Math.round(((led.get(run.id) ?? 0) - others) / sharers)));
}
