// Structure that a missing mark left in a text.

/**
 * Whether a string with quotes in it holds the end of a value and another key, or a quote and a
 * bracket behind it that closes nothing in the string: then it ended there, or before.
 */
export function holdsStructure(content: string): boolean {
  if (SWALLOWED.test(content)) return true;
  let depth = 0;
  for (const { 0: mark, index } of content.matchAll(/[{}[\]]/g)) {
    if (mark === "{" || mark === "[") depth++;
    else if (--depth < 0)
      return /["”]\s*$/.test(content.slice(Math.max(0, index - MAX_GAP), index));
  }
  return false;
}

/** Blanks between a quote and a bracket behind it are fewer. In UTF-16 units. */
const MAX_GAP = 80;

/** The end of a value, and another key and its value: no string holds them. */
const SWALLOWED =
  /["'`´”][\s}\])]*[,、，;；]\s*["'`´“][^"'`´“”\n]{1,80}["'`´”]\s*(?:["'`´“{[]|[:：]\s*["'`´“{[\d])/;

/**
 * A whole literal with a mark and another key or string behind it, or a line that begins with a
 * string and its value: members whose marks are missing, and no text.
 */
export function holdsMembers(text: string): boolean {
  return MEMBERS.test(text);
}

const MEMBERS =
  /^(?:true|false|null|none|[-+]?\d[\d.]*(?:e[-+]?\d+)?)(?:\s*[,;，；、]|\s)\s*(?:["“'].|[\p{L}_$][\p{L}\p{N}_$-]*\s*(?:(?:=>?|->|→|:)\s|["{[]|(?:true|false|null|-?\d)))|[,;，；、]\s*["“][^"“”\n]{1,80}["”]\s+[^\s,]|\n[ \t]*["“][^"“”\n]{1,80}["”][ \t]*(?:["“{[\d-]|true|false|null)/isu;
