import { ModullmError } from "../../src/core/error.ts";

/** The error that a promise ends with; it is a failure of the test when it ends well. */
export async function failureOf(promise: Promise<unknown>): Promise<ModullmError> {
  const ended: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (ended instanceof ModullmError) return ended;
  throw new Error(`it did not fail as it should: ${String(ended)}`);
}
