import type { Diagnostic } from "vscode-languageserver";
import { toModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import { createValidator, type ValidateTools } from "../../library/validate.ts";
import { createRememberingChecker } from "../../program/edges.ts";
import { createDependents } from "./dependents.ts";
import { diagnose } from "./diagnostics.ts";
import { isProgramFile } from "./file-view.ts";
import type { Project } from "./project.ts";

/** Keeps what is said of programs true to their texts. */
export interface Checks {
  /** Something is another than before: a text, or, with null, anything on the disk. */
  changed(path: string | null): void;
  /** A program is no longer open, and nothing is told of it any more. */
  closed(path: string): void;
  /** Ends the round that goes on; nothing is told any more. */
  end(): Promise<void>;
}

export interface ChecksOptions {
  /** @param version of the text that was checked; null for a file that is not open */
  readonly publish: (path: string, version: number | null, found: Diagnostic[]) => void;
  /** Told of a failure of ours, which leaves a file as it was told before. */
  readonly failed: (message: string) => void;
}

/**
 * One round after the other: first the program that was changed, then all others that are open,
 * then those of the folders that use one of them. A change ends a round at once, and its results
 * are dropped, so that nothing is told of a text that is gone.
 */
export function createChecks(project: Project, options: ChecksOptions): Checks {
  const checker = createRememberingChecker();
  const lint = rememberingLint(async (program) => await project.app.lintBlocks(program));
  const dependents = createDependents(project);
  const told = createTold(project, options);
  let generation = 0;
  let first: string | null = null;
  let running: Promise<void> | null = null;
  let hasEnded = false;

  async function round(isNow: () => boolean): Promise<void> {
    const { app, program: read } = project;
    const tools = { read, library: app.config.library, lint, checker, known: app.knownTools };
    // Each program is told of by itself, with what it uses.
    const validator = createValidator(tools, { has: () => true });
    const seen = new Set<string>();
    async function check(paths: readonly string[]): Promise<void> {
      for (const path of paths) {
        if (!isNow()) return;
        if (seen.has(path) || !isProgramFile(path)) continue;
        seen.add(path);
        const found = await diagnose(path, { project, validator });
        if (isNow()) told.tell(path, found);
      }
    }
    const open = project.open.paths();
    await check(first === null ? open : [first, ...open]);
    if (isNow()) await check(await dependents.of(open));
    if (isNow()) told.keepOnly(seen);
  }

  async function run(): Promise<void> {
    for (let at = -1; at !== generation;) {
      const now = (at = generation);
      if (hasEnded) break;
      await round(() => now === generation).catch((thrown: unknown) => {
        options.failed(toModullmError(thrown).message);
      });
    }
    running = null;
  }

  function changed(path: string | null): void {
    generation++;
    first = path !== null && project.open.get(path) !== null ? path : null;
    if (path === null) dependents.forget();
    running ??= run();
  }

  return {
    changed,
    closed(path) {
      told.forget(path);
      changed(null);
    },
    async end() {
      hasEnded = true;
      generation++;
      await running;
    },
  };
}

/** What the editor was told last, so that nothing is told twice. */
function createTold({ open }: Project, { publish }: ChecksOptions) {
  const told = new Map<string, string>();
  function tell(path: string, found: Diagnostic[]): void {
    const version = open.get(path)?.version ?? null;
    const text = writeJson([version, found]);
    const isNothing = found.length === 0 && version === null && !told.has(path);
    if (told.get(path) === text || isNothing) return;
    told.set(path, text);
    publish(path, version, found);
  }
  return {
    tell,
    /** Takes back what was told of all others. */
    keepOnly(paths: ReadonlySet<string>) {
      for (const path of [...told.keys()].filter((each) => !paths.has(each))) {
        tell(path, []);
        told.delete(path);
      }
    },
    forget: (path: string) => told.delete(path),
  };
}

type Lint = NonNullable<ValidateTools["lint"]>;

const MOST_LINTS = 200;

/** Blocks are read anew only when they, or what they are compared with, have changed. */
function rememberingLint(lint: Lint): Lint {
  const known = new Map<string, ReturnType<Lint>>();
  return async (program) => {
    const { blocks, input, output, uses } = program;
    const key = writeJson([blocks, input.schema, output.schema, uses.map(({ name }) => name)]);
    if (known.size >= MOST_LINTS) known.clear();
    const found = known.get(key) ?? lint(program);
    known.set(key, found);
    found.catch(() => known.delete(key));
    return await found;
  };
}
