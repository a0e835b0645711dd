import type { RuleName } from "./rules.ts";
import { unescapeXml } from "./xml.ts";

/** A text without the marks that were put around or into all of it. */
interface Plain {
  readonly text: string;
  readonly rule: Extract<RuleName, "block-quote" | "escaped-markup">;
}

/** An object or a list with its quotes as HTML has them. */
const ESCAPED =
  /[{[]\s*&(?:quot|#34|#x22);[\s\S]*&(?:quot|#34|#x22);|^\s*(?:<[^<>]{1,80}>\s*)*&lt;\/?\p{L}/iu;
const AROUND = /^(?:<(?:pre|code)\b[^<>]{0,200}>\s*)+|(?:\s{0,20}<\/(?:pre|code)>){1,9}$/gi;
const QUOTED_LINE = /^[ \t]{0,3}> ?/;

/**
 * Takes the marks off a text each line of which is quoted, `> {`, or that was escaped as for HTML,
 * `{&quot;a&quot;: 1}`; null for any other text.
 */
export function withoutLayout(text: string): Plain | null {
  if (!/^\s*>/.test(text) && !text.includes("&")) return null;
  const lines = text.split("\n");
  if (lines.some((line) => QUOTED_LINE.test(line)) && lines.every(isQuoted))
    return {
      text: lines.map((line) => line.replace(QUOTED_LINE, "")).join("\n"),
      rule: "block-quote",
    };
  if (!ESCAPED.test(text) || /[{,[]\s*"/.test(text)) return null;
  const inner = text.trim().replace(AROUND, "");
  return { text: unescapeXml(inner.replace(/&#(?:34|x22);/gi, "&quot;")), rule: "escaped-markup" };
}

function isQuoted(line: string): boolean {
  return line.trim() === "" || QUOTED_LINE.test(line);
}
