import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, programText } from "../cli/command-line.ts";
import { Editor, positionOf } from "../server/lsp/editor.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");

test("the binary serves an editor", async () => {
  if (!existsSync(BINARY)) throw new Error("there is no dist/modullm: run npm run build first");
  const editor = await Editor.start(makeFolder(), { command: [BINARY] });
  const text = programText({}, "{{input.txt}} {{input.text}}\n```rllm-js post\nresult = {;\n```\n");
  await editor.open("a.rllm", text);
  expect(await editor.diagnostics("a.rllm")).toMatchObject([{ code: "RLLM_009" }]);
  const good = text.replace("{;", "{};");
  await editor.change("a.rllm", { text: good });
  expect(await editor.diagnostics("a.rllm")).toMatchObject([
    { range: { start: positionOf(good, "{{input.txt}}") } },
  ]);
  const position = positionOf(good, "{{input.te|xt}}");
  expect(JSON.stringify(await editor.ask("textDocument/hover", "a.rllm", { position }))).toContain(
    "text: string",
  );
  expect(await editor.quit()).toBe(0);
});
