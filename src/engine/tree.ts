import { writeJson } from "../core/json.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { EngineTools, RunOptions } from "./engine.ts";
import { createFeeds } from "./feeds.ts";
import { createPaidAnswers } from "./paid-answers.ts";
import type { Scope } from "./scope.ts";
import type { ChildPlace, Run, Tree } from "./state.ts";

const DEFAULT_CONCURRENCY = 4;

/** The outermost run that a tree is made for. */
export interface Root {
  readonly id: string;
  readonly loaded: LoadedProgram;
  readonly input: unknown;
  readonly tools: EngineTools;
  readonly scope: Scope;
  readonly options: RunOptions;
}

export function createTree(
  { id, loaded, input, tools, scope, options }: Root,
  runChild: Tree["runChild"],
): Tree {
  const { traces = [], cache = true, fresh = false } = options;
  const { principal } = scope;
  const unfinished = cache ? tools.unfinished : null;
  return {
    id,
    tools,
    options,
    scope,
    models: new Map(),
    toolboxes: new Map(),
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    feeds: createFeeds(traces, {
      root: id,
      principal: principal.id,
      redactor: tools.redactor,
      clock: tools.clock,
    }),
    calls: new Map(),
    media: new Map(),
    paid: createPaidAnswers(unfinished, {
      request: () => writeJson([principal.tenant, loaded.path, loaded.program.name, input]),
      forget: fresh,
    }),
    runChild,
  };
}

/** A run that nothing has been done for yet. */
export function createRun(
  tree: Tree,
  loaded: LoadedProgram,
  input: unknown,
  place: ChildPlace | null,
): Run {
  const { tools } = tree;
  const { program } = loaded;
  const id = place === null ? tree.id : tools.newId();
  const scope = scopeOf(tree, loaded, place);
  const schema = {
    get input() {
      return tools.sketch(program.input.schema);
    },
    get output() {
      return tools.sketch(program.output.schema);
    },
  };
  return {
    tree,
    id,
    parent: place?.parent ?? null,
    loaded,
    input,
    scope,
    signal: scope.signal,
    budget: scope.budget,
    fresh: place?.fresh ?? false,
    values: { input, uses: {}, schema },
    media: [],
    system: null,
    messages: [],
    output: undefined,
    answer: null,
    emit(event) {
      tree.feeds.tell(event, id);
    },
    release() {
      if (scope !== (place?.scope ?? tree.scope)) scope.end();
    },
  };
}

/** The scope it is given; narrower where its file has a budget. */
function scopeOf(tree: Tree, { program }: LoadedProgram, place: ChildPlace | null): Scope {
  const whole = place?.scope ?? tree.scope;
  if (!program.budget) return whole;
  return whole.within({ name: `"${program.name}"`, limits: program.budget });
}
