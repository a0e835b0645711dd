import { dirname, resolve } from "node:path";
import { realFile } from "../../library/real-file.ts";
import { isProgramFile } from "./file-view.ts";
import { MOST_BYTES, type Project } from "./project.ts";

/** Which programs of the folder use which files. */
export interface Dependents {
  /** Programs that use one of these files, over any number of steps. */
  of(paths: readonly string[]): Promise<readonly string[]>;
  /** To be called when files have come, gone or changed on the disk. */
  forget(): void;
}

export function createDependents(project: Project): Dependents {
  let onDisk: Promise<Map<string, readonly string[]>> | null = null;

  async function named(path: string): Promise<readonly string[]> {
    const file = await project.open.read(path, MOST_BYTES);
    return file.ok ? await filesNamed(new TextDecoder().decode(file.bytes), path, project) : [];
  }

  async function readDisk(): Promise<Map<string, readonly string[]>> {
    const graph = new Map<string, readonly string[]>();
    for (const path of await project.files())
      if (isProgramFile(path)) graph.set(path, await named(path));
    return graph;
  }

  return {
    async of(paths) {
      const graph = new Map(await (onDisk ??= readDisk()));
      for (const path of project.open.paths()) graph.set(path, await named(path));
      const reached = new Set(paths);
      for (let before = -1; before !== reached.size;) {
        before = reached.size;
        for (const [path, uses] of graph)
          if (uses.some((each) => reached.has(each))) reached.add(path);
      }
      return [...reached].filter((path) => !paths.includes(path));
    },
    forget() {
      onDisk = null;
    },
  };
}

/** Files that a program's text names: more than it uses at most, which costs a check. */
async function filesNamed(text: string, path: string, project: Project): Promise<string[]> {
  const names = new Set([...text.matchAll(NAMED)].map(([, name = ""]) => name));
  const found = await Promise.all([
    ...[...names].map((name) => project.resolve(name, path)),
    ...[...text.matchAll(REFERENCE)].map(([, file = ""]) => realFile(resolve(dirname(path), file))),
  ]);
  return [...new Set(found.flatMap((each) => each ?? []))];
}

const NAMED = /(?:^|[\s{,"'])(?:path|program)["']?:\s+["']?([^\s"',}]+)/g;
const REFERENCE = /\$ref["']?:\s+["']?([^\s"',}#]+)/g;
