import { sampleOf } from "../../../authoring/sample.ts";
import { isObject, type Json } from "../../../core/json.ts";
import type { ProgramEntry } from "../../../library/program-index.ts";
import type { Library } from "./library.ts";

/** What `inspect_program` tells: all but where the file is. */
export function inspection(entry: ProgramEntry): Json {
  const { path: _, library_name: _name, content_hash: _hash, ...told } = entry;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made of JSON
  return told as unknown as Json;
}

/** How to call a program, from what is known of it. */
export function hintsFor({ app }: Library, entry: ProgramEntry): Json {
  const { name, input_schema: schema, output_schema: given, stats, budget, model } = entry;
  const input = exampleInput(entry);
  const compiled = schema === null ? null : app.tools.compile(schema);
  const isSure = compiled?.ok === true && compiled.contract.check(input).ok;
  return {
    call: { tool: "run_program", arguments: { name, input } },
    input: isSure ? "an input that meets the schema" : "a sketch: see inspect_program",
    gives: given === null ? null : app.tools.sketch(given),
    model,
    latency_ms: stats?.latency_p50 ?? null,
    cost_usd: stats?.cost_avg ?? null,
    success_pct: stats?.success_pct ?? null,
    budget,
    when_it_fails: FAILURES,
  };
}

function exampleInput({ examples, input_schema: schema }: ProgramEntry): Json {
  const [first] = examples;
  const input = isObject(first) ? first["input"] : undefined;
  return (input as Json | undefined) ?? sampleOf(schema);
}

/** What an agent does about a code. */
const FAILURES = {
  RLLM_004: "the input breaks input_schema: correct what `details` names",
  RLLM_013: "no answer met the contract: a clearer input, or another program",
  RLLM_017: "the provider failed: call again later where `details.retryable` is true",
  RLLM_020: "the budget is spent: a smaller input, or nothing more today",
  RLLM_021: "it may not be run here: another program",
  RLLM_022: "it was cancelled: call again",
};
