import { ModullmError } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { fieldError } from "./metadata.ts";

const VERSION_FORM = /^(\d+)\.(\d+)\.(\d+)$/;

/**
 * `runllm_compat` and `modullm_compat`: `min <= runtime < max_exclusive`.
 * @throws {ModullmError} RLLM_002 when malformed, RLLM_015 when this runtime is outside
 */
export function checkCompat(front: Frontmatter, runtime: string): void {
  for (const key of ["runllm_compat", "modullm_compat"]) {
    const compat = front.values[key];
    if (compat === undefined || compat === null) continue;
    if (!isObject(compat)) throw fieldError(front, [key], "a mapping with min");
    checkBounds(front, key, compat, runtime);
  }
}

function checkBounds(
  front: Frontmatter,
  key: string,
  compat: Record<string, unknown>,
  runtime: string,
): void {
  const { min, max_exclusive: max = null } = compat;
  function malformed(what: string): ModullmError {
    return new ModullmError("RLLM_002", `"${key}" ${what}`, {
      details: { field: key, [key]: compat },
      place: front.keyPlace(key),
    });
  }
  if (typeof min !== "string") throw malformed('needs "min", a version in quotes such as "0.1.0"');
  if (max !== null && typeof max !== "string")
    throw malformed('has a "max_exclusive" that is not a version in quotes');
  for (const [part, value] of [
    ["min", min],
    ["max_exclusive", max],
  ] as const) {
    if (value === null || VERSION_FORM.test(value)) continue;
    const field = `${key}.${part}`;
    throw new ModullmError("RLLM_002", `"${field}" is "${value}", but a version X.Y.Z is wanted`, {
      details: { field, value },
      place: front.place([key, part]),
    });
  }
  if (max !== null && compareVersions(min, max) >= 0)
    throw malformed(`allows no version: min ${min} is not below max_exclusive ${max}`);
  if (compareVersions(runtime, min) >= 0 && (max === null || compareVersions(runtime, max) < 0))
    return;
  const wanted = max === null ? `at least ${min}` : `at least ${min} and below ${max}`;
  throw new ModullmError(
    "RLLM_015",
    `The program wants a runtime of version ${wanted}; this one is ${runtime}`,
    {
      details: { runtime_version: runtime, required_min: min, required_max_exclusive: max },
      place: front.keyPlace(key),
    },
  );
}

/** Negative, zero or positive as `a` is below, equal to or above `b`; both X.Y.Z. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
