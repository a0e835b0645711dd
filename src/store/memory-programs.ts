import { parseJson } from "../core/json.ts";
import {
  type Decision,
  type FinishedScan,
  type IndexedProgram,
  type KnownFolder,
  type ProgramArea,
  type ProgramChange,
  type ProgramRow,
  type ProgramWords,
  WORD_FIELDS,
  type WordQuestion,
} from "./programs.ts";

interface KeptProgram extends Omit<IndexedProgram, "facts" | "entry"> {
  readonly facts: unknown;
  readonly entry: unknown;
  readonly id: number;
  readonly folder: string;
}

/** Programs as long as the process lives, for a runtime without SQLite. */
export class MemoryPrograms implements ProgramArea {
  /** By folder, then by file. */
  readonly #programs = new Map<string, Map<string, KeptProgram>>();
  readonly #known = new Map<string, KnownFolder>();
  readonly #decisions = new Map<string, Decision>();
  readonly #vectors = new Map<string, Map<string, Float32Array>>();
  #last = 0;

  async folder(folder: string): Promise<KnownFolder | null> {
    return this.#known.get(folder) ?? null;
  }

  async files(folder: string): Promise<readonly KeptProgram[]> {
    return this.#below([folder]);
  }

  async change(folder: string, { put, drop }: ProgramChange): Promise<number> {
    const files = this.#programs.get(folder) ?? new Map<string, KeptProgram>();
    this.#programs.set(folder, files);
    for (const file of drop) files.delete(file);
    for (const program of put) {
      const old = files.get(program.file);
      const [facts, entry] = [parseJson(program.facts), parseJson(program.entry)];
      files.set(program.file, { ...program, facts, entry, folder, id: old?.id ?? ++this.#last });
      this.#decideFirst(program, old);
    }
    const changes = (this.#known.get(folder)?.changes ?? 0) + 1;
    this.#known.set(folder, { digest: null, also: [], changes, programs: 0, broken: 0 });
    return changes;
  }

  async settle(folder: string, scan: FinishedScan): Promise<KnownFolder> {
    const own = this.#below([folder]);
    const broken = own.filter((program) => program.broken).length;
    const settled = { ...scan, programs: own.length, broken };
    if ((this.#known.get(folder)?.changes ?? 0) === scan.changes) this.#known.set(folder, settled);
    return settled;
  }

  async rows(folders: readonly string[]): Promise<readonly ProgramRow[]> {
    return this.#below(folders).map((program) => ({
      ...program,
      decision: this.#decisions.get(program.hash ?? "") ?? null,
    }));
  }

  async entry(id: number): Promise<unknown> {
    const all = this.#below([...this.#programs.keys()]);
    return all.find((program) => program.id === id)?.entry ?? null;
  }

  async words({ folders, words, starts }: WordQuestion): Promise<readonly ProgramWords[]> {
    const wanted = new Set(words);
    const isAsked = (word: string): boolean =>
      wanted.has(word) || starts.some((start) => word.startsWith(start));
    return this.#below(folders)
      .map(({ id, words: own }) => ({ id, ...own }))
      .filter((own) => WORD_FIELDS.some((field) => own[field].split(" ").some(isAsked)));
  }

  async decide(decisions: readonly Decision[]): Promise<void> {
    for (const each of decisions) this.#decisions.set(each.hash, each);
  }

  async vectors(model: string): Promise<ReadonlyMap<string, Float32Array>> {
    return new Map(this.#vectors.get(model));
  }

  async keepVectors(model: string, vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.#vectors.set(model, new Map([...(this.#vectors.get(model) ?? []), ...vectors]));
  }

  #below(folders: readonly string[]): readonly KeptProgram[] {
    return folders.flatMap((folder) => [...(this.#programs.get(folder)?.values() ?? [])]);
  }

  /** What a person decided of the text before holds for the one that took its place. */
  #decideFirst({ hash, decision }: IndexedProgram, old: KeptProgram | undefined): void {
    if (hash === null || decision === null || this.#decisions.has(hash)) return;
    const before = this.#decisions.get(old?.hash ?? "");
    this.#decisions.set(hash, { ...(before?.origin === "review" ? before : decision), hash });
  }
}
