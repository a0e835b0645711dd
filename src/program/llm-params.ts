import { ModullmError } from "../core/error.ts";
import { isObject, jsonType, writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { JsonObject } from "../core/json.ts";

interface Kind {
  readonly wanted: string;
  readonly holds: (value: unknown) => boolean;
  /** Why a value of the right type is not allowed all the same; null where it is. */
  readonly refused?: (value: unknown) => string | null;
}

const boolean: Kind = { wanted: "true or false", holds: (value) => typeof value === "boolean" };
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/**
 * Headers that say who pays, which server answers or where a message ends: a program may come from
 * a stranger, and the key is the user's.
 */
const RESERVED_HEADER =
  /^(host|(x-)?forwarded.*|x-(original-)?host|(proxy-)?authori[sz]ation|x-authori[sz]ation|cookie2?|content-length|content-encoding|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|http2-settings|proxy-.*|.*api[-_]?key.*|.*-(auth|access|security)-(token|key)|.*subscription-key|x-amz-.*)$/i;
/** Latin-1 without control characters, as HTTP carries it. */
const HEADER_TEXT = /^[\t\x20-\x7E\xA0-\xFF]*$/;

const string: Kind = { wanted: "a string", holds: (value) => typeof value === "string" };
const object: Kind = { wanted: "a mapping", holds: isObject };
const list: Kind = { wanted: "a list", holds: Array.isArray };
const integer: Kind = {
  wanted: "an integer",
  holds: (value) => Number.isSafeInteger(value) || typeof value === "bigint",
};

function between(low: number, high: number): Kind {
  return {
    wanted: `a number from ${low} to ${high}`,
    holds: (value) => typeof value === "number" && value >= low && value <= high,
  };
}

function atLeast(low: number): Kind {
  return {
    wanted: `an integer of at least ${low}`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= low,
  };
}

function either(...kinds: Kind[]): Kind {
  return {
    wanted: kinds.map((kind) => kind.wanted).join(" or "),
    holds: (value) => kinds.some((kind) => kind.holds(value)),
  };
}

const strings: Kind = {
  wanted: "a list of strings",
  holds: (value) => Array.isArray(value) && value.every(string.holds),
};
const positive: Kind = {
  wanted: "a number above 0 (seconds)",
  holds: (value) => typeof value === "number" && value > 0,
};

/** The allow-list of `llm_params` and what each may hold. Null is taken as not set. */
export const LLM_PARAMS: Readonly<Record<string, Kind>> = {
  temperature: between(0, 2),
  top_p: between(0, 1),
  max_tokens: atLeast(1),
  frequency_penalty: between(-2, 2),
  presence_penalty: between(-2, 2),
  stop: either(string, strings),
  n: atLeast(1),
  stream: boolean,
  response_format: object,
  seed: integer,
  timeout: positive,
  logit_bias: object,
  user: string,
  tools: list,
  tool_choice: either(string, object),
  parallel_tool_calls: boolean,
  format: either(string, object),
  max_completion_tokens: atLeast(1),
  top_k: atLeast(0),
  min_p: between(0, 1),
  reasoning_effort: string,
  logprobs: boolean,
  top_logprobs: atLeast(0),
  extra_headers: {
    wanted: "a mapping of header names to values of one line",
    holds: isHeaders,
    refused: (value) => {
      const name = Object.keys(isObject(value) ? value : {}).find((key) =>
        RESERVED_HEADER.test(key),
      );
      return name === undefined
        ? null
        : `sets the header "${name}", which a program may not: name it under providers in ` +
            "config.yaml";
    },
  },
  extra_body: object,
  service_tier: string,
  modalities: strings,
  audio: object,
  prediction: object,
  verbosity: string,
  thinking: either(boolean, string, object),
  prompt_cache_key: string,
  safety_identifier: string,
};

function isHeaders(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([name, text]) =>
        HEADER_NAME.test(name) && typeof text === "string" && HEADER_TEXT.test(text),
    )
  );
}

/** @throws {ModullmError} RLLM_003 for a key that is not allowed or a value of the wrong type */
export function checkLlmParams(params: Readonly<Record<string, unknown>>): JsonObject {
  const allowed = Object.keys(LLM_PARAMS).toSorted();
  const unsupported = Object.keys(params)
    .filter((key) => !Object.hasOwn(LLM_PARAMS, key))
    .toSorted();
  if (unsupported.length > 0) {
    const names = unsupported.map((key) => `"${key}"`).join(", ");
    const near = unsupported.length === 1 ? didYouMean(unsupported[0] ?? "", allowed) : "";
    throw new ModullmError("RLLM_003", `llm_params does not allow ${names}.${near}`, {
      details: {
        unsupported_keys: unsupported,
        allowed_keys: allowed,
        field: `llm_params.${unsupported[0]}`,
      },
    });
  }
  for (const [key, value] of Object.entries(params)) {
    const kind = LLM_PARAMS[key];
    if (value === null || !kind) continue;
    const fault = kind.holds(value)
      ? kind.refused?.(value)
      : `is ${shown(value)}, but ${kind.wanted} is wanted`;
    if (fault == null) continue;
    throw new ModullmError("RLLM_003", `llm_params.${key} ${fault}`, {
      details: { unsupported_keys: [], allowed_keys: allowed, field: `llm_params.${key}`, value },
    });
  }
  return Object.fromEntries(
    Object.entries(params).filter(([, value]) => value !== null),
  ) as JsonObject;
}

function shown(value: unknown): string {
  const type = jsonType(value);
  if (type === "array" || type === "object") return type === "array" ? "a list" : "a mapping";
  return `the ${type} ${writeJson(value)}`;
}
