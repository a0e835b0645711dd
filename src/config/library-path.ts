import { posix, win32 } from "node:path";

export interface LibraryPlaces {
  /** `MODULLM_PATH`: folders in one line, as `PATH` writes them. */
  readonly variable: string | null;
  /** `library` of config.yaml, already absolute. */
  readonly configured: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly windows: boolean;
}

/** The folder of programs that a project brings along. */
const PROJECT_FOLDER = "library";

/**
 * The folders that library names are looked for in, absolute, the first one first: whether they
 * exist is seen when they are read.
 */
export function findLibrary({
  variable,
  configured,
  cwd,
  home,
  windows,
}: LibraryPlaces): readonly string[] {
  const path = windows ? win32 : posix;
  const listed = (variable ?? "")
    .split(path.delimiter)
    .map((folder) => folder.trim())
    .filter((folder) => folder !== "");
  const folders = [
    ...listed.map((folder) => absoluteFolder(folder, { base: cwd, home, windows })),
    ...configured,
    path.join(cwd, PROJECT_FOLDER),
  ];
  return [...new Set(folders)];
}

/**
 * A folder as a person writes it: `~/programs` is below the home folder, a relative one below
 * `base`.
 */
export function absoluteFolder(
  folder: string,
  {
    base,
    home,
    windows,
  }: { readonly base: string; readonly home: string; readonly windows: boolean },
): string {
  const path = windows ? win32 : posix;
  if (folder === "~" || /^~[\\/]/.test(folder)) return path.join(home, folder.slice(1));
  return path.isAbsolute(folder) ? path.normalize(folder) : path.join(base, folder);
}
