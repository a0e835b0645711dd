import type { ProgramArea } from "../../store/programs.ts";
import type { ProgramIndex, ProgramRecord, Refreshed, View } from "../program-index.ts";
import { chooseProgram, entryOf, noCategory, notReadable } from "./choose.ts";
import { readNameCursor } from "./cursor.ts";
import { pageOfList } from "./list.ts";
import type { ProgramEmbedder } from "./meaning.ts";
import { factsOf, type NamedProgram } from "./naming.ts";
import type { ProgramDetails } from "./read-file.ts";
import { refreshPrograms } from "./refresh.ts";
import { type CountTokens, createTree } from "./tree.ts";
import { categoryIn, decisionsOf, limitOf, placedOf, seenBy } from "./view.ts";

export interface ProgramIndexParts {
  /** The library's folders, absolute, in the order in which names are looked for. */
  readonly folders: readonly string[];
  readonly area: ProgramArea;
  readonly count: CountTokens;
  /** Null where none is configured. */
  readonly embedder: ProgramEmbedder | null;
  /** How the runs of programs went, by path. */
  records(): Promise<ReadonlyMap<string, ProgramRecord>>;
}

export function createProgramIndex(parts: ProgramIndexParts): ProgramIndex {
  const { folders, area, records } = parts;
  const count = remembering(parts.count);

  async function seen(view: View): Promise<readonly NamedProgram[]> {
    return await seenBy(await area.rows(folders), folders, view, records);
  }
  const treeOf = async (view: View) => createTree(placedOf(await seen(view)), count);

  return {
    refresh: createRefresh(parts),
    async search(query, options = {}) {
      const programs = placedOf(await seen(options));
      const { searchPrograms } = await import("./search.ts");
      return await searchPrograms(query, options, { ...parts, programs });
    },
    async categories(view = {}) {
      const tree = await treeOf(view);
      return { programs: tree.size, categories: await tree.categories() };
    },
    async tree(view = {}) {
      const tree = await treeOf(view);
      return { programs: tree.size, categories: await tree.whole() };
    },
    async programs(category, options = {}) {
      const [after, limit] = [readNameCursor(options.cursor ?? null), limitOf(options)];
      const tree = await treeOf(options);
      const page = await tree.page(category, { after, limit });
      if (page === null) throw noCategory(category, tree.paths());
      return page;
    },
    list: async (options = {}) => pageOfList(await seen(options), options),
    async show(name, view = {}) {
      const chosen = chooseProgram(name, await seen(view));
      const details = (await area.entry(chosen.row.id)) as ProgramDetails;
      const stats = (await records()).get(factsOf(chosen.row).path) ?? null;
      return entryOf(chosen, details, stats);
    },
    decisions: async (view = {}) => decisionsOf(await seen(view)),
    async decide(name, decision) {
      const { requireCategory } = await import("./decide.ts");
      const programs = await seen({});
      const { row } = chooseProgram(name, programs);
      requireCategory(decision, programs);
      if (row.hash === null || factsOf(row).fault !== null) throw notReadable(name);
      const { domain, task, from: origin } = decision;
      await area.decide([{ hash: row.hash, domain, task, origin }]);
      return categoryIn({ domain, task, origin }, factsOf(row));
    },
  };
}

/** Scans one after the other: calls that come while one goes on share the one behind it. */
function createRefresh({ folders, area }: ProgramIndexParts): ProgramIndex["refresh"] {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<Refreshed> | null = null;

  return async ({ force = false, signal } = {}) => {
    if (next !== null && !force && signal === undefined) return await next;
    const begun = last
      .catch(() => null)
      .then(async () => {
        if (next === begun) next = null;
        return await refreshPrograms(area, folders, { force, signal });
      });
    last = begun;
    next = begun;
    return await begun;
  };
}

/** Texts are counted once: most pages are what they were. */
function remembering(count: CountTokens): CountTokens {
  const known = new Map<string, Promise<number>>();
  return (text) => {
    const tokens = known.get(text) ?? count(text);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, tokens);
    return tokens;
  };
}

const MOST_REMEMBERED = 4_000;
