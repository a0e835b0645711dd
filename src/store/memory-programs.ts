import {
  type Decision,
  type IndexedProgram,
  type ProgramArea,
  type ProgramPlace,
  WORD_FIELDS,
} from "./programs.ts";

/** Programs as long as the process lives, for a runtime without SQLite. */
export function createMemoryPrograms(): ProgramArea {
  const programs = new Map<string, IndexedProgram & { readonly id: number }>();
  const decisions = new Map<string, Decision>();
  const vectors = new Map<string, Map<string, Float32Array>>();
  let last = 0;

  function below(folders: readonly string[]): readonly (IndexedProgram & { id: number })[] {
    return [...programs.values()].filter(({ folder }) => folders.includes(folder));
  }

  function put(program: IndexedProgram): void {
    const { hash, decision } = program;
    const old = programs.get(keyOf(program));
    programs.set(keyOf(program), { ...program, id: old?.id ?? ++last });
    if (hash === null || decision === null || decisions.has(hash)) return;
    const before = decisions.get(old?.hash ?? "");
    const kept = before?.origin === "review" ? before : decision;
    decisions.set(hash, { ...kept, hash });
  }

  return {
    files: async (folders) => below(folders),
    async change(change) {
      for (const place of change.drop) programs.delete(keyOf(place));
      for (const program of change.put) put(program);
    },
    rows: async (folders) =>
      below(folders).map((program) => ({
        ...program,
        decision: decisions.get(program.hash ?? "") ?? null,
      })),
    entry: async (id) => [...programs.values()].find((each) => each.id === id)?.entry ?? null,
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

function keyOf({ folder, file }: ProgramPlace): string {
  return `${folder}\0${file}`;
}
