import { writeJson } from "../../src/core/json.ts";
import type { Reading } from "../../src/answer/answer.ts";
import { readPartial } from "../../src/answer/partial.ts";
import { readAnswer } from "../../src/answer/read.ts";
import { RULES } from "../../src/answer/rules.ts";
import type { Case, CaseFile } from "./cases.ts";
import { contractOf } from "./contracts.ts";
import { lossesOf } from "./losses.ts";

type List = "reads" | "beside" | "refuses";

const LEVELS = ["off", "safe", "full"] as const;

/** What is wrong with how a case is read, a line each; none where it holds. */
export function faultsOf(one: Case, list: List, file: CaseFile): string[] {
  const contract = contractOf(one.schema ?? file.schema ?? {});
  if (one.partial === true) {
    const { value } = readPartial(one.text, contract);
    return same(value, one.value) ? [] : [`gives ${writeJson(value)} while it is written`];
  }
  return LEVELS.flatMap((repair) => {
    const reading = readAnswer(one.text, contract, { repair });
    const fault =
      lossFault(one.text, reading) ??
      (list === "refuses"
        ? refusalFault(reading, isUpTo(repair, one.level ?? "full"))
        : (readingFault(reading, one, isUpTo(one.level ?? file.level ?? "full", repair)) ??
          ruleFault(reading, list, file)));
    return fault === null ? [] : [`${repair}: ${fault}`];
  });
}

function isUpTo(level: (typeof LEVELS)[number], limit: (typeof LEVELS)[number]): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(limit);
}

function refusalFault(reading: Reading, mustRefuse: boolean): string | null {
  return mustRefuse && reading.ok ? `reads ${told(reading)}` : null;
}

function readingFault(reading: Reading, one: Case, mustRead: boolean): string | null {
  if (!reading.ok) return mustRead ? `refuses with ${reading.code}` : null;
  return same(reading.value, one.value) ? null : `reads ${told(reading)}`;
}

/** A case stands under the rule that reads it. */
function ruleFault(reading: Reading, list: List, file: CaseFile): string | null {
  if (!reading.ok || !Object.hasOwn(RULES, file.name)) return null;
  const isUsed = reading.edits.some((edit) => edit.rule === file.name);
  if (list === "reads" && !isUsed) return `reads it without the rule: ${told(reading)}`;
  return list === "beside" && isUsed ? "reads it by the rule" : null;
}

function lossFault(text: string, reading: Reading): string | null {
  const missing = lossesOf(text, reading);
  return missing.length > 0 ? `loses ${missing.join(" ")} without a word: ${told(reading)}` : null;
}

function told(reading: Reading): string {
  const rules = reading.edits.map((edit) => edit.rule).join(", ");
  return `${writeJson(reading.value)} (${rules || "no edits"})`;
}

/** Equal, but for the order of keys. */
function same(left: unknown, right: unknown): boolean {
  return Bun.deepEquals(left, right, true);
}
