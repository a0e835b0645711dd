import { describe, expect, test } from "bun:test";
import { powershellScript } from "../../../src/cli/completion/powershell.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { readOffers } from "../../../src/cli/completion/offers.ts";
import { modullm } from "../command-line.ts";
import { ODD, ODD_TEXT } from "./odd.ts";

/**
 * PowerShell itself is on none of the machines that this runs on: what is looked at is the script
 * as text.
 */
describe("completion in PowerShell, as text", () => {
  test("registers itself for both names, and is ASCII", async () => {
    const { stdout } = await modullm(["completion", "powershell"]);
    expect(stdout).toContain(
      "Register-ArgumentCompleter -Native -CommandName modullm, runllm -ScriptBlock {\n",
    );
    expect(stdout).toContain("param($wordToComplete, $commandAst, $cursorPosition)\n");
    // oxlint-disable-next-line no-control-regex -- what is not ASCII is looked for
    expect(stdout).toMatch(/^[\x00-\x7F]*$/);
  });

  test("has every command, option and word", async () => {
    const { texts } = readTexts((await modullm(["completion", "powershell"])).stdout);
    const { commands, everywhere } = await readOffers(COMMANDS);
    for (const { name, summary, options } of commands) {
      expect(texts).toContain(name);
      expect(texts).toContain(summary);
      for (const option of [...options, ...everywhere]) {
        expect(texts).toContain(option.name);
        expect(texts).toContain(option.description.replaceAll("…", "..."));
        if (option.value?.kind === "words")
          expect(texts).toContain(`words ${option.value.words.join(" ")}`);
      }
    }
  });

  test("closes every text and bracket, whatever stands in descriptions", async () => {
    expect(readTexts((await modullm(["completion", "powershell"])).stdout).open).toEqual([]);
    const { texts, open } = readTexts(powershellScript(ODD));
    expect(open).toEqual([]);
    expect(texts.filter((text) => text === ODD_TEXT.replace(/[‘’]/g, "'"))).toHaveLength(3);
  });
});

/**
 * The texts of a script in single quotes, read as PowerShell does: '' stands for one; and the
 * brackets that are never closed.
 */
function readTexts(script: string): { texts: string[]; open: string[] } {
  const texts: string[] = [];
  const open: string[] = [];
  const rest = script.replace(
    /'((?:[^'\u2018-\u201B]|['\u2018-\u201B]{2})*)'|"(?:[^"$`]|\$\([^)]*\)|\$\w+)*"|^\s*#.*$/gm,
    (_, text?: string) => {
      if (text !== undefined) texts.push(text.replaceAll("''", "'"));
      return "";
    },
  );
  for (const sign of rest.replace(/[^'"\u2018-\u201B(){}[\]]/g, "")) {
    const pairs: Record<string, string> = { ")": "(", "}": "{", "]": "[" };
    if (pairs[sign] !== undefined && open.at(-1) === pairs[sign]) open.pop();
    else open.push(sign);
  }
  return { texts, open };
}
