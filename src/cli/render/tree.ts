import type { TraceCounts, TraceRun, TraceTree } from "../../insight/trace-tree.ts";
import { clean, duration, GAP, type PlotOptions, widthOf } from "./plot.ts";

/** Columns of the time bar. */
const LEAST_BAR = 12;
const MOST_BAR = 40;

/**
 * A trace for people: a line for each run with when it ran, then what all of them came to, then
 * what went wrong.
 */
export function traceText(trace: TraceTree, options: PlotOptions): string {
  if (trace.runs.length === 0) return "The trace holds no runs.";
  const lines = walk(trace.runs, options);
  const rows = lines.map(({ label, run }) => [
    label,
    duration(run.ms),
    model(run),
    tokens(run),
    cost(run),
    remarks(run),
  ]);
  const widths = columnWidths([HEADER, ...rows]);
  const room = options.width - widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const bar = Math.min(MOST_BAR, Math.max(LEAST_BAR, room));
  const body = lines.map(({ run }, index) =>
    rowText(rows[index] ?? [], widths, timeBar(run, trace.ms, bar, options)),
  );
  const parts = [rowText(HEADER, widths, " ".repeat(bar)), ...body, "", totals(trace)];
  const errors = lines.flatMap(({ run }) => errorText(run));
  return [...parts, ...(errors.length > 0 ? ["", ...errors] : [])].join("\n");
}

const HEADER = ["run", "time", "model", "tokens", "cost", ""];
/** Set to the right, so that numbers can be compared. */
const RIGHT: ReadonlySet<number> = new Set([1, 3, 4]);

interface Line {
  readonly label: string;
  readonly run: TraceRun;
}

function walk(roots: readonly TraceRun[], { unicode }: PlotOptions): Line[] {
  const [fork, end, through] = unicode ? ["├─ ", "└─ ", "│  "] : ["|- ", "`- ", "|  "];
  const lines: Line[] = [];
  function visit(run: TraceRun, own: string, below: string): void {
    lines.push({ label: own + nameOf(run), run });
    for (const [index, child] of run.children.entries()) {
      const last = index === run.children.length - 1;
      visit(child, below + (last ? end : fork), below + (last ? "   " : through));
    }
  }
  for (const root of roots) visit(root, "", "");
  return lines;
}

/**
 * `facts[2] extract_facts`: the entry with its element, and the program where that has another
 * name.
 */
function nameOf({ entry, item, name, version }: TraceRun): string {
  if (entry === null) return clean(`${name} ${version}`);
  const place = item === null ? entry : `${entry}[${item}]`;
  return clean(entry === name ? place : `${place} ${name}`);
}

function model({ model: asked, models }: TraceRun): string {
  return clean(models.length === 0 ? (asked ?? "-") : models.join(" > "));
}

function tokens({ prompt_tokens: prompt, completion_tokens: completion }: TraceCounts): string {
  return prompt === null && completion === null ? "-" : `${prompt ?? 0} + ${completion ?? 0}`;
}

function cost({ cost_usd: usd, unpriced }: TraceCounts): string {
  if (usd === null) return "-";
  const text = usd === 0 ? "$0" : `$${usd < 0.01 ? Number(usd.toPrecision(2)) : usd.toFixed(4)}`;
  return unpriced > 0 ? `>= ${text}` : text;
}

function remarks(run: TraceRun): string {
  const said: string[] = [];
  if (run.status === "unfinished") said.push("unfinished");
  if (run.status === "failed")
    said.push(`failed ${run.error?.in_child ? "below" : (run.error?.code ?? "")}`.trimEnd());
  if (run.cached !== null) said.push(run.cached === "run" ? "cached in this run" : "cached");
  for (const { tool, calls, failed } of run.tools) {
    const failures = failed === 0 ? "" : ` (${failed} failed)`;
    said.push(clean(`called ${tool}${calls === 1 ? "" : ` ${calls} times`}${failures}`));
  }
  if (run.retries > 0) said.push(counted(run.retries, "retry", "retries"));
  for (const kind of new Set(run.notes.map((one) => one.kind))) {
    const count = run.notes.filter((one) => one.kind === kind).length;
    if (kind === "block") said.push(counted(count, "block", "blocks"));
    else if (kind !== "retry-wait") said.push(clean(count === 1 ? kind : `${count} ${kind}`));
  }
  return said.join(", ");
}

function timeBar(
  run: TraceRun,
  whole: number,
  width: number,
  { unicode, colour }: PlotOptions,
): string {
  const scale = whole > 0 ? width / whole : 0;
  const start = Math.max(0, Math.min(width - 1, Math.floor(run.start_ms * scale)));
  const cells = Math.max(1, Math.min(width - start, Math.round(run.ms * scale)));
  const sign = run.cached === null ? (unicode ? "█" : "#") : unicode ? "░" : ".";
  const bar = sign.repeat(cells);
  const code = run.status === "failed" ? 31 : run.status === "unfinished" ? 33 : 36;
  const painted = colour === true ? `\u001B[${code}m${bar}\u001B[39m` : bar;
  return `${" ".repeat(start)}${painted}${" ".repeat(width - start - cells)}`;
}

function totals({ total, ms }: TraceTree): string {
  return [
    counted(total.runs, "run", "runs"),
    ...(total.failed > 0 ? [`${total.failed} failed`] : []),
    ...(total.unfinished > 0 ? [`${total.unfinished} unfinished`] : []),
    duration(ms),
    counted(total.attempts, "attempt", "attempts"),
    ...(total.retries > 0 ? [counted(total.retries, "retry", "retries")] : []),
    ...(total.cache_hits > 0 ? [counted(total.cache_hits, "cache hit", "cache hits")] : []),
    `${tokens(total)} tokens`,
    total.cost_usd === null ? "cost not known" : cost(total),
  ].join(", ");
}

/** An error is told once, where it arose. */
function errorText(run: TraceRun): string[] {
  return run.error === null || run.error.in_child
    ? []
    : [`${nameOf(run)}: ${run.error.code} ${clean(run.error.message)}`];
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  return HEADER.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, widthOf(row[column] ?? "")), 0),
  );
}

/** The bar stands behind the first column. */
function rowText(cells: readonly string[], widths: readonly number[], bar: string): string {
  const [first = "", ...others] = cells.map((cell, column) => {
    const blanks = " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
    return RIGHT.has(column) ? blanks + cell : cell + blanks;
  });
  return [first, bar, ...others].join(GAP).trimEnd();
}
