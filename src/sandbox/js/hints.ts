import { nearest } from "../../core/nearest.ts";

export interface Surroundings {
  /** The line of code at which it happened. */
  readonly text: string;
  /** The names that the code could have used. */
  names(): readonly string[];
}

/** What to do about an exception that people often meet; null where its text says all. */
export function hintFor(
  error: { readonly name: string; readonly message: string },
  around: Surroundings,
): string | null {
  const { name, message } = error;
  const missing =
    name === "ReferenceError" ? /^(\S+) is not defined$/.exec(message)?.[1] : undefined;
  if (missing !== undefined) return hintForName(missing, around.names());
  if (message.startsWith("could not load module")) return NO_MODULES;
  if (name === "SyntaxError" && /^\s*(?:import|export)\b/.test(around.text)) return NO_MODULES;
  if (message === "return not in a function")
    return "Set the variable `result` in place of `return`.";
  return null;
}

const NO_MODULES =
  "There are no modules here: the code has plain JavaScript, and what it was given as variables.";

/** What people take for granted that isn't part of the language. */
const ABSENT: Readonly<Record<string, string>> = {
  require: NO_MODULES,
  module: NO_MODULES,
  exports: NO_MODULES,
  process:
    "There is no Node here: the code has plain JavaScript, and what it was given as variables.",
  Buffer: "There is no Node here; texts and typed arrays are there.",
  fetch: "There is no network here; what the code needs is given to it as variables.",
  XMLHttpRequest: "There is no network here; what the code needs is given to it as variables.",
  WebSocket: "There is no network here; what the code needs is given to it as variables.",
  setTimeout: "There are no timers here; promises are there.",
  setInterval: "There are no timers here; promises are there.",
  window: "There is no browser here; globalThis is there.",
  document: "There is no browser here.",
  None: "In JavaScript it is `null`.",
  True: "In JavaScript it is `true`.",
  False: "In JavaScript it is `false`.",
};

function hintForName(name: string, names: readonly string[]): string | null {
  const absent = Object.hasOwn(ABSENT, name) ? ABSENT[name] : undefined;
  if (absent !== undefined) return absent;
  const near = nearest(
    name,
    names.filter((other) => other !== name),
  );
  return near === null ? null : `Did you mean \`${near}\`?`;
}
