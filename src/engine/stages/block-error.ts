import { ModullmError, type SourcePlace } from "../../core/error.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Block } from "../../program/program.ts";
import { lineStart, placeAt } from "../../program/source.ts";
import type { BlockOutcome } from "../../sandbox/sandboxes.ts";
import type { Run } from "../state.ts";

export interface FailedBlock {
  readonly outcome: Extract<BlockOutcome, { ok: false }>;
  /** What the block was given. */
  readonly context: JsonObject;
}

export interface RefusedResult {
  readonly reason: string;
  readonly received: Json;
  readonly details: object;
}

/** RLLM_009 for a block that failed. */
export function blockError(
  run: Run,
  block: Block,
  { outcome, context }: FailedBlock,
): ModullmError {
  const { name, source } = run.loaded.program;
  const { exception, reason, hint } = outcome.failure;
  const line = lineWithin(block, outcome.failure.line);
  const shown = exception === "ResultError" ? resultLine(block) : block.line - 1;
  const place = placeAt(source, lineStart(source, line ?? shown));
  const where = line === null ? "" : ` at line ${line}`;
  const missing =
    block.language === "js" && exception === "TypeError" ? missingPart(place.text, context) : null;
  return new ModullmError(
    "RLLM_009",
    `The ${block.when} block of "${name}" failed${where}: ${exception}: ${reason}`,
    {
      details: {
        exception,
        reason,
        line: place.line,
        source: place.text.trim(),
        path: source.path,
        block: block.when,
        level: outcome.level,
      },
      ...hintOf(
        hint ?? missing ?? HINTS.get(exception) ?? (line === null ? "Correct the block." : null),
      ),
      receivedPayload: { context },
      place: indented(place),
    },
  );
}

/** RLLM_009 for a result that is JSON, but not what the block was to give. */
export function resultError(
  run: Run,
  block: Block,
  { reason, received, details }: RefusedResult,
): ModullmError {
  const { name, source } = run.loaded.program;
  const place = placeAt(source, lineStart(source, resultLine(block)));
  return new ModullmError(
    "RLLM_009",
    `The result of the ${block.when} block of "${name}" can't be used: ${reason}`,
    {
      details: {
        exception: "ResultError",
        reason,
        line: place.line,
        path: source.path,
        ...details,
      },
      hint: "Set `result` to an object of what the block gives.",
      receivedPayload: received,
      place: indented(place),
    },
  );
}

/** For failures that tell no hint of their own. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ["TimeoutError", "Make the block do less, or find the loop that doesn't end."],
  [
    "MemoryError",
    "Make the block hold less at a time, or raise --python-memory-limit-mb, which holds for " +
      "JavaScript too.",
  ],
]);

function hintOf(hint: string | null): { readonly hint?: string } {
  return hint === null ? {} : { hint };
}

/**
 * What a line of JavaScript reads of `context` that isn't there, where the language only says that
 * something was undefined.
 */
function missingPart(text: string, context: JsonObject): string | null {
  for (const [path] of text.matchAll(CONTEXT_PATH)) {
    const names = path.match(/[^?.[\]"']+/g) ?? [];
    let from: Json | undefined = context;
    for (const [index, name] of names.entries()) {
      if (index === 0) continue;
      if (!isObject(from) || name in {}) break;
      if (!Object.hasOwn(from, name)) {
        const keys: readonly string[] = Object.keys(from);
        const has = keys.length === 0 ? " It has nothing." : ` It has ${keys.join(", ")}.`;
        return (
          `${names.slice(0, index).join(".")} has no ` +
          `"${name}".${didYouMean(name, keys) || has}`
        );
      }
      from = from[name];
    }
  }
  return null;
}

/** `context.input.text`, `context["input"]?.text` */
const CONTEXT_PATH = /(?<![.\w$])context(?:\??\.[A-Za-z_$][\w$]*|\["[^"\]]*"\]|\['[^'\]]*'\])+/g;

/**
 * A sandbox may be wrong about the line, or be made to be: outside of the block it says nothing.
 */
function lineWithin({ line: first, code }: Block, line: number | null): number | null {
  return line !== null && line >= first && line < first + code.split("\n").length ? line : null;
}

/**
 * Where a result that is refused was most likely set: the last line that assigns it, else the one
 * that opens the block.
 */
function resultLine({ line: first, code }: Block): number {
  return (
    first +
    code
      .split("\n")
      .findLastIndex((text) => /^\s*(?:(?:var|let|const)\s+)?result\s*(?:=(?!=)|[.[])/.test(text))
  );
}

/** The caret stands under the first word of the line. */
function indented(place: SourcePlace): SourcePlace {
  return { ...place, column: place.text.length - place.text.trimStart().length + 1 };
}
