import type { JsonObject } from "../../core/json.ts";

/** What a file of another tool says, before it is a program. */
export interface Foreign {
  readonly name: string;
  readonly description: string | null;
  readonly version: string | null;
  readonly author: string | null;
  readonly tags: readonly string[];
  /** As it is written there; null: it names none. */
  readonly model: string | null;
  readonly params: JsonObject;
  /** Null: it does not say. */
  readonly input: JsonObject | null;
  readonly output: JsonObject | null;
  readonly system: string | null;
  readonly prompt: string;
  readonly tests: readonly JsonObject[];
  /** What could not be carried over, in words. */
  readonly lost: readonly string[];
}

/** Names under which other tools have the parameters of `llm_params`. */
const RENAMED: Readonly<Record<string, string>> = {
  maxOutputTokens: "max_tokens",
  maxTokens: "max_tokens",
  maxCompletionTokens: "max_completion_tokens",
  topP: "top_p",
  topK: "top_k",
  stopSequences: "stop",
  stop_sequences: "stop",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  responseFormat: "response_format",
};

/** Parameters under the names of `llm_params`. */
export function renamedParams(params: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [RENAMED[key] ?? key, value]),
  );
}

/**
 * The system message and the prompt of a body; turns of the model can't be told apart from it.
 * @param role how a role is written, its name in a group
 */
export function splitRoles(
  body: string,
  role: RegExp,
  lost: string[],
): { system: string | null; prompt: string } {
  const parts = body.split(role);
  const system: string[] = [];
  const prompt: string[] = [parts[0] ?? ""];
  for (let at = 1; at < parts.length; at += 2) {
    const name = (parts[at] ?? "").toLowerCase();
    if (OF_MODEL.includes(name)) lost.push("a turn of the model: it stands in the prompt");
    (OF_SYSTEM.includes(name) ? system : prompt).push(parts[at + 1] ?? "");
  }
  return { system: system.join("").trim() || null, prompt: prompt.join("").trim() };
}

const OF_MODEL: readonly string[] = ["assistant", "model"];
const OF_SYSTEM: readonly string[] = ["system", "developer"];
