import type { Failure } from "../sandbox.ts";
import { withVariables } from "./declarations.ts";
import { type Handle, type Realm, Thrown } from "./engine.ts";
import { resultError } from "./failures.ts";
import type { RunRequest } from "./request.ts";

export const READ_RESULT = 'typeof result === "undefined" ? undefined : result';

/**
 * What to evaluate: the code with empty lines before it, so that the engine counts lines as the
 * file does. @throws {Thrown} a `SyntaxError`
 */
export function toScript(realm: Realm, request: RunRequest): string {
  const { code, file } = request;
  const before = linesBefore(request);
  if (!/\b(?:let|const|class)\b/.test(code)) return before + code;
  // As it stands it has to be right; as it is rewritten, it may turn out to have been misread.
  realm.compile(before + code, file);
  const rewritten = withVariables(code);
  if (rewritten === null) return before + code;
  try {
    realm.compile(before + rewritten, file);
    return before + rewritten;
  } catch (thrown) {
    if (thrown instanceof Thrown) return before + code;
    throw thrown;
  }
}

export function linesBefore({ line }: RunRequest): string {
  return "\n".repeat(Math.max(0, line - 1));
}

/**
 * A value, or what a promise came to when all that could run has run. @throws {Thrown} what it was
 * rejected with
 */
export function settled(
  realm: Realm,
  value: Handle,
  subject: string,
): { value: Handle } | { failure: Failure } {
  const state = realm.stateOf(value);
  if (state === "no promise") return { value };
  if (state === "rejected") throw new Thrown(realm.outcomeOf(value));
  if (state === "fulfilled") return { value: realm.outcomeOf(value) };
  return { failure: resultError(`${subject} a promise that is never settled`) };
}
