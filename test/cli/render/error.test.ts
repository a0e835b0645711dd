import { expect, test } from "bun:test";
import { renderError } from "../../../src/cli/render/error.ts";
import { ModullmError } from "../../../src/core/error.ts";

test("renderError() shows no control characters, of a file's name neither", () => {
  const hostile = "a\u001B]0;b\u0007\u202Ec";
  const place = { path: `/x/${hostile}.rllm`, line: 2, column: 1, text: hostile };
  const shown = renderError(new ModullmError("RLLM_009", hostile, { place, hint: hostile }), false);
  expect(shown).toContain("/x/a]0;bc.rllm:2:1");
  for (const character of ["\u0007", "\u001B", "\u202E"]) expect(shown).not.toContain(character);
});
