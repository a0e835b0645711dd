import { isSameJson } from "../../contract/values.ts";
import { compileContract } from "../../contract/compile.ts";
import type { Contract } from "../../contract/contract.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { parseYaml } from "../../core/yaml.ts";
import { pairsToInput } from "../../program/input.ts";
import { renderValue } from "../../program/template.ts";
import { writeYaml } from "../../program/write.ts";
import { type Accepted, accepted, type Draft, type Part, refused, type Sample } from "../draft.ts";
import { sampleOf } from "../sample.ts";
import { templateInput, templateProgram } from "../template-program.ts";

export const test: Part<"test"> = {
  name: "test",
  title: "Input to try it with",
  accept({ values, input, reason }, draft): Accepted<Sample> {
    if (typeof reason === "string") return refused(reason);
    const contract = contractOf(draft);
    const given = isObject(input) ? input : fromPairs(contract, Array.isArray(values) ? values : []);
    const check = contract.check(given);
    if (check.ok) return accepted({ input: given });
    const [issue] = check.issues;
    return refused(`${["input", ...issue.path].join(".")} ${issue.reason}`);
  },
  fallback(draft, template) {
    const own = isSameJson(draft.inputs?.schema, templateProgram(template).input.schema);
    return { input: own ? templateInput(template) : (sampleOf(contractOf(draft).schema) as JsonObject) };
  },
  texts: [
    {
      label: "Input, as YAML or JSON",
      multiline: true,
      text: ({ input }) => writeYaml(input).trimEnd(),
      put: (_, text) => fromYaml(text),
    },
  ],
};

function contractOf({ inputs }: Draft): Contract {
  const compiled = compileContract(inputs?.schema ?? {});
  if (!compiled.ok) throw new Error("the input's schema was accepted and does not compile");
  return compiled.contract;
}

function fromYaml(text: string): JsonObject {
  const read = parseYaml(text);
  if (!read.ok) return { reason: `it is no YAML: ${read.reason}` };
  return isObject(read.value) ? { input: read.value as JsonObject } : { reason: "it is no mapping of fields" };
}

/** A model gives every value as text; the schema says what it is. */
function fromPairs(contract: Contract, values: readonly Json[]): JsonObject {
  const pairs = values.map((pair) =>
    isObject(pair) ? `${renderValue(pair["field"])}=${renderValue(pair["value"])}` : "",
  );
  try {
    return pairsToInput(contract, pairs) as JsonObject;
  } catch {
    return {};
  }
}
