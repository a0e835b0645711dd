import type { LoadedProgram } from "../../../library/load.ts";
import { BASELINE } from "../../../model/baseline/name.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { openIndex } from "./scan.ts";

export const classify: Action = {
  least: 0,
  most: 1000,
  wants: "names of programs",
  async run(names, context) {
    const { options } = context;
    const category = options.text("category");
    if (options.flag("review")) {
      if (category !== null || options.flag("write"))
        throw new UsageError("--review shows; --category and --write change, without it");
      return await review(names, context);
    }
    if (category !== null || options.flag("write")) return await edit(names, category, context);
    return await ask(names, context);
  },
};

/** Shows where programs stand, and who said so. */
async function review(names: readonly string[], context: CommandContext): Promise<number> {
  const { programs } = await openIndex(context);
  const all = await programs.decisions();
  const wanted = new Set(
    await Promise.all(names.map(async (name) => (await programs.show(name)).name)),
  );
  const shown = all.filter(({ name }) => names.length === 0 || wanted.has(name));
  const { reviewText } = await import("../../render/library.ts");
  if (asText(context)) context.output.text(reviewText(shown));
  else context.output.json({ programs: shown });
  return 0;
}

/** Decides as a person says, and with `--write` puts it into the files too. */
async function edit(
  names: readonly string[],
  category: string | null,
  context: CommandContext,
): Promise<number> {
  const { options, output } = context;
  if (names.length === 0) throw new UsageError("classify needs the names of programs for that");
  const { programs } = await openIndex(context);
  const at = category?.lastIndexOf("/") ?? -1;
  const decided: object[] = [];
  for (const name of names) {
    if (category !== null) {
      const [domain, task] = [category.slice(0, Math.max(0, at)), category.slice(at + 1)];
      await programs.decide(name, { domain, task, from: "review" });
    }
    const entry = await programs.show(name);
    if (options.flag("write")) {
      (await context.app()).permit("write", entry.path);
      const { writeCategory } = await import("../../../authoring/write-category.ts");
      await writeCategory(entry);
      output.note(`Wrote ${entry.path}`);
    }
    decided.push({ name: entry.name, category: entry.category });
  }
  if (options.flag("write")) await programs.refresh();
  output.json({ programs: decided });
  return 0;
}

/** Asks a model about programs that nobody has decided. */
async function ask(names: readonly string[], context: CommandContext): Promise<number> {
  const { options, output } = context;
  const { categorizePrograms } = await import("../../../authoring/categorize-programs.ts");
  const { programs } = await openIndex(context);
  const app = await context.app();
  const model = options.text("model") ?? app.config.defaultModel ?? BASELINE;
  const interrupt = new AbortController();
  const disarm = output.terminal.onInterrupt(() => interrupt.abort());
  const scope = app.scope({ signal: interrupt.signal });
  const decided: object[] = [];
  try {
    const run = async (program: LoadedProgram, input: unknown) =>
      await app.run(program, input, { model, scope });
    for await (const each of categorizePrograms(programs, { names, model, run }))
      decided.push({ name: each.name, before: each.before.path, category: each.category });
  } finally {
    scope.end();
    disarm();
    if (decided.length > 0) output.note(`Decided ${decided.length}`);
  }
  output.json({ model, programs: decided });
  return 0;
}
