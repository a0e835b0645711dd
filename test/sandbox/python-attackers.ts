import { attacksFor, tryAttacks } from "../../src/sandbox/check.ts";
import type { PythonInterpreter } from "../../src/sandbox/python/find.ts";
import { createPythonSandbox } from "../../src/sandbox/python/python.ts";
import { pythonHere, signal } from "./python-here.ts";

/** Attempts that run to their deadline, left out where they were tried already. */
const ENDLESS = /inf-loop|sleep|int-pow|list-sort|flood|one-line|many-keys|recursion-limit|sigterm/;

interface Trial {
  readonly level: "kernel" | "namespaces";
  readonly builtins: "safe" | "all";
  readonly quick: boolean;
}

/** The attacks of the corpus that did not hold, and how. */
export async function brokenAttacks(
  interpreter: PythonInterpreter,
  { level, builtins, quick }: Trial,
): Promise<readonly string[]> {
  const sandbox = createPythonSandbox({ interpreter, level });
  const chosen = attacksFor("python").filter(({ id }) => !quick || !ENDLESS.test(id));
  if (chosen.length < 50) throw new Error(`only ${chosen.length} attacks were found`);
  const broken: string[] = [];
  for await (const { id, held, end } of tryAttacks(sandbox, {
    language: "python",
    builtins,
    chosen,
    signal,
  }))
    if (!held) broken.push(`${id}: ${end}`);
  await sandbox.close();
  return broken;
}

/** Run by itself, as another user: tries them at a level and writes what did not hold. */
if (import.meta.main) {
  const level = process.argv[2] === "namespaces" ? "namespaces" : "kernel";
  const interpreter = await pythonHere(level);
  if (typeof interpreter === "string") throw new Error(interpreter);
  const broken = await brokenAttacks(interpreter, { level, builtins: "all", quick: true });
  process.stdout.write(JSON.stringify({ user: process.getuid?.(), broken }));
}
