/** Words that say nothing of what a program is for. */
const EMPTY = new Set(
  (
    "a an and are as at be by for from i in into is it its of on or program read some that the " +
    "their them this to want which with write"
  ).split(" "),
);

/** A name in snake_case for any text; empty where it has no letters or digits of ASCII. */
export function nameOf(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replace(/^[_\d]+/, "")
    .slice(0, 40)
    .replace(/_+$/, "");
}

/** A name from the first telling words of a sentence. */
export function nameFromWords(sentence: string): string {
  const words = sentence.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const telling = words.filter((word) => !EMPTY.has(word.toLowerCase()));
  return nameOf(telling.slice(0, 3).join(" ")) || nameOf(words.slice(0, 3).join(" ")) || "program";
}

/** Whether Windows keeps a file's name, without its ending, for a device. */
export function isReserved(name: string): boolean {
  return /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(name);
}
