import { type FSWatcher, watch } from "node:fs";

/** Milliseconds in which changes count as one: a checkout writes many files. */
const TOGETHER = 50;

/** Tells of changed files of programs, for an editor that doesn't. @returns what ends it */
export function watchFolders(folders: readonly string[], changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const watchers = folders.flatMap((folder): FSWatcher[] => {
    try {
      const watcher = watch(folder, { recursive: true }, (_, name) => {
        if (name !== null && !/\.(?:rllm|json|ya?ml)$/.test(name)) return;
        clearTimeout(timer ?? undefined);
        timer = setTimeout(changed, TOGETHER);
      });
      // A folder that can't be watched any more is one of which only its open files are known.
      return [watcher.on("error", () => {})];
    } catch {
      return [];
    }
  });
  return () => {
    clearTimeout(timer ?? undefined);
    for (const watcher of watchers) watcher.close();
  };
}
