import type { JsonSchema } from "../contract/contract.ts";
import type { JsonObject } from "../core/json.ts";

/**
 * The programs of a library, found without reading them again: what `modullm library` shows people,
 * and what the MCP server shows agents.
 *
 * Call `refresh` first: everything else tells of the last one, and touches no file. Refreshing is
 * cheap where nothing changed (folders are walked, files are looked at and not read), so whoever
 * serves for long calls it before each answer, or every few seconds.
 *
 * What a reader may not see (`View.sees`) is nowhere: not in pages, not in counts or tokens, and
 * `show` takes it for missing. A broken program can't be run, so it is found by `list` and `show`
 * only.
 *
 * The same library gives the same answers, byte for byte, in whatever order it was scanned: pages
 * are in the order of names, hits in that of their scores and then names; names by code unit.
 * Keys of what is given are a contract, and `writeJson` of it is what `tokens` count (o200k_base).
 *
 * A cursor is opaque and survives every change of the library: a program that is there all the time
 * comes exactly once, whatever is added, changed or removed between two pages. Pass the same query,
 * category and filter with it.
 */
export interface ProgramIndex {
  /**
   * Brings the index up to date with the folders. Calls at one time share one scan. A file that
   * can't be read, or holds no program, is listed with its fault and stops nothing.
   * @throws {ModullmError} RLLM_018 where the index can't be read or written
   */
  refresh(options?: RefreshOptions): Promise<Refreshed>;
  /** The top level of the tree. */
  categories(view?: View): Promise<Categories>;
  /**
   * One category: what is directly below it in the tree, on the first page, and its programs, those
   * of the categories below it too.
   * @param category `finance`, `finance/extract` or `finance/extract/text-to-record`
   * @throws {ModullmError} RLLM_008 with `near` where there is no such category; RLLM_016 for a
   * cursor that is none
   */
  programs(category: string, options?: PageOptions): Promise<ProgramPage>;
  /**
   * Programs for a task in a user's or an agent's words, the best first. No text is a syntax error,
   * and one without a word finds nothing.
   * @throws {ModullmError} RLLM_016 for a cursor that is none
   */
  search(query: string, options?: PageOptions): Promise<SearchPage>;
  /** Every program, broken ones too. @throws {ModullmError} RLLM_016 for a cursor that is none */
  list(options?: PageOptions): Promise<ListPage>;
  /**
   * All that is known of one program.
   * @param name as pages have it, or a library name (`extract/facts`); with `@` and a version
   * @throws {ModullmError} RLLM_008 with `near` where there is none, or several that differ
   */
  show(name: string, view?: View): Promise<ProgramEntry>;
  /** The whole tree. */
  tree(view?: View): Promise<CategoryTree>;
  /** Where programs stand, and who said so: for people to look over. Broken ones are left out. */
  decisions(view?: View): Promise<readonly DecidedProgram[]>;
  /**
   * Decides for good where a program's text stands, wherever it lies. What a person decides holds
   * for the texts that take its place too.
   * @throws {ModullmError} RLLM_008 as `show`; RLLM_016 for a task that is not in the vocabulary,
   * a domain that is no name, and one domain too many at the top of the tree
   */
  decide(name: string, decision: CategoryDecision): Promise<ProgramCategory>;
}

export interface CategoryDecision {
  readonly domain: string;
  readonly task: string;
  readonly from: "review" | "model" | "baseline";
}

export interface DecidedProgram {
  readonly name: string;
  readonly summary: string;
  readonly category: ProgramCategory;
}

export interface RefreshOptions {
  /** Reads every file again. @default false */
  readonly force?: boolean;
  /** Aborting it ends the scan with RLLM_022; what was read by then is kept. */
  readonly signal?: AbortSignal | undefined;
}

