import { ModullmError } from "../../core/error.ts";
import type { Attack, AttackResult, tryAttacks } from "../../sandbox/check.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Level } from "../../core/sandbox-level.ts";
import type { Language } from "../../sandbox/offers.ts";
import type { App } from "../../workspace.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import type { Output } from "../output.ts";
import { createLiveLine } from "../render/live-line.ts";

const LANGUAGES: readonly Language[] = ["python", "js"];

export const command: Command = {
  name: "sandbox",
  summary: "Show how blocks are confined here, or attack the sandboxes and see what holds",
  positionals: [
    {
      name: "ACTION",
      description: "status or check",
      required: true,
      suggest: ["status", "check"],
    },
  ],
  options: {
    language: {
      type: "enum",
      options: ["python", "js"],
      description: "With check: only this language",
    },
    only: {
      type: "string",
      valueHint: "TEXT",
      description: "With check: only attacks whose id contains this",
    },
    details: {
      type: "boolean",
      description: "With check: every attack, not only those that got through",
    },
  },
  examples: [
    [
      "modullm sandbox status",
      "which level Python and JavaScript blocks run at on this machine, and why",
    ],
    ["modullm sandbox check", "run every attack at every level (takes some minutes)"],
    ["modullm sandbox check --language js --only redos --details", "one attack"],
  ],
  async run(context) {
    const { positionals, options, output } = context;
    const [action] = positionals;
    if (action !== "status" && action !== "check")
      throw new UsageError(`"${action}" is not one of status, check`);
    const app = await context.app();
    const { sandboxes } = app.tools;
    if (action === "check") {
      const languages = LANGUAGES.filter((each) => each === (options.text("language") ?? each));
      return await check(app, languages, context);
    }
    const statuses = LANGUAGES.map((language) =>
      sandboxes.status(language, { permit: (level) => app.permitSandbox(language, level) }),
    );
    output.json({ sandboxes: await Promise.all(statuses) });
    return 0;
  },
};

/** Runs the attacks at every level offered; the exit status is 1 when one of them got through. */
async function check(
  app: App,
  languages: readonly Language[],
  context: CommandContext,
): Promise<number> {
  const { options, output } = context;
  const { attacksFor } = await import("../../sandbox/check.ts");
  const only = options.text("only") ?? "";
  const attacks = new Map(
    languages.map((language) => [
      language,
      attacksFor(language).filter(({ id }) => id.includes(only)),
    ]),
  );
  if ([...attacks.values()].every(({ length }) => length === 0))
    throw new UsageError(
      `no ${languages.join(" or ")} attack has "${only}" in its id; \`--details\` prints ids`,
    );
  const { results, skipped } = await tryAll(app, attacks, output);
  const through = results.filter(({ held }) => !held);
  output.json({
    ok: through.length === 0 && results.length > 0,
    sandboxes: summarise(results),
    skipped,
    through,
    ...(options.flag("details") ? { attacks: results } : {}),
  });
  return through.length === 0 && results.length > 0 ? 0 : 1;
}

interface Tried {
  readonly results: AttackResult[];
  readonly skipped: { readonly language: Language; readonly reason: string }[];
}

/** Every attack at every level that the machine offers for its language. */
async function tryAll(
  { tools: { sandboxes }, permitSandbox }: App,
  attacks: ReadonlyMap<Language, readonly Attack[]>,
  output: Output,
): Promise<Tried> {
  const line = createLiveLine(output);
  const interrupt = new AbortController();
  const disarm = output.terminal.onInterrupt(() => interrupt.abort(interrupted()));
  const tried: Tried = { results: [], skipped: [] };
  function waiting(): void {
    line.clear();
    output.warn("Another check is running on this machine; this one waits for it");
  }
  try {
    for (const [language, chosen] of attacks) {
      if (chosen.length === 0) continue;
      const permit = (level: Level | null): void => permitSandbox(language, level);
      permit(null);
      const { levels, reason } = await sandboxes.status(language, { permit });
      if (levels.length === 0)
        tried.skipped.push({ language, reason: reason ?? "there is no sandbox for it" });
      for (const level of levels) {
        const sandbox = await sandboxes.sandbox(language, level);
        for (const builtins of language === "python"
          ? (["safe", "all"] as const)
          : (["safe"] as const))
          await tryOn(sandbox, { language, builtins, chosen, signal: interrupt.signal });
      }
    }
    return tried;
  } finally {
    line.clear();
    disarm();
  }

  async function tryOn(
    sandbox: Sandbox,
    options: Omit<Parameters<typeof tryAttacks>[1], "waiting">,
  ): Promise<void> {
    const { language, builtins, chosen } = options;
    const about = `${language} at level ${sandbox.level}${builtins === "all" ? ", all builtins" : ""}`;
    let done = 0;
    const draw = (): void => {
      if (output.terminal.stderrIsTty) line.draw(`${about}: ${done} of ${chosen.length} attacks`);
    };
    draw();
    const attacking = await import("../../sandbox/check.ts");
    for await (const result of attacking.tryAttacks(sandbox, { ...options, waiting })) {
      tried.results.push({ ...result, ms: Math.round(result.ms) });
      done++;
      draw();
    }
  }
}

function interrupted(): ModullmError {
  return new ModullmError("RLLM_022", "The check was interrupted", {
    details: { reason: "interrupted" },
  });
}

function summarise(results: readonly AttackResult[]): object[] {
  const groups = Map.groupBy(
    results,
    ({ language, level, builtins }) => `${language} ${level} ${builtins}`,
  );
  return [...groups.values()].map((group) => {
    const [{ language, level, builtins } = {}] = group;
    const held = group.filter((result) => result.held).length;
    return {
      language,
      level,
      ...(language === "python" ? { builtins } : {}),
      attacks: group.length,
      held,
    };
  });
}
