import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { Improved, ImproveJob } from "../../authoring/improve/improve.ts";
import { cannotWrite, replaceFile } from "../../config/write-file.ts";
import { toModullmError } from "../../core/error.ts";
import { unifiedDiff } from "../../core/line-diff.ts";
import { createAsk } from "../ask.ts";
import { type Command, type CommandContext, type Options, UsageError } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import { budgetOption, countOption } from "../limit-options.ts";
import { modelOption } from "../model-option.ts";
import { createImproveProgress, forecastText, gainText, improvedText } from "../render/improve.ts";

export const command: Command = {
  name: "improve",
  summary: "Look for a better prompt and examples, and show the gain in tests it never saw",
  positionals: [
    { name: "FILE", description: "The .rllm program", required: true, takes: "program" },
  ],
  options: {
    model: {
      type: "string",
      valueHint: "MODEL",
      description: "provider/name that runs the program (default: its own)",
    },
    proposer: {
      type: "string",
      valueHint: "MODEL",
      description: "provider/name that proposes instructions (default: the program's model)",
    },
    budget: {
      type: "string",
      valueHint: "LIMITS",
      description: "Limits on all of it, such as usd=2,tokens=500000,calls=1000",
    },
    trials: {
      type: "string",
      valueHint: "N",
      description: "Changes that are tried at most (default 40)",
    },
    holdout: {
      type: "string",
      valueHint: "SHARE",
      description: "The share of the tests that only judges (default 0.3, more where few fail)",
    },
    seed: { type: "string", valueHint: "N", description: "What is drawn by (default 1)" },
    concurrency: { type: "string", valueHint: "N", description: "Tests at a time (default 4)" },
    output: {
      type: "string",
      valueHint: "PATH",
      description: "Write the improved program there, and leave FILE as it is",
    },
    yes: { type: "boolean", description: "Write a change that is better, without a question" },
    "dry-run": { type: "boolean", description: "Predict what it would take; call nothing" },
    restart: { type: "boolean", description: "Throw away what earlier calls were answered" },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm improve sort.rllm --budget usd=1", "shows the change, its gain, and asks"],
    ["modullm improve sort.rllm --proposer openai/gpt-4.1", "a larger model proposes"],
    ["modullm improve sort.rllm --dry-run", "what it would take"],
    ["modullm improve sort.rllm --yes --output better.rllm", "for a job"],
  ],
  async run(context) {
    const { options, output } = context;
    const settings = settingsOf(options);
    const target = targetOf(context);
    const app = await context.app();
    const path = await context.locate(context.positionals[0] ?? "");
    const { openImprovement } = await import("../../authoring/improve/open.ts");
    const { forecastImprove } = await import("../../authoring/improve/forecast.ts");
    if (!options.flag("dry-run")) app.permit("write", target ?? path);
    const opened = await openImprovement(path, {
      ...settings,
      app,
      restart: options.flag("restart"),
      warn: output.warn,
    });
    try {
      const { job } = opened;
      const forecast = await forecastImprove(job);
      if (options.flag("dry-run")) {
        output.json(forecast);
        return 0;
      }
      output.note(forecastText(forecast));
      if (job.proposer === null)
        output.note(
          "No language model proposes instructions: only examples are tried (--proposer)",
        );
      const improved = await watched(context, job);
      return await tell(context, { job, improved, target, keep: opened.keepRecordings });
    } finally {
      opened.release();
    }
  },
};

function settingsOf(options: Options) {
  const holdout = options.text("holdout");
  const share = holdout === null ? null : Number(holdout);
  if (share !== null && !(share > 0 && share < 1))
    throw new UsageError(`option --holdout is "${holdout}", but a share such as 0.3 is wanted`);
  return {
    model: modelOption(options),
    proposer: modelOption(options, { name: "proposer" }),
    limits: budgetOption(options),
    trials: countOption(options, "trials") ?? 40,
    concurrency: countOption(options, "concurrency") ?? 4,
    seed: options.integer("seed") ?? 1,
    holdout: share,
  };
}

