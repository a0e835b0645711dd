import { toModullmError } from "../core/error.ts";
import { remoteHost } from "../engine/permission.ts";
import { childrenOf } from "../library/children.ts";
import { folderOf, type LoadedProgram } from "../library/load.ts";
import type { Block } from "../program/program.ts";
import type { App } from "../workspace.ts";
import { predictRun } from "./prediction.ts";

/** What a run would do, for whoever has to consent to it. Nothing of it is done to find out. */
export interface Explanation {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  /** The program and all that it leads to, each once. */
  readonly programs: readonly {
    readonly name: string;
    readonly version: string;
    readonly path: string;
  }[];
  readonly models: readonly ExplainedModel[];
  /** What models may call. */
  readonly tools: readonly ExplainedTool[];
  readonly blocks: readonly ExplainedBlock[];
  /** Whether inputs may name files or addresses, which are opened then. */
  readonly opens_files: boolean;
  /** What leaves this machine, and to whom; empty: nothing does. */
  readonly leaves: readonly {
    readonly to: string;
    readonly what: string;
    readonly programs: readonly string[];
  }[];
  readonly calls: { readonly least: number | null; readonly most: number | null };
  readonly predicted: Predicted | null;
  /** Limits of the file on a run and all it uses; null: there are none. */
  readonly budget: object | null;
  /** Programs whose answers are kept, and used again. */
  readonly keeps_answers: readonly string[];
}

export interface ExplainedModel {
  /** `provider/name` */
  readonly model: string;
  /** The host that is called; null where the model runs on this machine. */
  readonly host: string | null;
  /** Whether it is asked only when the one before it fails. */
  readonly fallback: boolean;
  readonly programs: readonly string[];
  /** Why it can't be called; null where nothing is known against it. */
  readonly fault: string | null;
}

export interface ExplainedTool {
  /** The program whose model may call it. */
  readonly program: string;
  readonly name: string;
  /** `program:PATH`, `plugin:NAME`, `mcp:NAME` or `openapi:PATH` */
  readonly origin: string;
  readonly max_calls: number | null;
}

export interface ExplainedBlock {
  readonly program: string;
  readonly when: Block["when"];
  readonly language: Block["language"];
  readonly line: number;
  /** How it is kept from the machine; null where it can't be run here. */
  readonly level: string | null;
  readonly fault: string | null;
}

export interface Predicted {
  readonly cost_usd: number | null;
  readonly p90_cost_usd: number | null;
  readonly estimated_ms: number | null;
}

/** @param options.model asked in place of every program's own; null: each its own */
export async function explain(
  loaded: LoadedProgram,
  app: App,
  { model }: { readonly model: string | null },
): Promise<Explanation> {
  const all = programsOf(loaded);
  const models = await modelsOf(all, app, model);
  const foreign = await Promise.all(all.map((each) => foreignTools(each, app)));
  const prediction = await predictRun(loaded, null, app, { model }).catch(() => null);
  const { name, source, description, budget } = loaded.program;
  return {
    name,
    path: source.path,
    description,
    programs: all.map(({ program, path }) => ({
      name: program.name,
      version: program.version,
      path,
    })),
    models,
    tools: all.flatMap((each, index) => [
      ...programTools(each),
      ...(foreign[index] ?? []).flatMap(({ tools }) => tools),
    ]),
    blocks: await blocksOf(all, app),
    opens_files: loaded.program.takesMedia,
    leaves: [...promptsOf(models, all), ...callsOf(foreign.flat())],
    calls: { least: prediction?.least_calls ?? null, most: prediction?.most_calls ?? null },
    predicted:
      prediction === null
        ? null
        : {
            cost_usd: prediction.cost_usd,
            p90_cost_usd: prediction.p90_cost_usd,
            estimated_ms: prediction.estimated_ms,
          },
    budget,
    keeps_answers: all.flatMap(({ program }) => (program.cacheMs === null ? [] : [program.name])),
  };
}

function programsOf(root: LoadedProgram): readonly LoadedProgram[] {
  const all = new Set<LoadedProgram>();
  function visit(loaded: LoadedProgram): void {
    if (all.has(loaded)) return;
    all.add(loaded);
    for (const { child } of childrenOf(loaded)) visit(child);
  }
  visit(root);
  return [...all];
}

