import { ModullmError } from "../core/error.ts";
import { isObject, writeJson } from "../core/json.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Limits } from "../program/limits.ts";

type Params = Readonly<Record<string, unknown>>;

/** Tokens that a program lets one answer have: the larger limit, as a server may read either. */
export function askedTokens(params: Params): number | null {
  const given = [params["max_completion_tokens"], params["max_tokens"]].filter(
    (limit) => typeof limit === "number",
  );
  return given.length === 0 ? null : Math.max(...given);
}

/** Answers that one call asks for, each of which is billed. */
export function answersOf(params: Params): number {
  const { n } = params;
  return typeof n === "number" && n > 1 ? n : 1;
}

/**
 * What is sent beside the messages and read, or billed, as tokens: tools, schemas, and text that
 * the answer is predicted to have.
 */
export function sentBeside(params: Params): string {
  return BESIDE.map((key) => params[key])
    .filter((value) => typeof value === "object" && value !== null)
    .map((value) => writeJson(value))
    .join("\n");
}

const BESIDE = ["tools", "response_format", "format", "prediction"];

/**
 * Refuses parameters that would price or lengthen a call past what its budget can count.
 * @throws {ModullmError} RLLM_020
 */
export function refuseUncounted({ program }: LoadedProgram, limit: Limits): void {
  const { params } = program;
  const key = uncountedKey(params["extra_body"], "extra_body") ?? repriced(params, limit);
  if (key === null) return;
  throw new ModullmError(
    "RLLM_020",
    `Cannot keep the budget of "${program.name}": llm_params.${key} may change what a call costs`,
    {
      details: {
        limit,
        kind: limit.usd === undefined ? "tokens" : "usd",
        spent: null,
        would_spend: null,
        field: `llm_params.${key}`,
        path: program.source.path,
      },
      hint:
        "Remove it, say it with a parameter of llm_params that is counted, or run without " +
        "limits of dollars and tokens.",
    },
  );
}

/**
 * Names under which servers take the model, the number and length of answers, more prompt, paid
 * tools, or another tier of prices.
 */
const UNCOUNTED =
  /model|token|predict|best_?of|candidate|choices|completions|^n$|^num_return|beam|tier|priority|rout(e|ing)|provider|fallback|preset|transform|plugin|tool|function|search|web|brows|reason|think|effort|budget|messages|prompt|^input|contents|system|instruction|document|context|modalit|media|audio|image|store|background|min_length|max_length|ignore_eos|length|prediction|^stream$|^max|^min_new/i;
/** Names that match the above and neither price nor lengthen anything. */
const HARMLESS =
  /^(skip_special_tokens|spaces_between_special_tokens|stop_token_ids|logprobs?|prompt_logprobs|cache_prompt|parallel_tool_calls|top_k|min_p|max_temperature|min_temperature|max_sentences)$/i;

/** The path of the first key that no budget can count; what is turned off counts for nothing. */
function uncountedKey(value: unknown, path: string): string | null {
  const entries = Array.isArray(value)
    ? value.map((item: unknown, index) => [String(index), item] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  for (const [key, inner] of entries) {
    const below = `${path}.${key}`;
    if (inner === false || inner === null) continue;
    if (UNCOUNTED.test(key) && !HARMLESS.test(key)) return below;
    const deeper = SCHEMA_KEYS.test(key) ? null : uncountedKey(inner, below);
    if (deeper !== null) return deeper;
  }
  return null;
}

/** What stands below these is a schema or a grammar: its keys are names of fields. */
const SCHEMA_KEYS = /schema|grammar|guided|response_format|^format$|logit_bias/i;

/** Parameters of our own that a price for the usual tier, and for text, does not hold for. */
function repriced(params: Params, limit: Limits): string | null {
  if (limit.usd === undefined) return null;
  const { service_tier: tier, modalities, tools, audio } = params;
  if (typeof tier === "string" && !USUAL_TIERS.has(tier)) return "service_tier";
  if (audio !== undefined) return "audio";
  if (Array.isArray(modalities) && modalities.some((kind) => kind !== "text")) return "modalities";
  const hosted = Array.isArray(tools) && tools.some((tool) => !isFunction(tool));
  return hosted ? "tools" : null;
}

const USUAL_TIERS: ReadonlySet<string> = new Set([
  "auto",
  "default",
  "flex",
  "standard",
  "standard_only",
]);

function isFunction(tool: unknown): boolean {
  if (!isObject(tool)) return false;
  const { type } = tool;
  return type === undefined || type === "function" || type === "custom";
}
