import { parseEnvFile } from "./env-file.ts";

/** A name that is set already, whose value is not blank. */
export function isSetIn(text: string, name: string): boolean {
  const last = parseEnvFile(text).entries.findLast((entry) => entry.name === name);
  return last !== undefined && last.value.trim() !== "";
}

/**
 * The text of a `.env` file with one more value: in the place of the name's last assignment, else
 * in a line at the end. All other lines stay as they are.
 */
export function setInEnv(text: string, name: string, value: string): string {
  const ends = text.includes("\r\n") ? "\r\n" : "\n";
  const assignment = `${name}=${quoteEnvValue(value)}`;
  const entry = parseEnvFile(text).entries.findLast((each) => each.name === name);
  if (entry === undefined) {
    const gap = text === "" || /[\r\n]$/.test(text) ? "" : ends;
    return `${text}${gap}${assignment}${ends}`;
  }
  const lines = text.split(/(?<=\n)|(?<=\r)(?!\n)/);
  const old = lines.slice(entry.line - 1).join("");
  const rest = lines.slice(entry.line - 1 + lineCount(old, name, entry.value)).join("");
  const exported = /^\s*export\s/.test(old) ? "export " : "";
  return `${lines.slice(0, entry.line - 1).join("")}${exported}${assignment}${ends}${rest}`;
}

/** How many lines the assignment at the top of a text takes: a quoted value may span several. */
function lineCount(text: string, name: string, value: string): number {
  const lines = text.split(/(?<=\n)/);
  for (let count = 1; count < lines.length; count++) {
    const [entry, ...others] = parseEnvFile(lines.slice(0, count).join("")).entries;
    if (entry?.name === name && entry.value === value && others.length === 0) return count;
  }
  return lines.length;
}

/** A value so that `parseEnvFile` reads it again, and most shells too. */
export function quoteEnvValue(value: string): string {
  if (/^[\w./:@+=,-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replaceAll(/["\\$]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`)}"`;
}
