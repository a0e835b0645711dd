import { RECOVERY_ROOTS } from "../../program/template-check.ts";
import { accepted, type Part, refused } from "../draft.ts";
import { hasContractsOf, templateProgram } from "../template-program.ts";
import { placeholderFault } from "./prompt.ts";

const PLAIN =
  "That answer did not meet the contract. Answer again with one JSON object and nothing " +
  "else, of this form:\n{{schema.output}}";

export const recovery: Part<"recovery"> = {
  name: "recovery",
  title: "Recovery prompt",
  accept({ recovery_prompt: text = null }, draft) {
    if (typeof text !== "string" || text.trim() === "") return accepted({ recovery_prompt: null });
    const fault = placeholderFault(text, draft, RECOVERY_ROOTS);
    return fault === null ? accepted({ recovery_prompt: text.trim() }) : refused(fault);
  },
  fallback: (draft, template) => ({
    recovery_prompt:
      (hasContractsOf(draft, template) ? templateProgram(template).recovery?.text : null) ?? PLAIN,
  }),
  texts: [
    {
      label: "Recovery prompt",
      multiline: true,
      empty: "the usual one",
      text: ({ recovery_prompt: text }) => text ?? "",
      put: (_, text) => ({ recovery_prompt: text }),
    },
  ],
};
