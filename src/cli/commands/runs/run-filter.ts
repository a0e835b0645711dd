import type { ArgsDef } from "citty";
import { parseDuration } from "../../../core/duration.ts";
import type { RunFilter } from "../../../store/runs.ts";
import { type CommandContext, type Options, UsageError } from "../../command.ts";
import { readTags } from "../../tags.ts";

/** What `list`, `export` and `rm` choose runs by. */
export const FILTER_OPTIONS: ArgsDef = {
  program: { type: "string", valueHint: "FILE", description: "Only runs of this program" },
  model: { type: "string", valueHint: "MODEL", description: "Only runs that asked for this model" },
  status: { type: "enum", options: ["ok", "failed"], description: "Only runs that ended so" },
  "min-cost": { type: "string", valueHint: "USD", description: "Only runs that cost this or more" },
  "max-cost": { type: "string", valueHint: "USD", description: "Only runs that cost this or less" },
  tag: {
    type: "string",
    valueHint: "KEY=VALUE",
    description: "Only runs with this tag; may be repeated",
  },
  text: {
    type: "string",
    valueHint: "TEXT",
    description: "Only runs whose program's path holds it, or whose kept events hold its words",
  },
  since: {
    type: "string",
    valueHint: "WHEN",
    description: "Only runs that started then or later: 7d (ago), or a date such as 2026-05-01",
  },
  until: { type: "string", valueHint: "WHEN", description: "Only runs that started before" },
  children: { type: "boolean", description: "Runs that other runs started, too" },
};

export async function readFilter({ options, locate }: CommandContext): Promise<RunFilter> {
  const program = options.text("program");
  const model = options.text("model");
  const status = options.text("status");
  const [atLeast, atMost] = [dollars(options, "min-cost"), dollars(options, "max-cost")];
  const [since, until] = [moment(options, "since"), moment(options, "until")];
  const text = options.text("text");
  return {
    ...(program === null ? {} : { path: await locate(program) }),
    ...(model === null ? {} : { model }),
    ...(status === null ? {} : { ok: status === "ok" }),
    ...(atLeast === null ? {} : { usdAtLeast: atLeast }),
    ...(atMost === null ? {} : { usdAtMost: atMost }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { before: until }),
    ...(text === null ? {} : { text }),
    tags: readTags(options.texts("tag")),
    // Who names a program wants all its runs.
    ...(options.flag("children") || program !== null ? {} : { outermost: true }),
  };
}

/** Whether anything was chosen at all. */
export function isChosen(options: Options): boolean {
  return Object.keys(FILTER_OPTIONS).some(
    (name) => name !== "children" && options.texts(name).length > 0,
  );
}

function dollars(options: Options, name: string): number | null {
  const text = options.text(name);
  if (text === null) return null;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0) return value;
  throw new UsageError(`option --${name} is "${text}", but US dollars such as 0.05 are wanted`);
}

/** Milliseconds since the epoch. */
function moment(options: Options, name: string): number | null {
  const text = options.text(name);
  if (text === null) return null;
  const age = parseDuration(text);
  const time = age === null ? Date.parse(text) : Date.now() - age;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(
    `option --${name} is "${text}", but an age such as 7d or a date such as 2026-05-01 is wanted`,
  );
}
