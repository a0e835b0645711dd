import { createReadStream, existsSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { findRun, keptEvents } from "../../insight/run-view.ts";
import { readTrace, traceError } from "../../insight/trace-tree.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import { plotOptions } from "./stats.ts";

export const command: Command = {
  name: "trace",
  summary: "Show what a run did, from the events that run --trace wrote or run --keep kept",
  positionals: [
    { name: "ACTION", description: "show", required: true, suggest: ["show"] },
    {
      name: "FILE",
      description: "The trace, - for stdin, or the id of a run whose events were kept",
      required: true,
      takes: "file",
    },
  ],
  options: {
    format: {
      type: "enum",
      options: ["text", "json"],
      description:
        "text (the default) draws a tree with a time bar for each run; json is the same tree " +
        "as data",
    },
  },
  examples: [
    [
      "modullm run examples/compose_summary_keywords.rllm --input-file " +
        "examples/compose_summary_keywords.yaml --trace trace.jsonl",
      "write a trace",
    ],
    ["modullm trace show trace.jsonl", "which run took how long, on which model, for how much"],
    ["modullm trace show trace.jsonl --format json", "as data"],
    ["modullm trace show 3f2a91c0", "a run of `run --keep`, by the beginning of its id"],
  ],
  async run(context) {
    const [action, file = ""] = context.positionals;
    if (action !== "show")
      throw new UsageError(`"${action}" is not an action of trace; there is one: show`);
    const { output } = context;
    const source = file === "-" ? "stdin" : context.resolve(file);
    const kept = file === "-" || existsSync(source) ? null : await keptTrace(context, file);
    const bytes = file === "-" ? output.terminal.stdin() : (kept ?? bytesOf(source));
    const trace = await readTrace(bytes, source);
    if (output.wantsJson) output.json(trace);
    else
      output.text(
        (await import("../render/tree.ts")).traceText(trace, plotOptions(output.terminal)),
      );
    if (trace.cut_line !== null)
      output.warn(`The trace is cut off in line ${trace.cut_line}: what stands before it is shown`);
    return 0;
  },
};

/** The events kept of a run on record; null where the name is none's. */
async function keptTrace(
  { app }: CommandContext,
  name: string,
): Promise<AsyncIterable<Uint8Array> | null> {
  if (!/^[\w.-]+$/.test(name) || name.includes(".json")) return null;
  const store = await (await app()).store();
  const [run] = await store.runs.find(name);
  // A run that was killed is not on record, but what it had told is.
  const lines = run ? keptEvents(store, await findRun(store, name)) : store.events.read(name);
  const events = [];
  for await (const line of lines) events.push(Buffer.from(`${line}\n`));
  if (run && events.length === 0)
    throw traceError(name, "no events were kept of this run; `run --keep` keeps them");
  return events.length === 0 ? null : Readable.from(events);
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats && !stats.isFile() && !stats.isDirectory())
    throw traceError(path, "it is not a regular file; a trace that is piped in is -");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      yield chunk as Uint8Array;
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "permission is denied",
    };
    throw traceError(path, reasons[code ?? ""] ?? code ?? String(thrown));
  }
}
