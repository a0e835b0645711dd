/** The check is not passed: says what was there instead. */
export class Miss extends Error {}

/** It can't be told: says why. */
export class Skip extends Error {}

/** @throws {Miss} */
export function want(held: boolean, found: string | (() => string)): asserts held {
  if (!held) throw new Miss(typeof found === "string" ? found : found());
}
