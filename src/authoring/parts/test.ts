import { isSameJson } from "../../contract/values.ts";
import { compileContract } from "../../contract/compile.ts";
import type { Contract } from "../../contract/contract.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { parseYaml } from "../../core/yaml.ts";
import { pairsToInput, textToInput } from "../../program/input.ts";
import { renderValue } from "../../program/template.ts";
import { writeYaml } from "../../program/write.ts";
import { type Accepted, accepted, type Draft, type Part, refused, type Sample } from "../draft.ts";
import { sampleOf } from "../sample.ts";
import { templateInput, templateProgram } from "../template-program.ts";

export const test: Part<"test"> = {
  name: "test",
  title: "Input to try it with",
  accept({ values, input, text }, draft): Accepted<Sample> {
    const contract = contractOf(draft);
    const given =
      typeof text === "string"
        ? fromText(contract, text)
        : isObject(input)
          ? input
          : fromPairs(contract, values);
    if (typeof given === "string") return refused(given);
    const check = contract.check(given);
    if (check.ok) return accepted({ input: given });
    const [issue] = check.issues;
    return refused(`${["input", ...issue.path].join(".")} ${issue.reason}`);
  },
  fallback(draft, template) {
    const own = isSameJson(draft.inputs?.schema, templateProgram(template).input.schema);
    return {
      input: own ? templateInput(template) : (sampleOf(contractOf(draft).schema) as JsonObject),
    };
  },
  texts: [
    {
      label: "Input, field: value, one a line",
      multiline: true,
      text: ({ input }) => writeYaml(input).trimEnd(),
      put: (_, text) => ({ text }),
    },
  ],
};

function contractOf({ inputs }: Draft): Contract {
  const compiled = compileContract(inputs?.schema ?? {});
  if (!compiled.ok) throw new Error("the input's schema was accepted and does not compile");
  return compiled.contract;
}

/**
 * A mapping, or the plain text of the one field that takes one; what is wrong where it is neither.
 */
function fromText(contract: Contract, text: string): JsonObject | string {
  const read = parseYaml(text);
  if (read.ok && isObject(read.value)) return read.value as JsonObject;
  try {
    return textToInput(contract, text) as JsonObject;
  } catch {
    const why = read.ok
      ? ""
      : ` It is no YAML: ${read.reason}; a text with ": " in it needs quotes.`;
    return `write "field: value", one field a line.${why}`;
  }
}

/** A model gives every value as text; the schema says what it is. */
function fromPairs(contract: Contract, values: Json | undefined): JsonObject {
  const pairs = Array.isArray(values) ? values : [];
  const written = pairs.map((pair: Json) =>
    isObject(pair) ? `${renderValue(pair["field"])}=${renderValue(pair["value"])}` : "",
  );
  try {
    return pairsToInput(contract, written) as JsonObject;
  } catch {
    return {};
  }
}
