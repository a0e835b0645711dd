import { existsSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { Improved } from "../../authoring/improve/improve.ts";
import type { ImproveJob } from "../../authoring/improve/job.ts";
import { toModullmError } from "../../core/error.ts";
import { unifiedDiff } from "../../core/line-diff.ts";
import type { LoadedProgram } from "../../library/load.ts";
import { namesFiles } from "../../library/shared-schemas.ts";
import { type Command, type CommandContext, type Options, UsageError } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import { budgetOption, countOption } from "../limit-options.ts";
import { modelOption } from "../model-option.ts";
import {
  createImproveProgress,
  forecastText,
  improvedJson,
  improvedText,
} from "../render/improve.ts";
import { type Outcome, writeImproved } from "../write-improved.ts";

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
      if (target !== null) refuseElsewhere(target, job.loaded);
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

/** Where the improved program goes; null: to its own file. @throws {UsageError} */
function targetOf({ options, resolve }: CommandContext): string | null {
  const named = options.text("output");
  if (named === null) return null;
  const path = resolve(named);
  if (existsSync(path)) throw new UsageError(`${path} is there already; name another --output`);
  return path;
}

/** What a program names is found from its folder. @throws {UsageError} */
function refuseElsewhere(target: string, { path, program, uses, tools }: LoadedProgram): void {
  const namesOthers = uses.length + tools.length > 0 || namesFiles(program.source.text);
  if (!namesOthers || dirname(target) === dirname(path)) return;
  throw new UsageError(`--output must be in ${dirname(path)}: the program names files beside it`);
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

async function tell(context: CommandContext, outcome: Outcome): Promise<number> {
  const { output } = context;
  const { job, improved, target } = outcome;
  const { improvement } = improved;
  const { path, program } = job.loaded;
  const shown = relative(output.terminal.cwd, target ?? path) || path;
  const diff = improvement === null ? null : unifiedDiff(job.text, improvement.text, shown);
  const forPeople = asText(context);
  if (forPeople) output.text(improvedText(improved, diff));
  // For people it stands there already.
  const seen = forPeople ? null : diff;
  const written =
    improvement === null ? null : await writeImproved(context, { ...outcome, shown, diff: seen });
  if (!forPeople) {
    const result = improvedJson(improved);
    output.json({ program: program.name, path, ...result, seed: job.seed, diff, written });
  } else if (improvement !== null)
    output.note(written === null ? `Nothing was written to ${shown}` : `Written: ${shown}`);
  return 0;
}
