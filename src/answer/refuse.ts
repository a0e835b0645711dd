import type { Contract, Issue } from "../contract/contract.ts";
import { jsonType } from "../core/json.ts";
import type { Reading } from "./answer.ts";
import { editsOf, shorten, type Source } from "./candidate.ts";
import { digitsFault } from "./numbers.ts";
import { newSchemaNotes } from "./schemas.ts";
import { rank, type Wanted } from "./rank.ts";
import type { Node } from "./tree.ts";

/** Why the answer is refused, told by what in it came nearest. */
export function refuse(sources: readonly Source[], { contract, level, hasRoot }: Wanted): Reading {
  const open: Contract = { schema: {}, check: (value) => ({ ok: true, value }) };
  const natural = rank(
    sources.filter((source) => source.node.kind !== "text"),
    {
      contract: open,
      level: "full",
      hasRoot: () => true,
      isCut: false,
      schemas: newSchemaNotes(),
    },
    { edits: [] },
  );
  const nearest = natural.find((candidate) => hasRoot(candidate.value)) ?? natural[0];
  const digits = numberWithoutPlace(sources);
  if (digits) return failure("RLLM_006", undefined, [digits]);
  if (!nearest) return failure("RLLM_006", undefined, [issue("holds no JSON")]);
  const { value, lost } = nearest;
  const edits = editsOf(nearest);
  if (!hasRoot(value)) {
    return notAnObject(value);
  }
  const checked = contract.check(value);
  if (!checked.ok)
    return { ok: false, code: "RLLM_005", value, issues: checked.issues, edits, lost };
  const rules = [...new Set(edits.map((edit) => edit.rule))].join(", ");
  const reason = `can be read only with repairs that the level "${level}" does not allow: ${rules}`;
  return { ok: false, code: "RLLM_006", value, issues: [issue(reason, "repair")], edits, lost };
}

export function notAnObject(value: unknown): Reading {
  return failure("RLLM_007", value, [issue(`is ${article(value)}, but an object is wanted`)]);
}

/** A number of the answer that no value can hold with all its digits. */
function numberWithoutPlace(sources: readonly Source[]): Issue | null {
  for (const { node } of sources) {
    const waiting: { node: Node; path: Issue["path"] }[] = [{ node, path: [] }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { node: here, path } = next;
      if (here.kind === "array")
        for (const [index, item] of here.items.entries())
          waiting.push({ node: item, path: [...path, index] });
      else if (here.kind === "object")
        for (const { key, value } of here.members)
          waiting.push({ node: value, path: [...path, key] });
      else if (!here.quoted) {
        const fault = digitsFault(here.text);
        if (fault !== null) return { ...issue(`${shorten(here.text)} ${fault}`, "digits"), path };
      }
    }
  }
  return null;
}

/** The refusal of an answer that the server cut: what is wrong with it is that. */
export function cutOff(refused: Reading): Reading {
  if (refused.ok) return refused;
  const reason = "was cut off before its end, at the limit of tokens";
  return { ...refused, code: "RLLM_006", issues: [issue(reason, "cut")] };
}

function article(value: unknown): string {
  const type = jsonType(value);
  if (type === "null") return "null";
  return type === "array" || type === "object" ? `an ${type}` : `a ${type}`;
}

export function issue(reason: string, keyword = "type"): Issue {
  return { keyword, path: [], schemaPath: [], reason };
}

export function failure(
  code: "RLLM_006" | "RLLM_007",
  value: unknown,
  issues: readonly Issue[],
): Reading {
  return { ok: false, code, value, issues, edits: [], lost: [] };
}
