import { LIMITS, type Limits, parseLimits } from "../program/limits.ts";
import { type Options, UsageError } from "./command.ts";

/** `--budget`; null where it is not given. @throws {UsageError} */
export function budgetOption(options: Options): Limits | null {
  const budget = options.text("budget");
  if (budget === null) return null;
  const limits = parseLimits(budget);
  if (limits !== null) return limits;
  throw new UsageError(
    `option --budget is "${budget}", but limits such as usd=0.05,tokens=20000 are wanted ` +
      `(${Object.keys(LIMITS).join(", ")})`,
  );
}

/** An option that counts something; null where it is not given. @throws {UsageError} */
export function countOption(options: Options, name: string): number | null {
  const count = options.integer(name);
  if (count !== null && count < 1) throw new UsageError(`option --${name} must be at least 1`);
  return count;
}
