import { UsageError } from "./command.ts";

/** `--tag KEY=VALUE`, each of them; a later one of a key wins. @throws {UsageError} */
export function readTags(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new UsageError(`option --tag is "${word}", but KEY=VALUE is wanted`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