/** What a scan found. */
export interface Refreshed {
  /** Folders that were walked, in the order in which names are looked for. */
  readonly folders: readonly string[];
  /** Files that hold programs, broken ones too. */
  readonly programs: number;
  /** Of these, read for the first time, or again because they changed. */
  readonly read: number;
  /** No longer there. */
  readonly removed: number;
  readonly broken: number;
  /** Folders that can't be read, with why. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** By which a policy knows a program. */
export interface ProgramReference {
  /** As its file says: what the policy is asked about for `run`. */
  readonly program: string;
  /** Absolute path of its file. */
  readonly path: string;
}

/** Who reads. */
export interface View {
  /** Whether the reader may know of a program. @default every program */
  readonly sees?: (program: ProgramReference) => boolean;
  /** @default every program */
  readonly filter?: ProgramFilter;
}

/** All that are given must hold. */
export interface ProgramFilter {
  readonly domain?: string;
  readonly task?: string;
  readonly shape?: string;
  readonly complexity?: Complexity;
  readonly latency?: Latency;
  /** The program has all of them. */
  readonly tags?: readonly string[];
}

export const COMPLEXITIES = ["plain", "composed", "agentic"] as const;
/** `plain`: one call of a model or none; `composed`: it uses programs; `agentic`: it has tools. */
export type Complexity = (typeof COMPLEXITIES)[number];

export const LATENCIES = ["instant", "fast", "medium", "slow", "unknown"] as const;
/** By the median of its runs: under 0.5 s, 3 s, 15 s, above; `unknown` before a first run. */
export type Latency = (typeof LATENCIES)[number];

export interface PageOptions extends View {
  /** Of the page before. @default the first page */
  readonly cursor?: string | null;
  /** Programs of a page, 1 to 100. @default 15 */
  readonly limit?: number;
}

/** One category. */
export interface CategoryNode {
  /** The path that `programs` takes. */
  readonly category: string;
  /** How many, those below it too. */
  readonly programs: number;
  /** What the first page of `programs(category)` costs, as JSON. */
  readonly tokens: number;
}

export interface Categories {
  readonly programs: number;
  readonly categories: readonly CategoryNode[];
}

export interface CategoryTree extends Categories {
  readonly categories: readonly CategoryBranch[];
}

/** A leaf has the names of its programs in place of categories. */
export interface CategoryBranch extends CategoryNode {
  readonly below: readonly CategoryBranch[] | readonly string[];
}

/** A program in one line. */
export interface ProgramLine {
  /** What `show` takes; no other program that is found has it. */
  readonly name: string;
  /** The first sentence of its description, cut where it is long. */
  readonly summary: string;
}

export interface ProgramPage {
  readonly category: string;
  /** In the category. */
  readonly total: number;
  /** On the first page what is directly below. */
  readonly categories: readonly CategoryNode[];
  readonly programs: readonly ProgramLine[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

export interface SearchHit extends ProgramLine {
  readonly category: string;
}

export interface SearchPage {
  /** Whether meanings were compared too, which takes an embedder. */
  readonly by: "words" | "words and meaning";
  /** Why meanings were not compared, though an embedder is configured. */
  readonly instead?: string;
  readonly programs: readonly SearchHit[];
  readonly next_cursor: string | null;
}

export interface ListedProgram extends ProgramLine {
  readonly version: string | null;
  /** Null where it is broken. */
  readonly category: string | null;
  readonly path: string;
  readonly fault: ProgramFault | null;
}

export interface ListPage {
  readonly total: number;
  readonly programs: readonly ListedProgram[];
  readonly next_cursor: string | null;
}

/** Why a program can't be run. */
export interface ProgramFault {
  /** `RLLM_…`. */
  readonly code: string;
  readonly message: string;
}

/** What is known of a program; null and empty where it is broken, but for the first five. */
export interface ProgramEntry {
  readonly name: string;
  /** By which `uses` and `run` find it: its path below the library folder, without ending. */
  readonly library_name: string;
  readonly path: string;
  /** SHA-256 of its text, and of the schemas that it takes from other files. */
  readonly content_hash: string | null;
  readonly fault: ProgramFault | null;
  /** As its file says. */
  readonly program: string;
  readonly version: string | null;
  /** Every version that the library has of it, the newest first. */
  readonly versions: readonly string[];
  readonly description: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly category: ProgramCategory | null;
  readonly complexity: Complexity | null;
  readonly input_schema: JsonSchema | null;
  readonly output_schema: JsonSchema | null;
  /** `provider/name`; null where no model is asked. */
  readonly model: string | null;
  readonly recommended_models: readonly string[];
  /** What it runs first, as written. */
  readonly uses: readonly { readonly name: string; readonly path: string }[];
  /** What its model may call, as written. */
  readonly tools: readonly { readonly kind: string; readonly name: string }[];
  readonly budget: JsonObject | null;
  readonly examples: readonly { readonly input: JsonObject; readonly output: JsonObject }[];
  /** Null before its first run. */
  readonly stats: ProgramRecord | null;
}

/** Where a program stands in the tree. */
export interface ProgramCategory {
  /** `domain/task/shape`. */
  readonly path: string;
  readonly domain: string;
  readonly task: string;
  readonly shape: string;
  /**
   * Who said so: a person, the file's `metadata.category`, its words, a model; `none` where nothing
   * told its domain.
   */
  readonly from: "review" | "metadata" | "words" | "model" | "baseline" | "none";
}

/** How its runs went. Unknown is null. */
export interface ProgramRecord {
  readonly runs: number;
  readonly success_pct: number | null;
  /** Milliseconds, of the runs that called a model. */
  readonly latency_p50: number | null;
  readonly latency: Latency;
  /** US dollars a run. */
  readonly cost_avg: number | null;
}
