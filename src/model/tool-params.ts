import { isObject } from "../core/json.ts";
import type { ToolChoice } from "./tool.ts";

/** A tool that a program offers its model, whichever way its `llm_params.tools` writes it. */
export interface FunctionTool {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A tool in OpenAI's form, as one; null for anything else, which is passed on as it is written. */
export function functionTool(value: unknown): FunctionTool | null {
  if (!isObject(value) || value["type"] !== "function" || !isObject(value["function"])) return null;
  const { name, description, parameters } = value["function"];
  if (typeof name !== "string") return null;
  return {
    name,
    description: typeof description === "string" ? description : null,
    parameters: isObject(parameters) ? parameters : { type: "object", properties: {} },
  };
}

/** A choice in OpenAI's form; null for anything else. */
export function toolChoice(value: unknown): ToolChoice | null {
  if (value === "auto" || value === "none" || value === "required") return value;
  if (!isObject(value) || value["type"] !== "function") return null;
  const name = isObject(value["function"]) ? value["function"]["name"] : value["name"];
  return typeof name === "string" ? { name } : null;
}
