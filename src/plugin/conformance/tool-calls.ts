import type { ToolInfo } from "../../../plugins/sdk/protocol.ts";
import { compileContract } from "../../contract/compile.ts";
import type { Contract, JsonSchema } from "../../contract/contract.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import { createChecks } from "../checks.ts";
import { errorIn, resultOf } from "./answers.ts";
import type { Facts } from "./check.ts";
import { Skip, want } from "./verdict.ts";
import type { Wire } from "./wire.ts";

/** A tool and an input that its schema allows. */
export interface Example {
  readonly tool: ToolInfo;
  readonly input: JsonObject;
}

/** @throws {Miss} when it does not list them in the shape of the protocol */
export async function listTools(wire: Wire): Promise<readonly ToolInfo[]> {
  const answer = await wire.ask("tools/list", {});
  const fault = errorIn(answer);
  want(fault === null, () => `it answered "tools/list" with ${fault?.code}: ${fault?.message}`);
  const result = resultOf(answer);
  const wrong = createChecks().result("tools/list", result, {});
  want(wrong === null, `its answer to "tools/list": ${wrong}`);
  return result["tools"] as readonly ToolInfo[];
}

/** @throws {Skip} */
export function toolsOf({ tools }: Facts): readonly ToolInfo[] {
  if (tools === null) throw new Skip("it does not list its tools");
  return tools;
}

/** The inputs that its tools can be called with: `examples` or `default` of their schemas. */
export function examplesOf(facts: Facts): readonly Example[] {
  return toolsOf(facts).flatMap((tool) => {
    const { examples, default: usual } = tool.input;
    const contract = contractOf(tool.input);
    const inputs = [Array.isArray(examples) ? examples : [], usual, {}].flat();
    const allowed = inputs.filter(isObject).filter((input) => contract?.check(input).ok);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they came as JSON
    return (allowed as readonly JsonObject[]).map((input) => ({ tool, input }));
  });
}

/** @throws {Skip} where nobody knows what a tool can be called with */
export function exampleOf(facts: Facts): Example {
  const [example] = examplesOf(facts);
  if (example !== undefined) return example;
  throw new Skip("no tool can be called: give an `input` schema `examples`");
}

/** An example with another text in one of its properties. @throws {Skip} where there is none */
export function exampleWith(facts: Facts, text: string): Example {
  for (const { tool, input } of examplesOf(facts)) {
    const contract = contractOf(tool.input);
    for (const key of Object.keys(input)) {
      const changed = { ...input, [key]: text };
      if (typeof input[key] === "string" && contract?.check(changed).ok === true)
        return { tool, input: changed };
    }
  }
  throw new Skip("no tool takes any text");
}

export function callParams({ tool, input }: Example): object {
  return { name: tool.name, input };
}

/** Null where the schema can't be compiled. */
export function contractOf(schema: JsonSchema): Contract | null {
  const compiled = compileContract(schema);
  return compiled.ok ? compiled.contract : null;
}
