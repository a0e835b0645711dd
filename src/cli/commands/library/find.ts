import {
  COMPLEXITIES,
  LATENCIES,
  type ListedProgram,
  type PageOptions,
  type ProgramFilter,
  type ProgramIndex,
} from "../../../library/program-index.ts";
import type { Action, Options } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { openIndex } from "./scan.ts";

export const list: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { programs } = await openIndex(context);
    const { options, output } = context;
    const paged = options.text("limit") !== null || options.text("cursor") !== null;
    const page = paged
      ? await programs.list(pageOptions(options))
      : await everyProgram(programs, filterOf(options));
    if (asText(context)) output.text((await render()).listText(page));
    else output.json(page);
    return 0;
  },
};

export const search: Action = {
  least: 1,
  most: 1000,
  wants: "words to search for",
  async run(words, context) {
    const { programs } = await openIndex(context);
    const page = await programs.search(words.join(" "), pageOptions(context.options));
    if (asText(context)) context.output.text((await render()).searchText(page));
    else context.output.json(page);
    return 0;
  },
};

export const tree: Action = {
  least: 0,
  most: 1,
  wants: "at most one category",
  async run([category], context) {
    const { programs } = await openIndex(context);
    const { options, output } = context;
    if (category === undefined) {
      const whole = await programs.tree({ filter: filterOf(options) });
      if (asText(context)) output.text((await render()).treeText(whole));
      else output.json(whole);
      return 0;
    }
    const page = await programs.programs(category, pageOptions(options));
    if (asText(context)) output.text((await render()).categoryText(page));
    else output.json(page);
    return 0;
  },
};

export const show: Action = {
  least: 1,
  most: 1,
  wants: "the name of a program",
  async run([name = ""], context) {
    const { programs } = await openIndex(context);
    context.output.json(await programs.show(name));
    return 0;
  },
};

async function everyProgram(
  index: ProgramIndex,
  filter: ProgramFilter,
): Promise<{ total: number; programs: readonly ListedProgram[]; next_cursor: null }> {
  const programs: ListedProgram[] = [];
  let cursor: string | null = null;
  do {
    const page = await index.list({ filter, cursor, limit: 100 });
    programs.push(...page.programs);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return { total: programs.length, programs, next_cursor: null };
}

function pageOptions(options: Options): PageOptions {
  const limit = options.integer("limit");
  return {
    filter: filterOf(options),
    cursor: options.text("cursor"),
    ...(limit === null ? {} : { limit }),
  };
}

function filterOf(options: Options): ProgramFilter {
  const filter = Object.fromEntries(
    ["domain", "task", "shape"].flatMap((key) => {
      const value = options.text(key);
      return value === null ? [] : [[key, value]];
    }),
  );
  const complexity = COMPLEXITIES.find((each) => each === options.text("complexity"));
  const latency = LATENCIES.find((each) => each === options.text("latency"));
  return {
    ...filter,
    tags: options.texts("tag"),
    ...(complexity === undefined ? {} : { complexity }),
    ...(latency === undefined ? {} : { latency }),
  };
}

async function render(): Promise<typeof import("../../render/library.ts")> {
  return await import("../../render/library.ts");
}
