import type { App } from "../../workspace.ts";
import type { Json } from "../../core/json.ts";
import type { RunEvent, RunListener, Trace } from "../../core/events.ts";
import type { Command, CommandContext } from "../command.ts";
import { createProgress } from "../render/progress.ts";
import { createVerbose } from "../render/events.ts";
import { warnOf } from "../render/warning.ts";
import { readInput } from "../run-input.ts";
import { readStart, START_OPTIONS } from "../start-options.ts";
import { createPartialOutput } from "../partial-output.ts";
import { readTags } from "../tags.ts";
import { openTrace } from "../trace.ts";

export const command: Command = {
  name: "run",
  summary: "Run a program and print its output object",
  positionals: [
    { name: "FILE", description: "The .rllm program", required: true, takes: "program" },
  ],
  rest: "key=value pairs: single fields of the input, typed by input_schema",
  options: {
    input: {
      type: "string",
      valueHint: "JSON",
      description:
        "Input: a JSON or YAML object, - for stdin, or plain text for the one string field",
    },
    text: {
      type: "string",
      valueHint: "TEXT",
      description: "Input: plain text, never read as JSON; - for stdin",
    },
    "input-file": {
      type: "string",
      valueHint: "PATH",
      description: "Input: a JSON file, or YAML by its ending; wins over --input",
    },
    "allow-path": START_OPTIONS["allow-path"],
    model: START_OPTIONS.model,
    "max-retries": START_OPTIONS["max-retries"],
    repair: START_OPTIONS.repair,
    stream: { type: "boolean", description: "Show the answer on stderr as it comes" },
    format: {
      type: "enum",
      options: ["json", "ndjson"],
      default: "json",
      description:
        "ndjson: a line for each partial object as the answer grows, then one for the output " +
        "(implies --stream)",
    },
    "output-dir": {
      type: "string",
      valueHint: "FOLDER",
      description: "Write pictures and sound of the output here; paths stand for them in it",
    },
    verbose: { type: "boolean", description: "Show the run's events on stderr" },
    trace: {
      type: "string",
      valueHint: "PATH",
      description: "Write the run's events to a file as JSON lines",
    },
    keep: {
      type: "boolean",
      description: "Keep the run's events, redacted; `runs show` and `trace show` show them",
    },
    tag: START_OPTIONS.tag,
    concurrency: START_OPTIONS.concurrency,
    budget: START_OPTIONS.budget,
    "no-cache": START_OPTIONS["no-cache"],
    fresh: START_OPTIONS.fresh,
    "dry-run": {
      type: "boolean",
      description: "Print the request that would be sent and what it would take; call nothing",
    },
    "ollama-auto-pull": START_OPTIONS["ollama-auto-pull"],
    "trusted-python": START_OPTIONS["trusted-python"],
    "python-memory-limit-mb": START_OPTIONS["python-memory-limit-mb"],
  },
  examples: [
    ["modullm run examples/summary.rllm --input-file examples/summary.yaml", "input from a file"],
    [
      'modullm run summary.rllm --input \'{"text": "…"}\' --model openai/gpt-4o-mini',
      "another model",
    ],
    ["cat article.txt | modullm run summary.rllm --input -", "text from a pipe"],
    ["modullm run summary.rllm -- text=hello limit=3", "single fields"],
    [
      "modullm run summary.rllm --text hello --dry-run",
      "what would be sent, and what it would cost",
    ],
  ],
  async run(context) {
    const { options, output } = context;
    const flags = readStart(options);
    const [file = ""] = context.positionals;
    const app = await context.app(options.flag("ollama-auto-pull") ? { ollamaAutoPull: true } : {});
    const loaded = await app.load(file);
    warnOf(loaded, output);
    const input = await readInput(loaded.program.input, context);
    const tags = readTags(options.texts("tag"));
    const kept = options.flag("keep") ? { keep: true } : {};
    if (options.flag("dry-run")) {
      const { dryRun } = await import("../../engine/dry-run.ts");
      const { tryToPredict } = await import("../../insight/prediction.ts");
      const scope = app.scope(flags);
      const dry = await dryRun(loaded, input, app.tools, scope, app.withDefaults(flags));
      scope.end();
      output.json({
        ...dry,
        prediction: await tryToPredict(loaded, input, app, { flags, warn: output.warn }),
      });
      return 0;
    }
    const partial = ndjson(context) ? createPartialOutput(loaded.program.output, output) : null;
    const answered = await watched(context, app, partial?.listen ?? null, (watch) =>
      app.run(loaded, input, { ...flags, ...watch, ...kept, tags }),
    );
    const folder = options.text("output-dir");
    const value =
      folder === null
        ? answered
        : (await import("../output-dir.ts")).writeFiles(answered, {
            app,
            output: loaded.program.output,
            folder: context.resolve(folder),
            cwd: output.terminal.cwd,
          });
    if (partial) partial.end(value);
    else output.json(value);
    return 0;
  },
};

/** Runs with everything that watches attached, and detached again whatever happens. */
async function watched(
  context: CommandContext,
  app: App,
  partial: RunListener | null,
  run: (watch: { traces: readonly Trace[]; signal: AbortSignal }) => Promise<{ output: Json }>,
): Promise<Json> {
  const { options, output } = context;
  const tracePath = options.text("trace");
  if (tracePath !== null) app.permit("write", context.resolve(tracePath));
  const trace = tracePath === null ? null : openTrace(context.resolve(tracePath), output);
  const verbose = options.flag("verbose") ? createVerbose(output) : null;
  const stream = options.flag("stream") && partial === null;
  const wants = { payloads: false, deltas: options.flag("stream") || partial !== null };
  const progress = createProgress(output, { stream, verbose: verbose !== null });
  const interrupt = new AbortController();
  let disarm = nothing;
  function listener(event: RunEvent): void {
    // From here on the run waits for others most of the time, and can end in good order.
    if (event.type === "stage-start" && event.stage === "plan") {
      disarm();
      disarm = output.terminal.onInterrupt(() => interrupt.abort());
    }
    trace?.write(event);
    verbose?.(event);
    progress.listen(event);
    partial?.(event);
  }
  try {
    const traces = [{ wants, listen: listener }];
    return (await run({ traces, signal: interrupt.signal })).output;
  } finally {
    disarm();
    progress.end();
    trace?.close();
  }
}

function nothing(): void {}

function ndjson({ options }: CommandContext): boolean {
  return options.text("format") === "ndjson";
}
