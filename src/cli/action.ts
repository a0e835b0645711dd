import { nearest } from "../core/nearest.ts";
import { type Actions, type CommandContext, type Positional, UsageError } from "./command.ts";

/** What a command with actions takes: the name of one, then what that is about. */
export function actionPositionals(
  actions: Actions,
  about: readonly Omit<Positional, "required">[],
): readonly Positional[] {
  return [
    {
      name: "ACTION",
      description: "What to do",
      required: true,
      suggest: Object.keys(actions),
    },
    ...about.map((each) => ({ ...each, required: false })),
  ];
}

/**
 * Does what the first word names, about the others.
 * @throws {UsageError} for a name that none of them has, and too few or too many words
 */
export async function runAction(actions: Actions, context: CommandContext): Promise<number> {
  const [name = "", ...words] = context.positionals;
  const listed = Object.hasOwn(actions, name) ? actions[name] : undefined;
  const names = Object.keys(actions);
  if (!listed) {
    const near = nearest(name, names);
    const meant = near === null ? "" : `; did you mean "${near}"?`;
    throw new UsageError(`"${name}" is not one of ${names.join(", ")}${meant}`);
  }
  const action = await listed.load();
  if (words.length < action.least) throw new UsageError(`${name} needs ${action.wants}`);
  if (words.length > action.most)
    throw new UsageError(`"${words[action.most]}" is one argument too many for ${name}`);
  return await action.run(words, context);
}