/** Where the improved program goes; null: to its own file. */
function targetOf({ options, resolve }: CommandContext): string | null {
  const named = options.text("output");
  if (named === null) return null;
  const path = resolve(named);
  if (existsSync(path)) throw new UsageError(`${path} is there already; name another --output`);
  return path;
}

type OpenJob = Omit<ImproveJob, "signal" | "watch">;

async function watched({ output }: CommandContext, job: OpenJob): Promise<Improved> {
  const { improve } = await import("../../authoring/improve/improve.ts");
  const progress = createImproveProgress(output, job.trials);
  const interrupt = new AbortController();
  const disarm = output.terminal.onInterrupt(() => interrupt.abort());
  try {
    return await improve({ ...job, signal: interrupt.signal, watch: progress.show });
  } catch (thrown) {
    progress.end();
    const kept = job.journal.all.length;
    if (kept > 0) output.note(`${kept} answers are kept: the same command goes on from there`);
    throw toModullmError(thrown);
  } finally {
    disarm();
    progress.end();
  }
}

interface Outcome {
  readonly job: OpenJob;
  readonly improved: Improved;
  readonly target: string | null;
  /** Has the recordings of the program's tests written beside it. */
  readonly keep: (candidate: Improved["improvement"]) => Promise<number>;
}

async function tell(context: CommandContext, outcome: Outcome): Promise<number> {
  const { output } = context;
  const { job, improved, target } = outcome;
  const { improvement } = improved;
  const { path, program } = job.loaded;
  const shown = relative(output.terminal.cwd, target ?? path) || path;
  const diff = improvement === null ? "" : unifiedDiff(job.text, improvement.text, shown);
  const written = improvement === null ? null : await write(context, outcome, diff);
  if (asText(context)) output.text(improvedText(improved, { shown, written, diff }));
  else
    output.json({
      program: program.name,
      path,
      ...resultOf(improved),
      seed: job.seed,
      diff: improvement === null ? null : diff,
      written,
    });
  return 0;
}

/** @returns where it was written; null: nobody said yes */
async function write(
  context: CommandContext,
  { job, improved, target, keep }: Outcome,
  diff: string,
): Promise<string | null> {
  const { options, output } = context;
  const { improvement } = improved;
  if (improvement === null) return null;
  const path = target ?? job.loaded.path;
  if (!options.flag("yes")) {
    const ask = createAsk(output);
    if (ask === null) {
      output.note("Nothing is written without a yes: --yes writes it");
      return null;
    }
    output.note(`${diff}\n${gainText(improvement.gain)}`);
    if (!(await ask(`Write ${relative(output.terminal.cwd, path) || path}?`))) return null;
  }
  try {
    replaceFile(path, improvement.text);
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Check the rights of the file and its folder.");
  }
  const recorded = target === null ? await keep(improvement) : 0;
  if (recorded > 0)
    output.note(`${recorded} recordings of it were added; \`modullm test\` passes on them`);
  return path;
}

function resultOf(improved: Improved): object {
  const { improvement, gain, reason } = improved;
  const { instruction, examples } = improvement?.candidate ?? { instruction: null, examples: [] };
  return {
    improved: improvement !== null,
    reason,
    tests: {
      all: improved.tests,
      training: improved.training,
      held_out: improved.heldOut,
      failed_held_out: improved.failedHeldOut,
    },
    passed: { before: improved.passed, after: improvement?.passed ?? null },
    gain,
    change:
      improvement === null
        ? null
        : {
            prompt: instruction?.prompt ?? null,
            system: instruction?.system ?? null,
            examples: examples.map(({ input, output }) => ({ input, output })),
          },
    regressions: improvement?.regressions ?? [],
    trials: improved.trials,
    spent: improved.spent,
  };
}
