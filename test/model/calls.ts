import { ModullmError } from "../../src/core/error.ts";
import type { Model, ModelPart, ModelRequest } from "../../src/model/model.ts";
import type { ModelProvider } from "../../src/model/provider.ts";

export function ask(more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [{ role: "user", content: "Say hi" }],
    params: {},
    schema: {},
    stream: false,
    values: {},
    ...more,
  };
}

/** For tests in which nobody asks for the built-in model. */
export function noBaseline(): Promise<ModelProvider> {
  return Promise.reject(new Error("Nobody should ask for the built-in model here"));
}

/** What one call gave, and how it ended. */
export interface Outcome {
  readonly parts: readonly ModelPart[];
  readonly text: string;
  readonly reasoning: string;
  readonly finish: Extract<ModelPart, { type: "finish" }> | null;
  readonly error: ModullmError | null;
}

export async function outcome(
  model: Model,
  request: ModelRequest,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const parts: ModelPart[] = [];
  let error: ModullmError | null = null;
  try {
    for await (const part of model.call(request, signal)) parts.push(part);
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    error = thrown;
  }
  const joined = (type: "text" | "reasoning") =>
    parts.map((part) => (part.type === type ? part.text : "")).join("");
  const finish = parts.find((part) => part.type === "finish") ?? null;
  return { parts, text: joined("text"), reasoning: joined("reasoning"), finish, error };
}

/** The error that `work` ends with; fails where it does not. */
export async function errorOf(work: () => Promise<unknown>): Promise<ModullmError> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown;
    throw thrown;
  }
  throw new Error("Expected a failure, and there was none");
}

export function notesOf(result: Outcome, kind: string): readonly string[] {
  return result.parts
    .filter((part) => part.type === "note" && part.kind === kind)
    .map((part) => ("message" in part ? part.message : ""));
}
