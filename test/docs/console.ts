import { Glob } from "bun";

/** One command of a console block with what the page says it prints. */
export interface Shown {
  readonly command: string;
  /** Lines of output; `…` stands for anything. */
  readonly output: readonly string[];
}

/**
 * The commands of a console block: lines that start with `$ `, each with the lines up to the next
 * one.
 */
export function readConsole(text: string): Shown[] {
  const shown: { command: string; output: string[] }[] = [];
  for (const line of text.replace(/\\\n\s*/g, " ").split("\n")) {
    if (line.startsWith("$ ")) shown.push({ command: line.slice(2), output: [] });
    else shown.at(-1)?.output.push(line);
  }
  return shown;
}

/** A command's words as a shell would split them: quotes, `*` in names, redirections to a file. */
export function readWords(
  command: string,
  folder: string,
): { words: string[]; redirected: string | null } {
  const words: string[] = [];
  let redirected: string | null = null;
  for (const [, target, raw = ""] of command.matchAll(
    /(?:1?>\s*(\S+))|((?:'[^']*'|"[^"]*"|[^\s'"])+)/g,
  )) {
    if (target !== undefined) {
      redirected = target;
      continue;
    }
    const word = raw.replace(
      /'([^']*)'|"([^"]*)"/g,
      (_, single?: string, double?: string) => single ?? double ?? "",
    );
    if (raw.includes("*") && !/['"]/.test(raw))
      words.push(...[...new Glob(raw).scanSync(folder)].toSorted());
    else words.push(word);
  }
  return { words, redirected };
}

/** Whether running it would need a key or a server that is not here. */
export function needsModel(words: readonly string[]): boolean {
  const model = words[words.indexOf("--model") + 1] ?? "";
  if (!words.includes("--model") || words.includes("--dry-run")) return false;
  return words[0] === "run" && !/^(?:builtin|local|ollama)\//.test(model);
}

/**
 * The pieces of the shown lines that what was printed lacks. Times, counts of tokens and bars may
 * differ.
 */
export function missingPieces(shown: Shown, printed: string): string[] {
  const actual = comparable(printed);
  return shown.output
    .flatMap((line) => line.split("…"))
    .map(comparable)
    .filter((piece) => piece !== "" && !actual.includes(piece));
}

function comparable(text: string): string {
  return text
    .replace(/[\u2580-\u259F]+/g, " ")
    .replace(/\d[\d.,]* (ms|tokens)\b/g, "N $1")
    .replace(/(?:about )?\d[\d.,]* (?=\+ N tokens)/g, "N ")
    .replace(/"(\w*_ms|ms|ms_per_1k_tokens|p\d\d)": [\d.]+/g, '"$1": N')
    .replace(/\s+/g, " ")
    .trim();
}
