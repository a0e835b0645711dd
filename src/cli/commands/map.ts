import { extname } from "node:path";
import { parseRate } from "../../rows/rate.ts";
import { createRowInput } from "../../rows/fields.ts";
import type { MapJob, MapReport } from "../../rows/job.ts";
import type { Tally } from "../../rows/tally.ts";
import { CODES } from "../../core/codes.ts";
import { ModullmError } from "../../core/error.ts";
import { createWriter, hasColumns, type WriterOptions } from "../../rows/writers.ts";
import { type Command, type CommandContext, type Options, UsageError } from "../command.ts";
import { countOption } from "../limit-options.ts";
import { createMapProgress, costText } from "../render/map-progress.ts";
import { grouped } from "../render/quantity.ts";
import { warnOf } from "../render/warning.ts";
import { ROW_OPTIONS, type RowsGiven, rowsGiven } from "../rows.ts";
import { readStart, START_OPTIONS } from "../start-options.ts";
import { readTags } from "../tags.ts";

export const command: Command = {
  name: "map",
  summary: "Run a program for every row of a file; killed, it goes on where it was",
  positionals: [
    { name: "FILE", description: "The .rllm program", required: true, takes: "program" },
    {
      name: "ROWS",
      description: "JSON lines, JSON, CSV, TSV, Parquet or text; - or nothing for stdin",
      required: false,
      takes: "file",
    },
  ],
  options: {
    ...ROW_OPTIONS,
    output: {
      type: "string",
      valueHint: "PATH",
      description: "Write the results here, and stdout gets a summary (.csv and .tsv are tables)",
    },
    "output-format": {
      type: "enum",
      options: ["jsonl", "csv", "tsv"],
      description: "The form of the results (by the ending of --output, else jsonl)",
    },
    join: { type: "boolean", description: "Results as {input, output}" },
    unordered: { type: "boolean", description: "Results as they come, not in the order of rows" },
    journal: {
      type: "string",
      valueHint: "PATH",
      description: "What was answered, to go on with (default: OUTPUT.journal)",
    },
    restart: { type: "boolean", description: "Throw an older journal and output away" },
    "retry-failed": { type: "boolean", description: "Run the rows again that failed, alone" },
    "keep-answers": {
      type: "boolean",
      description: "Go on although the program changed; what was answered stays",
    },
    rate: { type: "string", valueHint: "RATE", description: "Rows to begin at most: 60/m, 1/s" },
    "stop-after-failures": {
      type: "string",
      valueHint: "N",
      description: "End when so many rows have failed",
    },
    ...START_OPTIONS,
    concurrency: {
      type: "string",
      valueHint: "N",
      description: "Rows at a time, and calls at a time to one provider (default 4)",
    },
    budget: {
      type: "string",
      valueHint: "LIMITS",
      description: "Limits on all rows together, such as usd=5,tokens=2000000,calls=1000",
    },
    "dry-run": {
      type: "boolean",
      description: "Read and check every row, and predict cost and time; call nothing",
    },
  },
  examples: [
    [
      "modullm map sort.rllm mails.jsonl --output sorted.jsonl",
      "a line a row; run it again to go on",
    ],
    ["modullm map sort.rllm mails.csv --map text=body --output sorted.csv --join", "tables"],
    ["modullm map sort.rllm --each-file 'mails/*.eml' --as text", "a row a file"],
    ["modullm map sort.rllm mails.jsonl --sample 20 --dry-run", "what it would cost"],
    ["modullm map sort.rllm mails.jsonl --output sorted.jsonl --retry-failed", "the failed alone"],
  ],
  async run(context) {
    const { options, output } = context;
    const [file = "", named = null] = context.positionals;
    const given = rowsGiven(context, named);
    const places = placesOf(context);
    const limits = limitsOf(options);
    const { budget, ...flags } = readStart(options);
    const app = await context.app(options.flag("ollama-auto-pull") ? { ollamaAutoPull: true } : {});
    const loaded = await app.load(file);
    warnOf(loaded, output);
    const { input } = loaded.program;
    const { map, source } = given;
    const toInput = createRowInput(input, { map, source, warn: output.warn });
    const concurrency = flags.concurrency ?? 4;
    const work = { app, loaded, toInput, concurrency };
    if (options.flag("dry-run")) {
      const { forecast } = await import("../../rows/forecast.ts");
      output.json(await forecast(await given.read(), { ...work, flags, warn: output.warn }));
      return 0;
    }
    const report = await watched(context, given, {
      ...work,
      ...limits,
      rows: await given.read(),
      budget,
      run: { ...flags, tags: readTags(options.texts("tag")) },
      unordered: options.flag("unordered"),
      retryFailed: options.flag("retry-failed"),
      restart: options.flag("restart"),
      keepAnswers: options.flag("keep-answers"),
      journal: places.journal,
      files: filesOf(context, places, work),
    });
    return tell(context, places, report);
  },
};

