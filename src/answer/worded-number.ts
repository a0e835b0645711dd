import { isCurrency, isUnit } from "./magnitudes.ts";
import type { SpelledNumber } from "./spelled-number.ts";
import { numberOfWord } from "./words/numbers.ts";

/** Longer texts are no number in words. In UTF-16 units. */
const MAX_LENGTH = 60;
/** Signs that part no words end in what was counted. */
const HAN_COUNT = /^([〇零一二两兩三四五六七八九十]+)(\S{1,2})$/u;

/** A whole number in words, with or without what was counted behind it: "twelve", "三人". */
export function readWordedNumber(source: string): SpelledNumber | undefined {
  if (source.length > MAX_LENGTH || /\d/.test(source)) return undefined;
  const text = source.trim().replace(/[.。]$/, "");
  const value = numberOfWord(text) ?? withoutCounted(text);
  return value === undefined ? undefined : { value, rule: "number-in-words" };
}

function withoutCounted(text: string): number | undefined {
  const [, number = "", counted = ""] = HAN_COUNT.exec(text) ?? /^(.*\S)\s+(\S+)$/.exec(text) ?? [];
  return isUnit(counted) || isCurrency(counted) ? numberOfWord(number) : undefined;
}