async function modelsOf(
  all: readonly LoadedProgram[],
  app: App,
  only: string | null,
): Promise<readonly ExplainedModel[]> {
  const programs = new Map<string, { readonly fallback: boolean; readonly names: Set<string> }>();
  function add(model: string, fallback: boolean, name: string): void {
    const known = programs.get(model) ?? { fallback, names: new Set<string>() };
    known.names.add(name);
    programs.set(model, { ...known, fallback: known.fallback && fallback });
  }
  const { model: usual, fallbacks = [] } = app.withDefaults(only === null ? {} : { model: only });
  for (const { program } of all) {
    if (program.model === null) continue;
    add(usual ?? program.model, false, program.name);
    const others = usual === undefined ? [...program.fallbacks, ...fallbacks] : fallbacks;
    for (const other of others) add(other, true, program.name);
  }
  return await Promise.all(
    [...programs].map(async ([model, { fallback, names }]) => ({
      model,
      fallback,
      programs: [...names],
      ...(await placeOf(model, app)),
    })),
  );
}

async function placeOf(model: string, app: App): Promise<Pick<ExplainedModel, "host" | "fault">> {
  try {
    const { origin } = await app.tools.model(model);
    return { host: remoteHost(origin) || null, fault: null };
  } catch (thrown) {
    return { host: null, fault: toModullmError(thrown).message };
  }
}

function programTools({ program, tools }: LoadedProgram): readonly ExplainedTool[] {
  return tools.map(({ name, entry, child }) => ({
    program: program.name,
    name,
    origin: `program:${child.path}`,
    max_calls: entry.maxCalls,
  }));
}

/** The tools of one entry that are no programs, and whom calls of them reach. */
interface ForeignEntry {
  readonly program: string;
  readonly tools: readonly ExplainedTool[];
  readonly reaches: readonly string[];
}

async function foreignTools(loaded: LoadedProgram, app: App): Promise<readonly ForeignEntry[]> {
  const { program } = loaded;
  const entries = program.tools.filter(({ from }) => from.kind !== "program");
  return await Promise.all(
    entries.map(async (entry) => {
      const { from, as, only, maxCalls } = entry;
      const { tools, reaches } = await app.knownTools(entry, { folder: folderOf(loaded) });
      const names = tools?.map(({ name }) => name) ?? (only ?? ["*"]).map((name) => as ?? name);
      const about = {
        program: program.name,
        origin: `${from.kind}:${from.name}`,
        max_calls: maxCalls,
      };
      return {
        program: program.name,
        tools: names.map((name) => ({ ...about, name })),
        reaches,
      };
    }),
  );
}

async function blocksOf(
  all: readonly LoadedProgram[],
  app: App,
): Promise<readonly ExplainedBlock[]> {
  const blocks = all.flatMap(({ program }) => program.blocks.map((block) => ({ program, block })));
  return await Promise.all(
    blocks.map(async ({ program, block: { when, language, line } }) => {
      const about = { program: program.name, when, language, line };
      try {
        const permit = (level: Parameters<App["permitSandbox"]>[1]): void =>
          app.permitSandbox(language, level);
        const level = await app.tools.sandboxes.level(language, { trusted: false, permit });
        return { ...about, level, fault: null };
      } catch (thrown) {
        return { ...about, level: null, fault: toModullmError(thrown).message };
      }
    }),
  );
}

function promptsOf(
  models: readonly ExplainedModel[],
  all: readonly LoadedProgram[],
): Explanation["leaves"] {
  const hosts = new Map<string, Set<string>>();
  for (const { host, programs } of models)
    if (host !== null) hosts.set(host, new Set([...(hosts.get(host) ?? []), ...programs]));
  const withMedia = new Set(
    all.filter(({ program }) => program.takesMedia).map(({ program }) => program.name),
  );
  return [...hosts].map(([to, names]) => {
    const files = [...names].some((name) => withMedia.has(name));
    const what = files ? "prompts, with the files of the input" : "prompts";
    return { to, what, programs: [...names] };
  });
}

function callsOf(entries: readonly ForeignEntry[]): Explanation["leaves"] {
  const programs = new Map<string, Set<string>>();
  for (const { program, reaches } of entries)
    for (const to of reaches) programs.set(to, new Set([...(programs.get(to) ?? []), program]));
  return [...programs].map(([to, names]) => ({
    to,
    what: "what the model gives its tools; what becomes of it there is its own affair",
    programs: [...names],
  }));
}
