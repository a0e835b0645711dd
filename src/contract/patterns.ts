/**
 * A user's regular expression under the `u` flag, or why it is none. Needless escapes (`\-`, `\"`,
 * `\@`) are forgiven.
 */
export type PatternReading =
  | { readonly ok: true; readonly regex: RegExp; readonly forgiven: boolean }
  | { readonly ok: false; readonly reason: string };

/**
 * JSON Schema patterns are ECMAScript with the `u` flag, which refuses an escape that escapes
 * nothing. Schemas written for other validators are full of them, and they have one meaning only,
 * so they are dropped.
 */
export function readPattern(source: string): PatternReading {
  const strict = tryRegex(source);
  if (strict.ok) return { ...strict, forgiven: false };
  const relaxed = tryRegex(dropNeedlessEscapes(source));
  if (relaxed.ok) return { ...relaxed, forgiven: true };
  return { ok: false, reason: strict.reason + foreignSyntax(source) };
}

function tryRegex(source: string): { ok: true; regex: RegExp } | { ok: false; reason: string } {
  try {
    return { ok: true, regex: new RegExp(source, "u") };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, reason: message.replace(/^Invalid regular expression:\s*/, "") };
  }
}

/**
 * Only punctuation that `u` refuses: letters and digits mean something else with a backslash, or
 * would once.
 */
function dropNeedlessEscapes(source: string): string {
  let inClass = false;
  return source.replace(/\\([\s\S])|\[|\]/gu, (match: string, escaped: string | undefined) => {
    if (escaped === undefined) {
      inClass = match === "[" || (inClass && match !== "]");
      return match;
    }
    const needless =
      /[^\w\s^$\\.*+?()[\]{}|/-]/u.test(escaped) || escaped === " " || escaped === "_";
    return needless || (escaped === "-" && !inClass) ? escaped : match;
  });
}

function foreignSyntax(source: string): string {
  if (source.includes("(?P<")) return "; write a named group as (?<name>…)";
  if (/\\[AZz]/.test(source)) return "; write ^ and $ for the start and the end";
  if (/\(\?[aimsux]+\)/.test(source)) return "; inline flags are not supported";
  return "";
}
