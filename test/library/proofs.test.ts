import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadProgram } from "../../src/library/load.ts";
import { createProofs } from "../../src/library/proofs.ts";
import { makeFolder, modullm, programText } from "../cli/command-line.ts";

const FILES = {
  "parent.rllm": programText({ uses: "[{name: c, path: child.rllm, with: {text: a}}]" }),
  "child.rllm": programText({}),
};

test("a tree that was proved is known to the next process until a byte of it changes", async () => {
  const folder = makeFolder(FILES);
  const cache = join(folder, "proofs");
  const load = () => loadProgram(join(folder, "parent.rllm"));
  const [first, tree] = [createProofs(cache), await load()];
  expect(first.warningsOf(tree)).toBeNull();
  first.keep(tree, ["it may not fit"]);
  expect(first.warningsOf(tree)).toEqual([]);
  expect(createProofs(cache).warningsOf(await load())).toEqual(["it may not fit"]);
  writeFileSync(join(folder, "child.rllm"), `${FILES["child.rllm"]}.`);
  expect(createProofs(cache).warningsOf(await load())).toBeNull();
});

test("a damaged proof is none, and a folder that can't be written costs nothing else", async () => {
  const folder = makeFolder({ ...FILES, file: "" });
  const tree = await loadProgram(join(folder, "parent.rllm"));
  const cache = join(folder, "proofs");
  createProofs(cache).keep(tree, []);
  for (const name of readdirSync(cache)) writeFileSync(join(cache, name), "{");
  expect(createProofs(cache).warningsOf(tree)).toBeNull();
  const inFile = createProofs(join(folder, "file", "proofs"));
  inFile.keep(tree, []);
  expect(inFile.warningsOf(tree)).toEqual([]);
});

test("a run keeps the proof of its tree in the cache folder", async () => {
  const folder = makeFolder(FILES);
  const { exit } = await modullm(
    ["run", "parent.rllm", "--text", "x", "--model", "builtin/baseline"],
    { folder },
  );
  expect(exit).toBe(0);
  const found = readdirSync(folder, { recursive: true }).map(String);
  expect(found.some((path) => /proofs[/\\][0-9a-f]{64}\.json$/.test(path))).toBe(true);
});
