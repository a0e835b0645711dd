/**
 * Commands of a shell block that run `modullm`, each as the words behind its name. Comments, pipes
 * and variables are understood.
 */
export function modullmCommands(text: string): string[][] {
  const lines = text.replace(/\\\n\s*/g, " ").split("\n");
  return lines.flatMap((line) => simpleCommands(line).flatMap(ofModullm));
}

/** A word, with quoted parts; what ends a command; a redirection. */
const TOKEN = /((?:'[^']*'|"[^"]*"|[^\s'"|&;>]|&(?!&))+)|(\|\|?|&&|;)|(\d?>>?\s*\S+)/g;

function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const [, word, end] of line.matchAll(TOKEN)) {
    if (word?.startsWith("#") === true) break;
    if (end !== undefined) commands.push([]);
    else if (word !== undefined) commands.at(-1)?.push(unquoted(word));
  }
  return commands;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"([^"]*)"/g,
    (_, single?: string, double?: string) => single ?? double ?? "",
  );
}

/** With BUN_BE_BUN the binary is another program. */
function ofModullm(words: readonly string[]): string[][] {
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const assigned = words.slice(0, Math.max(start, 0));
  if (start === -1 || assigned.some((word) => word.startsWith("BUN_BE_BUN="))) return [];
  return /^(?:dist\/)?(?:modullm|runllm)$/.test(words[start] ?? "") ? [words.slice(start + 1)] : [];
}
