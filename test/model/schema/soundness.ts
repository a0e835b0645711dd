import { compileContract } from "../../../src/contract/compile.ts";
import type { Contract, JsonSchema } from "../../../src/contract/contract.ts";
import { isObject } from "../../../src/core/json.ts";
import { subschemas } from "../../../src/model/schema/plain.ts";
import { translateSchema } from "../../../src/model/schema/translate.ts";
import type { Translation } from "../../../src/model/schema/translation.ts";

export const MODES = ["strict", "anthropic", "gemini", "grammar", "tool"] as const;
export type Mode = (typeof MODES)[number];

export interface Judged {
  readonly held: boolean;
  /** What is wrong with what is sent; empty when nothing is. */
  readonly violations: readonly string[];
}

/**
 * What must be true of every schema that is sent: it accepts all that the contract accepts (but for
 * properties that a closed dialect can't leave open), its references lead somewhere, its patterns
 * compile as they are, and it is no larger than some times the schema.
 *
 * @param values values that the contract accepts
 */
export function judgeSent(schema: JsonSchema, mode: Mode, values: readonly unknown[]): Judged {
  let translation: Translation;
  try {
    translation = translateSchema(schema, mode);
  } catch (thrown) {
    return { held: false, violations: [`throws ${String(thrown)}`] };
  }
  const { schema: sent, strict } = translation;
  const held = mode === "gemini" || mode === "grammar" || (strict && mode !== "tool");
  const violations: string[] = [];
  const size = JSON.stringify(sent).length;
  if (size > 12 * JSON.stringify(schema).length + 60_000) violations.push(`${size} characters`);
  violations.push(...patternsOf(sent).filter((pattern) => !isStrict(pattern)));
  const compiled = compileContract(sent);
  if (!compiled.ok) return { held, violations: [...violations, compiled.faults[0].reason] };
  // A tool's input is an object, and no other guidance is held to.
  const judged = mode === "tool" ? values.filter(isObject) : held ? values : [];
  for (const value of judged) {
    if (compiled.contract.check(value).ok) continue;
    const opened = compileContract(open(sent));
    if (opened.ok && opened.contract.check(value).ok) continue;
    violations.push(`refuses ${JSON.stringify(value)}: ${whyNot(compiled.contract, value)}`);
  }
  return { held, violations };
}

function whyNot(contract: Contract, value: unknown): string {
  const check = contract.check(value);
  return check.ok ? "" : `${check.issues[0].path.join("/")} ${check.issues[0].reason}`;
}

/** The same, with every object open: what the contract closes itself, its values keep to anyway. */
function open(schema: JsonSchema): JsonSchema {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    return isObject(value) ? open(value) : value;
  };
  const { additionalProperties: rest, ...others } = schema;
  const entries = Object.entries(others).map(([keyword, value]) => [keyword, inner(value)]);
  const kept = rest === undefined || rest === false ? [] : [["additionalProperties", inner(rest)]];
  return Object.fromEntries([...entries, ...kept]) as JsonSchema;
}

function patternsOf(schema: JsonSchema): string[] {
  const found: string[] = [];
  const definitions = isObject(schema["$defs"]) ? Object.values(schema["$defs"]) : [];
  const waiting: unknown[] = [schema, ...definitions];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isObject(next)) continue;
    if (typeof next["pattern"] === "string") found.push(next["pattern"]);
    waiting.push(...subschemas(next));
  }
  return found;
}

function isStrict(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
