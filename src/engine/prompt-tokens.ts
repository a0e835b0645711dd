import type { LoadedProgram } from "../library/load.ts";
import type { EngineTools, RunOptions } from "./engine.ts";
import { takeForPrediction } from "./media.ts";
import { countSent } from "./message-tokens.ts";
import { askedTokens } from "./priced-params.ts";
import type { Scope } from "./scope.ts";
import { renderMessages } from "./stages/render.ts";
import { offersOf } from "./tools/toolbox.ts";
import { createRun, createTree } from "./tree.ts";

/**
 * Tokens of the first request. Nothing is checked, and nothing needs to be as it will be.
 * @param options.uses stands in for the outputs of what it uses
 */
export async function promptTokens(
  loaded: LoadedProgram,
  input: unknown,
  tools: EngineTools,
  scope: Scope,
  options: RunOptions & { readonly uses: Readonly<Record<string, unknown>> },
): Promise<number> {
  const root = { id: "prediction", loaded, input, tools, scope, options };
  const tree = createTree(root, () => Promise.reject(new Error("a prediction runs nothing")));
  const run = createRun(tree, loaded, input, null);
  run.values["uses"] = options.uses;
  const unread = loaded.program.takesMedia ? takeForPrediction(run) : 0;
  renderMessages(run);
  run.release();
  const sent = { messages: run.messages, tools: offersOf(run) };
  const count = await countSent(sent, tools.tokens, modelName(loaded, options) ?? "");
  return count + unread * USUAL_FILE;
}

/**
 * The model that comes first, null where none is asked; `recommended` is decided when the run looks
 * which one is usable.
 */
export function modelName({ program }: LoadedProgram, { model }: RunOptions): string | null {
  if (program.model === null) return null;
  if (model === "recommended") return program.recommendedModels[0] ?? program.model;
  return model ?? program.model;
}

/** Tokens that the program lets an answer have; null where it does not say. */
export function completionLimit({ program }: LoadedProgram): number | null {
  return askedTokens(program.params);
}

/** Tokens that a picture is taken for which nobody has looked at. */
const USUAL_FILE = 1000;