function limitsOf(options: Options): Pick<MapJob, "rate" | "stopAfter"> {
  const text = options.text("rate");
  const rate = text === null ? null : parseRate(text);
  if (text !== null && rate === null)
    throw new UsageError(`option --rate is "${text}", but a rate such as 60/m or 1/s is wanted`);
  return { rate, stopAfter: countOption(options, "stop-after-failures") };
}

function filesOf(
  { options, output }: CommandContext,
  { output: results, failed, journal, format }: Places,
  { app, loaded: { program } }: Pick<MapJob, "app" | "loaded">,
): MapJob["files"] {
  if (format !== "jsonl" && !hasColumns(program))
    throw new UsageError("a table needs an output_schema that names its properties");
  for (const path of [results, failed, journal]) if (path !== null) app.permit("write", path);
  const { input, output: answers } = program;
  return {
    output: results,
    failed,
    writer: createWriter({ format, join: options.flag("join"), input, output: answers }),
    redactor: output.redactor,
    print: (text) => output.text(text),
  };
}

interface Places {
  readonly output: string | null;
  readonly failed: string | null;
  readonly journal: string | null;
  readonly format: WriterOptions["format"];
}

function placesOf({ options, resolve }: CommandContext): Places {
  const output = options.text("output");
  const named = options.text("journal");
  const journal = named ?? (output === null ? null : `${output}.journal`);
  const beside = output ?? named;
  if (journal === null && (options.flag("retry-failed") || options.flag("restart")))
    throw new UsageError("there is no journal: give --output or --journal");
  const ending = extname(output ?? "")
    .slice(1)
    .toLowerCase();
  const usual = ending === "csv" || ending === "tsv" ? ending : "jsonl";
  return {
    output: output === null ? null : resolve(output),
    failed: beside === null ? null : resolve(`${beside}.failed.jsonl`),
    journal: journal === null ? null : resolve(journal),
    // The parser has held it to its list.
    format: (options.text("output-format") ?? usual) as WriterOptions["format"],
  };
}

async function watched(
  context: CommandContext,
  given: RowsGiven,
  job: Omit<MapJob, "signal" | "watch">,
): Promise<MapReport> {
  const { runMap } = await import("../../rows/job.ts");
  const { output } = context;
  const progress = createMapProgress(output, { total: () => given.count() });
  const interrupt = new AbortController();
  const disarm = output.terminal.onInterrupt(() => interrupt.abort());
  try {
    return await runMap({
      ...job,
      signal: interrupt.signal,
      watch: (tally) => progress.show(tally),
    });
  } finally {
    disarm();
    progress.end();
  }
}

function tell({ output }: CommandContext, places: Places, { tally, stopped }: MapReport): number {
  const why = stopped instanceof ModullmError ? `${stopped.code}: ${stopped.message}` : stopped;
  if (places.output !== null) output.json(summaryOf(tally, why, places));
  output.note(countsText(tally));
  if (why !== null) output.note(endText(why, places));
  else if (tally.failed > 0 && places.failed !== null)
    output.note(`Failed rows stand in ${places.failed}; --retry-failed runs them again`);
  if (stopped === "interrupted") return CODES.RLLM_022.exit;
  return stopped === null && tally.failed === 0 ? 0 : 1;
}

/** What a program reads of it. */
function summaryOf(tally: Tally, stopped: string | null, places: Places) {
  const { answered, failed, known } = tally;
  return {
    answered,
    failed,
    known,
    calls: tally.calls,
    prompt_tokens: tally.promptTokens,
    completion_tokens: tally.completionTokens,
    cost_usd: tally.unpriced === 0 ? tally.knownCost : null,
    known_cost_usd: tally.knownCost,
    stopped,
    output: places.output,
    failed_rows: failed > 0 ? places.failed : null,
    journal: places.journal,
  };
}

function countsText(tally: Tally): string {
  const { answered, failed, known, tokens } = tally;
  return [
    `${grouped(answered)} answered`,
    `${grouped(failed)} failed`,
    ...(known > 0 ? [`${grouped(known)} of them before`] : []),
    `${grouped(tokens)} tokens`,
    costText(tally),
  ].join(", ");
}

function endText(why: string, { journal }: Places): string {
  const said =
    why === "interrupted"
      ? "Interrupted"
      : why === "failures"
        ? "Ended after the failures that --stop-after-failures allows"
        : `Ended: ${why}`;
  return journal === null
    ? `${said}; without --output or --journal nothing can be gone on with`
    : `${said}; the same command goes on from here`;
}
