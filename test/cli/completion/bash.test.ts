import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bashScript } from "../../../src/cli/completion/bash.ts";
import { ODD } from "./odd.ts";
import { type Case, CASES, hasShell, makePlace, type Place, plain, runShell } from "./shells.ts";

/**
 * As bash hands the words over from version 4 on: split at `:` and `=`. What is offered stands in
 * place of the last one.
 */
const SPLIT: readonly Case[] = [
  [["run", "a.rllm", "--", "te"], ["text="]],
  [["run", "--model", "two/small", ":", "3b", "a.rllm", "--", ""], ["text="]],
  [["exectime", '"a.rllm"', "--", "te"], ["text="]],
  [["run", "gone.rllm", "--", "no"], []],
  [
    ["run", "a.rllm", "--model", "two/small", ":"],
    ["3b", "1b"],
  ],
  [["run", "a.rllm", "--model", "two/small", ":", "3"], ["3b"]],
  [["run", "a.rllm", "--model", "=", "two/small", ":", "3"], ["3b"]],
  [["run", "a.rllm", "--model", "=", "min"], ["mine/"]],
  [
    ["run", "a.rllm", "--color", "="],
    ["auto", "always", "never"],
  ],
  [["run", "a.rllm", "--", "text", "=", "no"], ["notes.txt"]],
  [["run", "--model", "two/small", ":", "3b", "a"], ["a.rllm"]],
  [["run", "a.rllm", "--model", '"two/small:3'], ["two/small:3b"]],
  [["parse", "--schema", "a.rllm", "<", "no"], ["notes.txt"]],
];

describe.skipIf(!hasShell("bash") || process.platform === "win32")(
  "completion in bash (skipped where there is no bash, and on Windows)",
  () => {
    // Without compopt it is what it is in bash 3.2.
    test.each([
      ["as it is", ""],
      ["without compopt", "enable -n compopt; "],
    ])(
      "offers what fits where the cursor is, %s",
      async (_, before) => {
        const place = await placeWithScript();
        const cases = [...CASES, ...SPLIT];
        const offered = cases.map(([typed]) => [
          typed,
          plain(complete(typed, before, place).map((word) => word.trimEnd())),
        ]);
        // What stands before a colon is on the line and stays there.
        const wanted = cases.map(([typed, words]) => [
          typed,
          plain(words.map((word) => behindColon(typed, word))),
        ]);
        expect(offered).toEqual(wanted);
        expect(existsSync(join(place.folder, "pwned"))).toBe(false);
      },
      120_000,
    );

    test("without compopt it quotes paths, and ends words and folders itself", async () => {
      const place = await placeWithScript();
      const before = "enable -n compopt; ";
      expect(complete(["run", ""], before, place).toSorted()).toEqual([
        "a.rllm ",
        "my\\ prog.rllm ",
        "sub/",
      ]);
      expect(complete(["run", '"my'], before, place)).toEqual(["my prog.rllm"]);
      expect(complete(["vali"], before, place)).toEqual(["validate "]);
      expect(complete(["run", "a.rllm", "--model", "min"], before, place)).toEqual(["mine/"]);
    });

    test("keeps whole what a user's COMP_WORDBREAKS does not split", async () => {
      const place = await placeWithScript();
      const before = "COMP_WORDBREAKS=$' \\t\\n'; ";
      expect(complete(["run", "a.rllm", "--model", "two/small:3"], before, place)).toEqual([
        "two/small:3b",
      ]);
      expect(complete(["run", "a.rllm", "--model=two/small:3"], before, place)).toEqual([
        "--model=two/small:3b",
      ]);
    });

    test("takes words and descriptions with whatever signs as text", async () => {
      const place = await makePlace();
      writeFileSync(await place.script("bash"), bashScript(ODD));
      expect(complete(["odd", "--value", ""], "", place)).toEqual(["one", "two"]);
      expect(existsSync(join(place.folder, "pwned"))).toBe(false);
    });

    test("is for modullm and runllm, and holds under set -u", async () => {
      const place = await makePlace();
      const script = await place.script("bash");
      const printed = runShell(
        [
          "bash",
          "-uc",
          `source ${script}; complete -p modullm runllm; COMP_WORDS=(runllm ""); COMP_CWORD=1; _modullm; echo $?`,
        ],
        place,
      );
      expect(printed).toBe(
        "complete -o filenames -F _modullm modullm\ncomplete -o filenames -F _modullm runllm\n0\n",
      );
    });

    test("keeps to what bash 3.2 has", async () => {
      const text = readFileSync(await (await makePlace()).script("bash"), "utf8");
      const later =
        /declare -A|local -[nA]|mapfile|readarray|\$\{[^}]*(?:\^|,,)|&>>|\|&|;;&|;&|coproc|-v [a-z]+\[|\$\{\w+@|EPOCH|\[ -v /;
      expect(text.split("\n").filter((line) => later.test(line))).toEqual([]);
    });
  },
);

async function placeWithScript(): Promise<Place> {
  const place = await makePlace();
  await place.script("bash");
  return place;
}

/** COMPREPLY for words as bash hands them over. */
function complete(typed: readonly string[], before: string, place: Place): string[] {
  const path = join(place.folder, "../completion.bash");
  const code = `${before}source "$0"; COMP_WORDS=(modullm "$@"); COMP_CWORD=$#; _modullm; [ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  return runShell(["bash", "-c", code, path, ...typed], place)
    .split("\n")
    .filter((word) => word !== "");
}

function behindColon(typed: readonly string[], word: string): string {
  const last = typed.at(-1) ?? "";
  return last.includes(":") && !last.startsWith('"') && word.includes(":")
    ? word.slice(word.indexOf(":") + 1)
    : word;
}
