/**
 * What a full-text index is asked for all words of a text, the last one perhaps only begun; null
 * where it has none.
 */
export function wordQuery(text: string): string | null {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? null : `${words.map((word) => `"${word}"`).join(" ")}*`;
}
