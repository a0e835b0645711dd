const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?$/;
const LEADING_ZERO = /^[+-]?0\d/;

/**
 * A number as JSON and the usual languages write it, cut off or not; undefined for anything else.
 */
export function readNumber(text: string): number | undefined {
  const plain = /^[+-]?\d{1,3}(?:_\d{3})*(?:\.[\d_]+)?$/.test(text)
    ? text.replaceAll("_", "")
    : text;
  if (!PLAIN.test(plain) || LEADING_ZERO.test(plain)) return undefined;
  const value = Number(plain.replace(/[eE][+-]?$/, ""));
  return Number.isFinite(value) ? value : undefined;
}

export function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

/** What a number in words of a text says: its value, and how sure that is. */
export interface SpelledNumber {
  readonly value: number;
  readonly rule: "text-to-number" | "text-to-fraction" | "decimal-comma";
}

/** Reads "1,234.50", "1.234,50", "$5", "1/5": what people write where a number is asked for. */
export function readSpelledNumber(source: string): SpelledNumber | undefined {
  const text = source.trim().replace(/[.,]$/, "");
  const direct = readNumber(text);
  if (direct !== undefined && text !== "-") return { value: direct, rule: "text-to-number" };
  const bare = text.replace(/^([+-]?)\s*[$€£¥]\s*/, "$1").replace(/\s*[$€£¥]$/, "");
  if (/^[+-]?\d{1,3}(?:[,\s'’]\d{3})+(?:\.\d+)?$/.test(bare) && isUniform(bare)) {
    return { value: Number(bare.replace(/[,\s'’]/g, "")), rule: "text-to-number" };
  }
  if (/^[+-]?\d{1,3}(?:\.\d{3})+,\d+$/.test(bare)) {
    return { value: Number(bare.replaceAll(".", "").replace(",", ".")), rule: "text-to-number" };
  }
  const fraction = /^([+-]?\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)$/.exec(bare);
  if (fraction && Number(fraction[2]) !== 0) {
    return { value: Number(fraction[1]) / Number(fraction[2]), rule: "text-to-fraction" };
  }
  if (/^[+-]?\d+,\d+$/.test(bare))
    return { value: Number(bare.replace(",", ".")), rule: "decimal-comma" };
  const plain = readNumber(bare);
  return plain === undefined ? undefined : { value: plain, rule: "text-to-number" };
}

/** One separator for all groups. */
function isUniform(text: string): boolean {
  return new Set(text.match(/[,\s'’]/g)).size === 1;
}
