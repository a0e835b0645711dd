import type { ChatParams } from "./sdk/protocol.ts";
import { PluginError } from "./sdk/serve.ts";

/** How the next token is chosen, and when to stop. */
export interface Sampling {
  /** Null: up to the end of the context. */
  readonly maxTokens: number | null;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  /** Null: another one each time. */
  readonly seed: number | null;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly stop: readonly string[];
}

/** What llama.cpp's own programs begin with. */
const DEFAULTS = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 };
const KNOWN = new Set(
  (
    "max_tokens max_completion_tokens temperature top_p top_k min_p seed stop frequency_penalty presence_penalty " +
    // Nothing is lost without these.
    "stream timeout user n"
  ).split(" "),
);

/** @throws {PluginError} for values of a type that a parameter can't have */
export function readSampling(params: ChatParams["params"]): Sampling {
  const number = (
    key: string,
    { least, most = Infinity }: { least: number; most?: number },
  ): number | null => {
    const value = params[key] ?? null;
    if (value === null) return null;
    if (typeof value === "number" && value >= least && value <= most) return value;
    const wanted =
      most === Infinity ? `a number from ${least} on` : `a number from ${least} to ${most}`;
    throw new PluginError(
      "refused",
      `${key} is ${JSON.stringify(value)}, and ${wanted} was wanted`,
      { status: 400 },
    );
  };
  const most = [number("max_tokens", { least: 1 }), number("max_completion_tokens", { least: 1 })];
  const set = most.filter((value) => value !== null);
  const seed = number("seed", { least: -Number.MAX_SAFE_INTEGER });
  return {
    maxTokens: set.length === 0 ? null : Math.floor(Math.min(...set)),
    temperature: number("temperature", { least: 0 }) ?? DEFAULTS.temperature,
    topK: Math.floor(number("top_k", { least: 0 }) ?? DEFAULTS.topK),
    topP: number("top_p", { least: 0, most: 1 }) ?? DEFAULTS.topP,
    minP: number("min_p", { least: 0, most: 1 }) ?? DEFAULTS.minP,
    seed: seed === null ? null : Math.abs(Math.trunc(seed)) % 2 ** 32,
    frequencyPenalty: number("frequency_penalty", { least: -2, most: 2 }) ?? 0,
    presencePenalty: number("presence_penalty", { least: -2, most: 2 }) ?? 0,
    stop: readStop(params["stop"] ?? null),
  };
}

/** Keys that change nothing here, though they would elsewhere. */
export function ignoredParams(params: ChatParams["params"]): readonly string[] {
  const ignored = Object.keys(params).filter((key) => !KNOWN.has(key) && params[key] !== null);
  return typeof params["n"] === "number" && params["n"] > 1 ? [...ignored, "n"] : ignored;
}

function readStop(stop: unknown): readonly string[] {
  const texts: unknown[] = stop === null ? [] : Array.isArray(stop) ? stop : [stop];
  return texts.map((text) => {
    if (typeof text === "string" && text !== "") return text;
    throw new PluginError("refused", `stop holds ${JSON.stringify(text)}, and texts were wanted`, {
      status: 400,
    });
  });
}
