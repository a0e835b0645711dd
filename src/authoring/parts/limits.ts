import { isModelName } from "../../program/model-name.ts";
import { accepted, type Limits, type Part, refused } from "../draft.ts";
import { templateProgram } from "../template-program.ts";

/** Tokens, for a template that sends no prompt. */
const USUAL_WINDOW = 8000;

export const limits: Part<"limits"> = {
  name: "limits",
  title: "Limits and parameters",
  accept({ max_context_window: window, max_tokens = null, temperature = null, model = null }) {
    if (!isWhole(window))
      return refused("the context window must be a whole number of tokens above 0");
    if (max_tokens !== null && !isWhole(max_tokens))
      return refused("the most tokens of an answer must be a whole number above 0, or empty");
    if (
      temperature !== null &&
      (typeof temperature !== "number" || temperature < 0 || temperature > 2)
    )
      return refused("the temperature must be a number from 0 to 2, or empty");
    const named = typeof model === "string" && model.trim() !== "" ? model.trim() : null;
    if (named !== null && !isModelName(named))
      return refused(`the model must be provider/name, and "${named}" is not`);
    return accepted({ max_context_window: window, max_tokens, temperature, model: named });
  },
  fallback(_, template) {
    const { maxContextWindow, params } = templateProgram(template);
    const { max_tokens, temperature } = params;
    return {
      max_context_window: maxContextWindow ?? USUAL_WINDOW,
      max_tokens: isWhole(max_tokens) ? max_tokens : null,
      temperature: typeof temperature === "number" ? temperature : null,
      model: null,
    };
  },
  texts: [
    number("The most tokens a prompt may have", "max_context_window"),
    number("The most tokens an answer may have", "max_tokens", "the model's own limit"),
    number("Temperature, 0 to 2", "temperature", "the model's own"),
    {
      label: "Model that runs it, provider/name",
      multiline: false,
      empty: "the one that drafts it",
      text: ({ model }) => model ?? "",
      put: (value, model) => ({ ...value, model }),
    },
  ],
};

function number(label: string, key: keyof Limits, empty?: string): Part<"limits">["texts"][number] {
  return {
    label,
    multiline: false,
    ...(empty === undefined ? {} : { empty }),
    text: (value) => (value[key] === null ? "" : String(value[key])),
    put: (value, text) => ({ ...value, [key]: text.trim() === "" ? null : numberOf(text) }),
  };
}

/** What is no number stays a text, and is refused as one. `8_000` and `8,000` are 8000. */
function numberOf(text: string): number | string {
  const plain = text.trim().replaceAll(/(?<=\d)[_,](?=\d{3}\b)/g, "");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
