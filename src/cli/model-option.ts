import { ModullmError } from "../core/error.ts";
import { isModelName } from "../program/model-name.ts";
import type { Options } from "./command.ts";

/**
 * `--model`, or another option that names one; null where it is not given. @throws {ModullmError}
 * RLLM_002 for what is no model's name
 */
export function modelOption(
  options: Options,
  {
    name = "model",
    orRecommended = false,
  }: { readonly name?: string; readonly orRecommended?: boolean } = {},
): string | null {
  const model = options.text(name);
  if (model === null || isModelName(model) || (orRecommended && model === "recommended"))
    return model;
  const or = orRecommended ? " or recommended" : "";
  throw new ModullmError(
    "RLLM_002",
    `--${name} is "${model}", but a model as "provider/name"${or} is wanted`,
    {
      details: { field: name, value: model },
      hint:
        `Put the provider before it, as in "openai/gpt-5-mini" or "ollama/llama3.2"; \`modullm ` +
        `help models\` lists providers.`,
    },
  );
}
