/** A word or name as people mean it: no accents, no case, no punctuation. */
export function fold(text: string): string {
  if (/^[a-z0-9]*$/.test(text)) return text;
  const stripped = strip(text);
  return /[^\0-\x7f]/.test(stripped)
    ? stripped.replace(/[^\p{L}\p{N}]+/gu, "")
    : stripped.replace(/[^a-z0-9]+/g, "");
}

/** No accents, no case; punctuation stays. */
export function strip(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase();
  const lower = text
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("æ", "ae")
    .replaceAll("œ", "oe")
    .replaceAll("ø", "o");
  return lower.normalize("NFKD").replace(/\p{M}+/gu, "");
}
