import { bareValue, isGuessed } from "./bare.ts";
import { isJsonNumber } from "./numbers.ts";
import { onlyNumberIn } from "./number-in-text.ts";
import { plain, withEdit, type Coercion, type Outcome, type Path } from "./outcome.ts";
import type { RuleName } from "./rules.ts";
import { groupedByPoint, readSpelledNumber } from "./spelled-number.ts";
import { readWordedNumber } from "./worded-number.ts";
import type { TextNode } from "./tree.ts";

type Schema = Record<string, unknown>;

/** A number that a schema takes; null where the text says none, or one that is out of bounds. */
export function coerceToNumber(
  coercion: Coercion,
  node: TextNode,
  type: "number" | "integer",
  schema: Schema,
  path: Path,
): Outcome | null {
  const outcome = toNumber(coercion, node, schema, path);
  if (outcome && meetsNumber(outcome.value, type, schema)) return outcome;
  // No whole number has decimals: the point groups.
  const grouped = type === "integer" && !coercion.partial ? groupedByPoint(node.text) : undefined;
  return grouped && meetsNumber(grouped.value, type, schema)
    ? withEdit(coercion, plain(grouped.value), grouped.rule, node, path, String(grouped.value))
    : null;
}

function toNumber(coercion: Coercion, node: TextNode, schema: Schema, path: Path): Outcome | null {
  const noted = (value: unknown, rule: RuleName): Outcome | null =>
    withEdit(coercion, plain(value), rule, node, path, String(value));
  if (!node.quoted) {
    const value = bareValue(node.text);
    if (typeof value === "number" || typeof value === "bigint") {
      if (isJsonNumber(node.text)) return plain(value);
      return noted(value, coercion.partial ? "literal" : "number");
    }
  }
  const bounded = readOfMaximum(node.text, schema);
  if (bounded) return noted(bounded.value, bounded.rule);
  const spelled = readSpelledNumber(node.text) ?? readWordedNumber(node.text);
  if (spelled) return noted(spelled.value, spelled.rule);
  if (isGuessed(coercion, node)) return null;
  const found = onlyNumberIn(node.text, { isMember: path !== null });
  return found === undefined ? null : noted(found.value, "scalar-in-text");
}

/** "4/5", "85 out of 100", and what stands there for "of" in other languages. */
const SCORE =
  /^(\d+(?:[.,]\d+)?)\s*(?:\/|out of|of|von|aus|sur|de|su|van|av|af|z|ze|из|üzerinden|من|में से)\s*(\d+)(?:\s*(?:points?|stars?|Punkte[n]?|Sterne[n]?|étoiles?|puntos?|estrellas?|分|点|★))?$/iu;
const PERCENT =
  /^(\d+(?:[.,]\d+)?)\s*(?:[%％٪]|percent|prozent|pour cent|por ciento|процент\p{L}*)$/iu;

/** What a number says under the maximum that a schema names: a score of it, or a share of 1. */
function readOfMaximum(
  source: string,
  { maximum }: Schema,
): { readonly value: number; readonly rule: "score" | "text-to-fraction" } | undefined {
  if (typeof maximum !== "number") return undefined;
  const text = source.trim();
  const [, score, most] = SCORE.exec(text) ?? [];
  if (score !== undefined && maximum > 1)
    return Number(most) === maximum ? { value: asNumber(score), rule: "score" } : undefined;
  const [, share] = PERCENT.exec(text) ?? [];
  if (share === undefined || maximum !== 1) return undefined;
  // Dividing by 100 may leave digits that nobody wrote.
  return { value: Number(`${asNumber(share)}e-2`), rule: "text-to-fraction" };
}

function asNumber(digits: string): number {
  return Number(digits.replace(",", "."));
}

function meetsNumber(value: unknown, type: "number" | "integer", schema: Schema): boolean {
  if (typeof value !== "number" && typeof value !== "bigint") return false;
  if (type === "integer" && typeof value === "number" && !Number.isInteger(value)) return false;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === "number" && value < minimum) return false;
  if (typeof maximum === "number" && value > maximum) return false;
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) return false;
  return !(typeof exclusiveMaximum === "number" && value >= exclusiveMaximum);
}
