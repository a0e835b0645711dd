import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { editText } from "../../src/cli/onboarding/editor.ts";
import { makeFolder } from "../cli/command-line.ts";

function editorWriting(text: string, status = 0): string {
  const script = `#!/bin/sh\nprintf '${text}\\n' > "$1"\nexit ${status}\n`;
  return `sh ${join(makeFolder({ "editor.sh": script }), "editor.sh")}`;
}

test("editText() gives what the editor leaves, and takes the file away", () => {
  let file = "";
  const permit = (path: string): void => void (file = path);
  expect(editText(editorWriting("new"), "old", { env: process.env, permit })).toBe("new");
  expect(file).toContain("modullm-edit-");
  expect(existsSync(dirname(file))).toBe(false);
});

test("editText() gives the text as it was where the editor fails", () => {
  const permit = (): void => {};
  expect(editText(editorWriting("new", 1), "old", { env: process.env, permit })).toBe("old");
});

test("editText() writes nothing where it may not", () => {
  let file = "";
  const permit = (path: string): never => {
    file = path;
    throw new Error("no");
  };
  expect(() => editText("true", "secret", { env: process.env, permit })).toThrow("no");
  expect(existsSync(dirname(file))).toBe(false);
});
