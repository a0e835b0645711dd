import { createReadStream, statSync } from "node:fs";
import { readTrace, traceError } from "../../insight/trace-tree.ts";
import { type Command, UsageError } from "../command.ts";
import { plotOptions } from "./stats.ts";

export const command: Command = {
  name: "trace",
  summary: "Show what a run did, from the events that run --trace wrote",
  positionals: [
    { name: "ACTION", description: "show", required: true, suggest: ["show"] },
    { name: "FILE", description: "The trace; - for stdin", required: true, takes: "file" },
  ],
  options: {
    format: {
      type: "enum",
      options: ["text", "json"],
      description:
        "text (the default) draws a tree with a time bar for each run; json is the same tree as data",
    },
  },
  examples: [
    [
      "modullm run examples/compose_summary_keywords.rllm --input-file examples/compose_summary_keywords.yaml --trace trace.jsonl",
      "write a trace",
    ],
    ["modullm trace show trace.jsonl", "which run took how long, on which model, for how much"],
    ["modullm trace show trace.jsonl --format json", "as data"],
  ],
  async run(context) {
    const [action, file = ""] = context.positionals;
    if (action !== "show")
      throw new UsageError(`"${action}" is not an action of trace; there is one: show`);
    const { output } = context;
    const source = file === "-" ? "stdin" : context.resolve(file);
    const trace = await readTrace(file === "-" ? output.terminal.stdin() : bytesOf(source), source);
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
