import { expect, test } from "bun:test";
import { Glob } from "bun";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const FOLDERS = ["bin", "src", "test", "scripts", "bench", "plugins"];
const COLUMNS = 100;
/** A text in which nothing may be broken: a template, a regular expression, the lines of one. */
const UNBROKEN = /[`/]|^[^"']*$|\S{90}/;

async function longLines(): Promise<{ place: string; text: string }[]> {
  const found: { place: string; text: string }[] = [];
  for (const folder of FOLDERS)
    for await (const file of new Glob(`${folder}/**/*.{ts,js}`).scan(ROOT)) {
      if (file.includes("node_modules/")) continue;
      const lines = (await Bun.file(join(ROOT, file)).text()).split("\n");
      for (const [index, text] of lines.entries())
        if ([...text].length > COLUMNS) found.push({ place: `${file}:${index + 1}`, text });
    }
  return found;
}

const long = await longLines();

test(`a comment has at most ${COLUMNS} columns`, () => {
  const comments = long.filter(({ text }) => /^\s*(?:\/\/|\/?\*+(?: |$))/.test(text));
  expect(comments.map(({ place }) => place)).toEqual([]);
});

test(`a line of src/ has at most ${COLUMNS}, but where nothing in it can be broken`, () => {
  const lines = long.filter(({ place, text }) => place.startsWith("src/") && !UNBROKEN.test(text));
  expect(lines.map(({ place }) => place)).toEqual([]);
});
