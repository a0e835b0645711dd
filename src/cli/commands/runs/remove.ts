import { parseDuration } from "../../../core/duration.ts";
import { findRun } from "../../../insight/run-view.ts";
import { type Action, UsageError } from "../../command.ts";
import { isChosen, readFilter } from "./run-filter.ts";

/** Forgets runs by id, or those that the filter chooses, with all that they started. */
export const remove: Action = {
  least: 0,
  most: Number.POSITIVE_INFINITY,
  wants: "IDs",
  async run(ids, context) {
    const { options, output, app } = context;
    if (ids.length === 0 && !isChosen(options) && !options.flag("all"))
      throw new UsageError("`runs rm` takes an ID, a filter such as --program, or --all");
    const workspace = await app();
    workspace.permit("manage", "runs");
    const store = await workspace.store();
    const { runs } = store;
    let removed = 0;
    if (ids.length === 0) {
      const filter = await readFilter(context);
      removed = await runs.remove(options.flag("all") ? { ...filter, outermost: false } : filter);
    }
    // All are looked for before the first one goes.
    const found = await Promise.all(ids.map((id) => findRun(store, id)));
    for (const { id } of found) removed += await runs.remove({ id });
    output.json({ removed });
    return 0;
  },
};

/** Forgets the oldest runs until no more is kept than is said here, or else in config.yaml. */
export const prune: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, { options, output, app }) {
    const older = options.text("older");
    const given = older === null ? null : parseDuration(older);
    if (older !== null && given === null)
      throw new UsageError(`option --older is "${older}", but a duration such as 30d is wanted`);
    const { config, store, permit } = await app();
    permit("manage", "runs");
    const age = given ?? config.history.keepMs;
    const megabytes = options.integer("max-mb") ?? config.history.maxMb;
    if (age === null && megabytes === null)
      throw new UsageError(
        "`runs prune` needs --older or --max-mb, since config.yaml says nothing of `history`",
      );
    const { runs } = await store();
    const bytes = megabytes === null ? null : megabytes * 2 ** 20;
    output.json({ removed: await runs.prune({ age, bytes }) });
    return 0;
  },
};
