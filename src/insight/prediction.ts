import { childInput } from "../program/child-input.ts";
import type { App } from "../workspace.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { ModullmError, toModullmError } from "../core/error.ts";
import { isObject, writeJson } from "../core/json.ts";
import { completionLimit, modelName, promptTokens } from "../engine/prompt-tokens.ts";
import type { RunOptions } from "../engine/engine.ts";
import { DEFAULT_RETRIES } from "../engine/recovery.ts";
import { isEmpty } from "../engine/stages/uses.ts";
import { MOST_CALLS } from "../engine/tools/turn.ts";
import { childrenOf } from "../library/children.ts";
import type { Link, LoadedProgram } from "../library/load.ts";
import { fillText, templatePaths } from "../program/uses.ts";
import { evidenceFrom, predict, type Prediction } from "./exectime.ts";
import type { PredictionNode } from "./predict-plan.ts";

type Input = Readonly<Record<string, unknown>>;

/**
 * What a run will take.
 * @param input null where it is not known
 * @param options.model the one asked about; null when each program's own counts
 */
export async function predictRun(
  loaded: LoadedProgram,
  input: Input | null,
  app: App,
  { model, ...options }: Omit<RunOptions, "model"> & { readonly model: string | null },
): Promise<Prediction> {
  refuseTooMany(loaded);
  const settings = app.withDefaults({ ...options, ...(model === null ? {} : { model }) });
  const tree = await nodeOf(
    loaded,
    { entry: null, reads: [], times: { count: 1, from: "file" }, mostTimes: null },
    { input, exact: true },
    {
      app,
      settings,
    },
  );
  const store = await app.store();
  const { concurrency } = options;
  return predict(tree, await evidenceFrom(store, tree), {
    model,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
}

/**
 * The same for a look at what would be done, which must not fail for want of a history: null where
 * neither past runs nor the catalogue know anything, and with a warning where past runs can't be
 * read or the tree is too large.
 */
export async function tryToPredict(
  loaded: LoadedProgram,
  input: Input,
  app: App,
  { flags, warn }: { readonly flags: RunOptions; readonly warn: (message: string) => void },
): Promise<Prediction | null> {
  try {
    const prediction = await predictRun(loaded, input, app, {
      ...flags,
      model: flags.model ?? null,
    });
    const { latency, cost } = prediction.evidence;
    return latency === "none" && cost === "none" ? null : prediction;
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code !== "RLLM_018" && error.details["runs"] === undefined) throw error;
    warn(error.message);
    return null;
  }
}

/** The most places in a tree that are looked at one by one. */
const MOST_PLACES = 20_000;

/**
 * A program that is used in many places has a prediction in each. @throws {ModullmError} RLLM_008
 * for a tree of too many
 */
function refuseTooMany(loaded: LoadedProgram): void {
  const counts = new Map<LoadedProgram, number>();
  function placesBelow(program: LoadedProgram): number {
    const known = counts.get(program);
    if (known !== undefined) return known;
    const count = childrenOf(program).reduce((sum, { child }) => sum + placesBelow(child), 1);
    counts.set(program, count);
    return count;
  }
  const places = placesBelow(loaded);
  if (places <= MOST_PLACES) return;
  const { name } = loaded.program;
  throw new ModullmError(
    "RLLM_008",
    `Cannot predict "${name}": one run of it would be ${places.toLocaleString("en")} runs of ` +
      `${counts.size} programs, and ${MOST_PLACES.toLocaleString("en")} are looked at`,
    {
      details: { name, runs: places, programs: counts.size, path: loaded.path },
      hint: "Let fewer entries of `uses` lead to the same program; --budget calls=N limits a run.",
    },
  );
}

interface World {
  readonly app: App;
  readonly settings: RunOptions;
}

/** What is known of a program's input before the run. */
interface Known {
  /** Null: nothing. */
  readonly input: unknown;
  /** Whether the input holds only what it will hold, and no stand-in for an answer. */
  readonly exact: boolean;
}

type Place = Pick<PredictionNode, "entry" | "reads" | "times" | "mostTimes">;

/** Tokens of an answer that stands in for one that is not known yet. */
const USUAL_ANSWER = 256;
/** Elements of a list that does. */
const USUAL_LIST = 4;

async function nodeOf(
  loaded: LoadedProgram,
  place: Place,
  known: Known,
  world: World,
): Promise<PredictionNode> {
  const { tools } = world.app;
  const model = modelName(loaded, world.settings);
  const uses = Object.fromEntries(
    loaded.uses.map(({ entry, child }) => [
      entry.name,
      standIn(child.program.output.schema, answerLength(child)),
    ]),
  );
  const { input } = known;
  const children = loaded.uses.map((link) =>
    input === null
      ? nodeOf(link.child, placeOf(link, null), { input: null, exact: false }, world)
      : childNode(link, { input, uses }, known.exact, world),
  );
  const called = loaded.tools.map(({ entry, name, child }) => {
    const most = entry.maxCalls ?? Number.POSITIVE_INFINITY;
    const mostTimes = Math.min(most, MOST_CALLS * (loaded.program.maxTurns - 1));
    const below = { entry: name, reads: [], times: null, mostTimes };
    return nodeOf(child, below, { input: null, exact: false }, world);
  });
  return {
    ...place,
    path: loaded.path,
    name: loaded.program.name,
    model,
    hasBlocks: loaded.program.blocks.length > 0,
    promptTokens:
      input === null
        ? null
        : await promptTokens(loaded, input, tools, world.app.scope(), { ...world.settings, uses }),
    promptKnown: input !== null && known.exact && loaded.uses.length === 0,
    maxCompletion: completionLimit(loaded),
    facts: model === null ? null : await tools.catalog.facts(model),
    calls: callsOf(loaded, world.settings),
    children: await Promise.all([...children, ...called]),
  };
}

/** A turn, for each tool turn one more, and one for each answer that may be refused. */
function callsOf(
  { program }: LoadedProgram,
  { maxRetries, defaultRetries = DEFAULT_RETRIES }: RunOptions,
): PredictionNode["calls"] {
  if (program.collects !== null) return { least: 0, most: 0 };
  const retries = maxRetries ?? program.retries ?? defaultRetries;
  const turns = program.tools.length > 0 ? program.maxTurns : 1;
  return { least: program.cacheMs === null ? 1 : 0, most: turns + retries };
}

async function childNode(
  link: Link,
  values: Record<string, unknown>,
  exact: boolean,
  world: World,
): Promise<PredictionNode> {
  const { entry, child } = link;
  const items = entry.each === null ? null : fillText(entry.each, values);
  const item = Array.isArray(items) ? typical(items) : null;
  const input = childInput(link.entry, link.child.program.input, { ...values, item });
  return await nodeOf(
    child,
    placeOf(link, values),
    { input, exact: exact && entry.reads.length === 0 },
    world,
  );
}

/** @param values what is known before the run; null: nothing */
function placeOf({ entry }: Link, values: Record<string, unknown> | null): Place {
  const times = timesOf(entry, values);
  return { entry: entry.name, reads: entry.reads, times, mostTimes: null };
}

function timesOf(
  { when, each }: Link["entry"],
  values: Record<string, unknown> | null,
): PredictionNode["times"] {
  if (when === null && each === null) return { count: 1, from: "file" };
  if (values === null) return null;
  if (when !== null && !readsAnswers(when) && isEmpty(fillText(when, values)))
    return { count: 0, from: "input" };
  if (when !== null && readsAnswers(when)) return null;
  if (each === null) return { count: 1, from: "input" };
  const items = readsAnswers(each) ? null : fillText(each, values);
  return Array.isArray(items) ? { count: items.length, from: "input" } : null;
}

function readsAnswers(template: string): boolean {
  return templatePaths(template).some(({ path: [root] }) => root === "uses");
}

/** The element whose size is nearest to the mean: what it takes, the others take on average. */
function typical(items: readonly unknown[]): unknown {
  const sizes = items.map((item) => writeJson(item).length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const distances = sizes.map((size) => Math.abs(size - mean));
  return items[distances.indexOf(Math.min(...distances))] ?? null;
}

function answerLength(loaded: LoadedProgram): number {
  return Math.min(USUAL_ANSWER, completionLimit(loaded) ?? USUAL_ANSWER);
}

/**
 * Something of the right shape and about that many tokens, in place of an answer; its words mean
 * nothing.
 */
function standIn(schema: JsonSchema, tokens: number): unknown {
  const { properties, items } = schema;
  if (isObject(properties)) {
    const share = tokens / Math.max(1, Object.keys(properties).length);
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        standIn(isObject(property) ? property : {}, share),
      ]),
    );
  }
  if (isObject(items))
    return Array.from({ length: USUAL_LIST }, () => standIn(items, tokens / USUAL_LIST));
  return "word ".repeat(Math.max(1, Math.round(tokens))).trimEnd();
}
