import type { CodeLens } from "vscode-languageserver/node";
import { nodeAt, textAt } from "../../core/yaml-outline.ts";
import { type FileView, isProgramFile } from "./file-view.ts";
import { rangeOf } from "./positions.ts";
import { isTestFile } from "./project.ts";

/** What lenses ask the editor's extension to do; the first argument is a path. */
export const LENS_COMMANDS = { run: "modullm.run", test: "modullm.test" } as const;

/** Over a program, to run and to test it; over each of its tests, to run that one. */
export function lensesOf(view: FileView): CodeLens[] {
  const { path, outline } = view;
  const start = rangeOf(view, { from: 0, to: 0 });
  function lens(title: string, command: string, range: CodeLens["range"], more: string[] = []) {
    return { range, command: { title, command, arguments: [path, ...more] } };
  }
  const whole = [
    ...(isProgramFile(path) ? [lens("run", LENS_COMMANDS.run, start)] : []),
    ...(isProgramFile(path) || isTestFile(path) ? [lens("test", LENS_COMMANDS.test, start)] : []),
  ];
  const list = nodeAt(outline, ["tests"])?.items ?? (isTestFile(path) ? outline?.items : []) ?? [];
  const tests = list.flatMap((item) => {
    const [node, name] = [nodeAt(item, ["name"]), textAt(item, ["name"])];
    if (node === null || name === null) return [];
    return [lens("test", LENS_COMMANDS.test, rangeOf(view, node), [name])];
  });
  return [...whole, ...tests];
}
