import { watch, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { ModullmError } from "../../core/error.ts";
import type { App } from "../../workspace.ts";
import type { TestFile } from "../../testing/find.ts";
import type { TestReport } from "../../testing/report.ts";
import type { Mode } from "../../testing/run.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
import { countOption } from "../limit-options.ts";
import { reportText, testText } from "../render/test-report.ts";

export const command: Command = {
  name: "test",
  summary: "Run the tests of programs, on recorded answers",
  positionals: [
    {
      name: "PATH",
      description: "Programs, .test.yaml files or folders (default: this folder)",
      required: false,
      many: true,
      takes: "program",
    },
  ],
  options: {
    record: {
      type: "boolean",
      description: "Ask for answers that have no recording, and keep them",
    },
    live: { type: "boolean", description: "Ask for every answer, and keep none" },
    model: {
      type: "string",
      valueHint: "MODELS",
      description: "Run every test on these models, with commas between them, side by side",
    },
    repeat: { type: "string", valueHint: "N", description: "Run every test so often (default 1)" },
    only: { type: "string", valueHint: "TEXT", description: "Tests with this in their name" },
    generate: {
      type: "string",
      valueHint: "N",
      description: "Draft N tests of one program with its model, for review; print them as YAML",
    },
    concurrency: { type: "string", valueHint: "N", description: "Tests at a time (default 4)" },
    junit: { type: "string", valueHint: "PATH", description: "Write a JUnit report" },
    watch: { type: "boolean", description: "Run again whenever a file changes" },
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm test", "all tests in this folder; opens no connection"],
    ["modullm test summary.rllm --record", "answers that are missing are asked for"],
    ["modullm test --model openai/gpt-4o-mini,google/gemini-2.5-flash --live", "models compared"],
    ["modullm test --junit report.xml --format json", "for a CI system"],
    ["modullm test summary.rllm --generate 5 > summary.test.yaml", "drafts to be reviewed"],
  ],
  async run(context) {
    const { options, output } = context;
    if (options.flag("record") && options.flag("live"))
      throw new UsageError("--record and --live can't be used together");
    const app = await context.app();
    const paths = context.positionals.length > 0 ? context.positionals : ["."];
    const generated = countOption(context.options, "generate");
    if (generated !== null) return await draft(context, app, paths, generated);
    const interrupt = new AbortController();
    const disarm = output.terminal.onInterrupt(() => interrupt.abort());
    try {
      let exit = await runOnce(context, app, paths, interrupt.signal);
      while (options.flag("watch") && (await changed(context, paths, interrupt.signal)))
        exit = await runOnce(context, app, paths, interrupt.signal);
      return exit;
    } finally {
      disarm();
    }
  },
};

async function runOnce(
  context: CommandContext,
  app: App,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { options, output } = context;
  const { findTests } = await import("../../testing/find.ts");
  const { runSuite } = await import("../../testing/suite.ts");
  const files: TestFile[] = [];
  for (const path of paths) files.push(...(await findTests(context.resolve(path), app.load)));
  if (files.length === 0) throw noTests(paths);
  const named = options.text("model");
  const models = named === null ? null : named.split(",").map((model) => model.trim());
  const report = await runSuite(files, {
    app,
    mode: modeOf(context),
    models,
    repeat: countOption(context.options, "repeat") ?? 1,
    only: options.text("only"),
    concurrency: countOption(context.options, "concurrency") ?? 4,
    signal,
    load: app.load,
    shownPath: (path) => relative(output.terminal.cwd, path) || path,
    ended(line) {
      if (asText(context)) output.text(testText(output, line, models !== null));
    },
  });
  return await tell(context, app, report);
}

async function tell(context: CommandContext, app: App, report: TestReport): Promise<number> {
  const { options, output } = context;
  const path = options.text("junit");
  if (path !== null) {
    const { junit } = await import("../../testing/junit.ts");
    app.permit("write", context.resolve(path));
    writeFileSync(context.resolve(path), output.redactor.text(junit(report)));
  }
  if (asText(context)) output.text(reportText(report));
  else output.json(report);
  return report.ok ? 0 : 1;
}

async function draft(
  context: CommandContext,
  app: App,
  [path = "."]: readonly string[],
  count: number,
): Promise<number> {
  const { draftTests } = await import("../../testing/draft.ts");
  const model = context.options.text("model");
  context.output.text(await draftTests(await app.load(path), { app, count, model }));
  return 0;
}

function modeOf({ options }: CommandContext): Mode {
  if (options.flag("live")) return "live";
  return options.flag("record") ? "record" : "replay";
}

function noTests(paths: readonly string[]): ModullmError {
  return new ModullmError("RLLM_016", `There are no tests in ${paths.join(", ")}`, {
    details: { source: paths.join(", "), reason: "there are no tests" },
    hint: "Write `tests:` into a program, or a NAME.test.yaml beside it; --generate drafts some.",
  });
}

/** Waits for a change below the paths. @returns false once the signal ends it */
async function changed(
  context: CommandContext,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  context.output.note("Waiting for changes; Ctrl-C ends it");
  return await new Promise<boolean>((settle) => {
    const watchers = paths.map((path) =>
      watch(context.resolve(path), { recursive: true }, (_, name) => {
        if (name === null || !name.endsWith(".recordings.jsonl")) end(true);
      }),
    );
    const stop = (): void => end(false);
    function end(value: boolean): void {
      for (const watcher of watchers) watcher.close();
      signal.removeEventListener("abort", stop);
      // Editors write a file in several steps.
      setTimeout(() => settle(value), value ? 50 : 0);
    }
    signal.addEventListener("abort", stop, { once: true });
  });
}
