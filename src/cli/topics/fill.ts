import { MARKS } from "./marks.ts";

/** `@@name@@`: neither Markdown nor YAML, templates or code have that. */
const MARK = /@@([a-z_]+)@@/g;

/**
 * A topic's text with its marks filled from the tables of the code, so that it can't say anything
 * else than they do.
 */
export async function fillMarks(text: string): Promise<string> {
  const names = marksIn(text);
  const values = new Map(
    await Promise.all(names.map(async (name) => [name, await valueOf(name)] as const)),
  );
  return text.replace(MARK, (_, name: string) => values.get(name) ?? "");
}

/** The marks of a text, each once. */
export function marksIn(text: string): string[] {
  return [...new Set([...text.matchAll(MARK)].map(([, name = ""]) => name))];
}

async function valueOf(name: string): Promise<string> {
  const make = Object.hasOwn(MARKS, name) ? MARKS[name] : undefined;
  if (make === undefined) throw new Error(`the mark @@${name}@@ stands for nothing`);
  return await make();
}
