import { inChild, ModullmError, toModullmError } from "../../core/error.ts";
import { jsonType } from "../../core/json.ts";
import type { Link } from "../../library/load.ts";
import { childInput } from "../../program/child-input.ts";
import { fillText } from "../../program/uses.ts";
import type { Scope } from "../scope.ts";
import type { Run } from "../state.ts";

/**
 * Runs what the program uses: each entry as soon as those it reads are done, independent ones at
 * the same time. Outputs become `uses.NAME`, in the order of the file whatever the timing. The
 * first failure cancels everything else at once.
 */
export async function runUses(run: Run): Promise<void> {
  const { uses } = run.loaded;
  const outputs: Record<string, unknown> = Object.fromEntries(
    uses.map(({ entry }) => [entry.name, undefined]),
  );
  run.values["uses"] = outputs;
  if (uses.length === 0) return;
  const scope = run.scope.within({ name: run.loaded.program.name });
  const started = new Map<string, Promise<void>>();
  const failures = new Map<string, unknown>();

  function start(link: Link): Promise<void> {
    const { name } = link.entry;
    const running = started.get(name) ?? runEntry(link);
    started.set(name, running);
    return running;
  }

  async function runEntry(link: Link): Promise<void> {
    const { reads } = link.entry;
    if (reads.length > 0)
      await Promise.all(uses.filter(({ entry }) => reads.includes(entry.name)).map(start));
    if (scope.signal.aborted) return;
    try {
      outputs[link.entry.name] = await runLink(run, link, scope);
    } catch (thrown) {
      failures.set(link.entry.name, thrown);
      scope.end(siblingFailed(link.entry.name));
    }
  }

  try {
    await Promise.all(uses.map(start));
  } finally {
    scope.end();
  }
  const failed =
    uses.find(({ entry }) => failures.has(entry.name) && !isCancelled(failures.get(entry.name))) ??
    uses.find(({ entry }) => failures.has(entry.name));
  if (failed) throw failures.get(failed.entry.name);
}

/**
 * One entry: skipped, run once, or run for each element. Not async: each run that waits would hold
 * one frame more.
 */
function runLink(run: Run, link: Link, scope: Scope): unknown {
  const { name, when, each } = link.entry;
  if (when !== null && isEmpty(fillText(when, run.values))) {
    run.emit({
      type: "note",
      kind: "skipped",
      message: `${name} is skipped: its "when" is empty`,
      data: { entry: name },
    });
    return null;
  }
  if (each === null) return runOne(run, link, run.values, null, scope);
  return runEach(run, link, itemsOf(link, each, run.values), scope);
}

/**
 * The elements that an entry runs for. @throws {ModullmError} RLLM_008 where `each` gives no list
 */
export function itemsOf(
  link: Link,
  each: string,
  values: Record<string, unknown>,
): readonly unknown[] {
  const items = fillText(each, values);
  if (!Array.isArray(items)) throw notAList(link, items);
  return items;
}

/**
 * Outputs in the order of the elements; a failed one is null or left out where the entry says so.
 */
async function runEach(
  run: Run,
  link: Link,
  items: readonly unknown[],
  whole: Scope,
): Promise<unknown[]> {
  const scope = whole.within({ name: link.entry.name });
  const outputs: unknown[] = items.map(() => SKIPPED);
  run.emit({
    type: "note",
    kind: "progress",
    message:
      `${link.entry.name} runs for ${items.length} ` +
      (items.length === 1 ? "element" : "elements"),
    data: { entry: link.entry.name, completed: 0, total: items.length },
  });
  let next = 0;
  let failure: { readonly thrown: unknown } | null = null;
  async function work(): Promise<void> {
    try {
      for (let item = next++; item < items.length; item = next++) {
        const values = { ...run.values, item: items[item] };
        outputs[item] = await runOne(run, link, values, item, scope);
      }
    } catch (thrown) {
      failure ??= { thrown };
      scope.end(siblingFailed(link.entry.name));
    }
  }
  // The others are waited for, so that nothing is still spent when the run has ended.
  await Promise.all(Array.from({ length: Math.min(run.tree.concurrency, items.length) }, work));
  scope.end();
  rethrow(failure);
  return outputs.filter((output) => output !== SKIPPED);
}

function rethrow(failure: { readonly thrown: unknown } | null): void {
  if (failure) throw failure.thrown;
}

const SKIPPED = Symbol("skipped");

async function runOne(
  run: Run,
  link: Link,
  values: Record<string, unknown>,
  item: number | null,
  scope: Scope,
): Promise<unknown> {
  const { entry, child } = link;
  try {
    const place = { parent: run, entry: entry.name, item, fresh: entry.fresh || run.fresh, scope };
    return (await run.tree.runChild(child, childInput(entry, child.program.input, values), place))
      .output;
  } catch (thrown) {
    const error = inChild(toModullmError(thrown), {
      name: entry.name,
      path: child.path,
      ...(item === null ? {} : { item }),
    });
    const forgiven =
      entry.onError !== "fail" &&
      !scope.signal.aborted &&
      error.code !== "RLLM_020" &&
      error.code !== "RLLM_999";
    if (!forgiven) throw error;
    const where = item === null ? entry.name : `${entry.name}[${item}]`;
    run.emit({
      type: "note",
      kind: "warning",
      message:
        `${where} failed and is ${entry.onError === "null" ? "null" : "left out"}: ` +
        error.message,
    });
    return entry.onError === "skip" && item !== null ? SKIPPED : null;
  }
}

/** Whether a `when` that gives this skips its entry. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function notAList({ entry, child }: Link, value: unknown): ModullmError {
  const type = jsonType(value);
  return new ModullmError(
    "RLLM_008",
    `"each" of the uses entry "${entry.name}" gives ` +
      `${type === "null" ? "nothing" : `a ${type}`}, but a list is wanted`,
    {
      details: { entry: entry.name, actual_type: type, path: child.path },
    },
  );
}

function siblingFailed(name: string): ModullmError {
  const reason = `"${name}" failed, so this is not needed any more`;
  return new ModullmError("RLLM_022", `The run was cancelled: ${reason}`, { details: { reason } });
}

function isCancelled(thrown: unknown): boolean {
  return thrown instanceof ModullmError && thrown.code === "RLLM_022";
}
