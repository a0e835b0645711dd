import { ModullmError } from "../../core/error.ts";
import { isSameJson } from "../../contract/values.ts";
import { isObject, type Json, type JsonObject, jsonType } from "../../core/json.ts";
import type { Block } from "../../program/program.ts";
import { issueDetails, type Run, throwIfCancelled } from "../state.ts";
import { isTrusted, sandboxPermit } from "../block-check.ts";
import { blockError, resultError } from "./block-error.ts";

export function blockOf({ loaded }: Pick<Run, "loaded">, when: Block["when"]): Block | undefined {
  return loaded.program.blocks.find((block) => block.when === when);
}

/** Runs the `pre` block: the keys it gives become roots of the templates. */
export async function runPre(run: Run): Promise<void> {
  const { input, uses } = run.values;
  const { given, context } = await runBlock(run, "pre", { input, uses });
  Object.assign(run.values, context, given);
  if (run.tree.feeds.payloads) run.emit({ type: "value", of: "pre", value: given });
}

/**
 * Runs the `post` block: what it gives is merged over the output, which must then meet the contract
 * again.
 */
export async function runPost(run: Run): Promise<void> {
  const { input, uses } = run.values;
  const ran = await runBlock(run, "post", { input, output: run.output, uses });
  const { output: contract, name } = run.loaded.program;
  const merged = mergedOver(run, ran);
  const check = contract.check(merged);
  if (!check.ok) {
    const [issue] = check.issues;
    const at =
      issue.path.length === 0 ? "The output" : `The output field "${issue.path.join(".")}"`;
    throw new ModullmError("RLLM_005", `${at} of "${name}" ${issue.reason}, after its post block`, {
      details: { ...issueDetails(issue), stage: "post" },
      hint: "Correct what the post block gives, or the output_schema.",
      expectedSchema: contract.schema,
      receivedPayload: merged,
    });
  }
  run.output = merged;
}

/** What the block left of the output, and what it gave laid over that. */
function mergedOver(run: Run, { given, context }: Ran): Json {
  const left = context["output"];
  const isChanged = left !== undefined && jsonType(left) === jsonType(run.output);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what blocks gave is JSON
  const output = (isChanged ? left : run.output) as Json;
  if (isObject(output)) return { ...output, ...given };
  const [key] = Object.keys(given);
  if (key === undefined) return output;
  const reason = `is ${jsonType(output)}, to which the post block can't add "${key}"`;
  const { output: contract, name } = run.loaded.program;
  throw new ModullmError("RLLM_005", `The output of "${name}" ${reason}`, {
    details: { reason, path: [key], stage: "post" },
    hint: "Give an object under `output`, or let the post block give nothing.",
    expectedSchema: contract.schema,
    receivedPayload: output,
  });
}

/** @throws {ModullmError} RLLM_009 */
async function runBlock(
  run: Run,
  when: Block["when"],
  context: Readonly<Record<string, unknown>>,
): Promise<Ran> {
  const block = blockOf(run, when);
  if (!block) return { given: {}, context: {} };
  const { tools, options } = run.tree;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of it is JSON
  const seen = (block.reads === null ? context : onlyPaths(context, block.reads)) as JsonObject;
  const { blockMemoryMb } = options;
  const outcome = await tools.sandboxes.run(
    {
      language: block.language,
      code: block.code,
      values: { context: seen, result: {} },
      source: {
        file: run.loaded.program.source.path,
        line: block.line,
        ...(block.reads === null ? { keep: "context" } : {}),
      },
      trusted: isTrusted(run, block.language),
      permit: sandboxPermit(run, block.language),
      limits: blockMemoryMb === undefined ? {} : { memoryMb: blockMemoryMb },
    },
    run.signal,
  );
  const { level, printed, printedDropped, ms } = outcome;
  const facts = {
    block: when,
    language: block.language,
    level,
    printed,
    printed_dropped: printedDropped,
    ms,
  };
  run.emit({ type: "block-end", ok: outcome.ok, ...facts });
  throwIfCancelled(run.signal);
  if (!outcome.ok) throw blockError(run, block, { outcome, context: seen });
  if (outcome.keptFault !== undefined) {
    const message = `What the ${when} block left in context is not kept: ${outcome.keptFault}`;
    run.emit({ type: "note", kind: "warning", message });
  }
  return {
    given: taken(run, block, outcome.value),
    context: changed(context, isObject(outcome.kept) ? outcome.kept : {}),
  };
}

/** What a block has given, and the members of the context that it has changed. */
interface Ran {
  readonly given: JsonObject;
  readonly context: Readonly<Record<string, unknown>>;
}

function changed(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const keys = Object.keys(before).filter(
    (key) => Object.hasOwn(after, key) && !isSameJson(before[key], after[key]),
  );
  return Object.fromEntries(keys.map((key) => [key, after[key]]));
}

/** The part of the context that lies on the given paths; what isn't there is left out. */
function onlyPaths(
  context: Readonly<Record<string, unknown>>,
  paths: readonly string[],
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const path of paths) {
    const names = path.split(".");
    let from: unknown = context;
    let to = picked;
    for (const [index, name] of names.entries()) {
      // An input may have such a key of its own; here it would lead to the prototype of all
      // objects.
      if (name === "__proto__" || !isObject(from) || !Object.hasOwn(from, name)) break;
      from = from[name];
      const inner = to[name];
      if (index === names.length - 1) to[name] = from;
      else if (isObject(inner)) to = inner;
      else to = to[name] = {};
    }
  }
  return picked;
}

/** What a block gave, as far as it was declared. @throws {ModullmError} RLLM_009 */
function taken(run: Run, block: Block, value: Json): JsonObject {
  if (value !== null && !isObject(value)) {
    const type = jsonType(value);
    const reason = `it is of type ${type}, but an object or null is wanted`;
    throw resultError(run, block, { reason, received: value, details: { actual_type: type } });
  }
  if (block.gives === null) return value ?? {};
  const given: Record<string, Json> = {};
  for (const [name, type] of Object.entries(block.gives)) {
    const item = value !== null && Object.hasOwn(value, name) ? value[name] : undefined;
    if (item === undefined) {
      const reason = `"${name}" is missing, which out= names`;
      throw resultError(run, block, { reason, received: value, details: { field: name } });
    }
    if (!isOfType(item, type)) {
      const actual = jsonType(item);
      const reason = `"${name}" is of type ${actual}, but out= says ${type}`;
      throw resultError(run, block, {
        reason,
        received: value,
        details: { field: name, actual_type: actual },
      });
    }
    given[name] = item;
  }
  return given;
}

function isOfType(value: Json, type: string): boolean {
  if (type === "any") return true;
  if (type === "integer") return Number.isInteger(value) || typeof value === "bigint";
  return jsonType(value) === type;
}
