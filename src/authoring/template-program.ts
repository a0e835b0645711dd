import { isSameJson } from "../contract/values.ts";
import { parseFrontmatter } from "../program/frontmatter.ts";
import { programOf } from "../program/parse.ts";
import type { Program } from "../program/program.ts";
import { createSource } from "../program/source.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { parseYaml } from "../core/yaml.ts";
import type { Draft } from "./draft.ts";
import type { ProgramTemplate } from "./templates.ts";

/** A template as a program. */
export function templateProgram({ text, name }: ProgramTemplate): Program {
  return programOf(text, { path: `${name}.rllm` });
}

/** Its frontmatter as written, `uses` and all. */
export function templateFront({ text, name }: ProgramTemplate): JsonObject {
  return parseFrontmatter(createSource(text, `${name}.rllm`)).values as JsonObject;
}

/** The input that lies beside it. */
export function templateInput({ input }: ProgramTemplate): JsonObject {
  const read = parseYaml(input);
  if (!read.ok || !isObject(read.value)) throw new Error("a template's input is no mapping");
  return read.value as JsonObject;
}

/**
 * Whether a draft has a template's contracts, untouched: then its prompt, blocks and `uses` fit as
 * they are.
 */
export function hasContractsOf({ inputs, outputs }: Draft, template: ProgramTemplate): boolean {
  const { input, output } = templateProgram(template);
  return isSameJson(inputs?.schema, input.schema) && isSameJson(outputs?.schema, output.schema);
}
