import { nearest } from "../core/nearest.ts";
import { type CommandContext, UsageError } from "./command.ts";

/** One of the things that a command does, such as `plugins install`. */
export interface Action {
  /** How many words may follow its name. */
  readonly least: number;
  readonly most: number;
  /** What they are, for a message: `the name of a plugin`. */
  readonly wants: string;
  /** The exit status; throws `ModullmError` or `UsageError`. */
  run(words: readonly string[], context: CommandContext): Promise<number>;
}

/** Actions by their names, loaded when they are asked for. */
export type Actions = Readonly<Record<string, ListedAction>>;

export interface ListedAction {
  /** What follows its name, as help shows it. */
  readonly words: string;
  readonly summary: string;
  load(): Promise<Action>;
}

/** @throws {UsageError} for a name that none of them has, and too few or too many words */
export async function loadAction(
  actions: Actions,
  name: string,
  words: readonly string[],
): Promise<Action> {
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
  return action;
}
