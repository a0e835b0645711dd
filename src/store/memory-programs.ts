import {
  type Decision,
  type FinishedScan,
  type IndexedProgram,
  type KnownFolder,
  type ProgramArea,
  WORD_FIELDS,
} from "./programs.ts";

interface KeptProgram extends IndexedProgram {
  readonly id: number;
  readonly folder: string;
}

/** Programs as long as the process lives, for a runtime without SQLite. */
export function createMemoryPrograms(): ProgramArea {
  /** By folder, then by file. */
  const programs = new Map<string, Map<string, KeptProgram>>();
  const known = new Map<string, KnownFolder>();
  const decisions = new Map<string, Decision>();
  const vectors = new Map<string, Map<string, Float32Array>>();
  let last = 0;

  function below(folders: readonly string[]): readonly KeptProgram[] {
    return folders.flatMap((folder) => [...(programs.get(folder)?.values() ?? [])]);
  }

  function put(folder: string, files: Map<string, KeptProgram>, program: IndexedProgram): void {
    const { file, hash, decision } = program;
    const old = files.get(file);
    files.set(file, { ...program, folder, id: old?.id ?? ++last });
    if (hash === null || decision === null || decisions.has(hash)) return;
    const before = decisions.get(old?.hash ?? "");
    decisions.set(hash, { ...(before?.origin === "review" ? before : decision), hash });
  }

  function settle(folder: string, scan: FinishedScan): KnownFolder {
    const own = below([folder]);
    const broken = own.filter((program) => program.broken).length;
    const settled = { ...scan, programs: own.length, broken };
    if ((known.get(folder)?.changes ?? 0) === scan.changes) known.set(folder, settled);
    return settled;
  }

  return {
    folder: async (folder) => known.get(folder) ?? null,
    files: async (folder) => below([folder]),
    async change(folder, change) {
      const files = programs.get(folder) ?? new Map<string, KeptProgram>();
      programs.set(folder, files);
      for (const file of change.drop) files.delete(file);
      for (const program of change.put) put(folder, files, program);
      const changes = (known.get(folder)?.changes ?? 0) + 1;
      known.set(folder, { digest: null, also: [], changes, programs: files.size, broken: 0 });
      return changes;
    },
    settle: async (folder, scan) => settle(folder, scan),
    rows: async (folders) =>
      below(folders).map((program) => ({
        ...program,
        decision: decisions.get(program.hash ?? "") ?? null,
      })),
    entry: async (id) =>
      below([...programs.keys()]).find((program) => program.id === id)?.entry ?? null,
    words: async ({ folders, words, starts }) => {
      const wanted = new Set(words);
      const isAsked = (word: string): boolean =>
        wanted.has(word) || starts.some((start) => word.startsWith(start));
      return below(folders)
        .map(({ id, words: own }) => ({ id, ...own }))
        .filter((own) => WORD_FIELDS.some((field) => own[field].split(" ").some(isAsked)));
    },
    async decide(given) {
      for (const each of given) decisions.set(each.hash, each);
    },
    vectors: async (model) => new Map(vectors.get(model)),
    async keepVectors(model, given) {
      vectors.set(model, new Map([...(vectors.get(model) ?? []), ...given]));
    },
  };
}
