import type { Contract, Issue } from "../contract/contract.ts";
import { isObject, jsonType } from "../core/json.ts";
import type { ReadOptions, Reading } from "./answer.ts";
import { findJson, stripReasoning } from "./find.ts";

/** Reads a model's answer: the last complete JSON value in it that meets the contract. */
export function readAnswer(text: string, contract: Contract, options: ReadOptions = {}): Reading {
  const whole = parse(text);
  const needsObject = options.root === "object";
  let nearest: { value: unknown; issues: readonly Issue[] } | null = null;
  let foundOther: unknown;
  for (const candidate of whole.ok ? [{ rung: "whole", value: whole.value }] : findJson(stripReasoning(text))) {
    if (needsObject && !isObject(candidate.value)) {
      foundOther ??= candidate.value;
      continue;
    }
    const checked = contract.check(candidate.value);
    if (checked.ok) return { ok: true, value: checked.value, rung: candidate.rung, edits: [] };
    nearest ??= { value: candidate.value, issues: checked.issues };
  }
  if (nearest) return { ok: false, code: "RLLM_005", ...nearest, edits: [] };
  if (foundOther !== undefined) {
    const reason = `The answer is JSON, but its root is ${jsonType(foundOther)}; an object is wanted.`;
    return failure("RLLM_007", foundOther, reason);
  }
  return failure("RLLM_006", undefined, "The answer holds no JSON.");
}

function failure(code: "RLLM_006" | "RLLM_007", value: unknown, reason: string): Reading {
  return { ok: false, code, value, issues: [{ keyword: "type", path: [], schemaPath: [], reason }], edits: [] };
}

function parse(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
