import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fishScript } from "../../../src/cli/completion/fish.ts";
import { ODD, ODD_TEXT } from "./odd.ts";
import { CASES, hasShell, lineOf, makePlace, type Place, plain, runShell } from "./shells.ts";

describe.skipIf(!hasShell("fish"))(
  "completion in fish (skipped where fish is not installed)",
  () => {
    test("offers what fits where the cursor is", async () => {
      const place = await makePlace();
      const lines = CASES.map(([typed]) => lineOf(typed));
      const offered = typeAll(lines, await place.script("fish"), place).map(([line, words]) => [
        line,
        plain(words),
      ]);
      expect(offered).toEqual(CASES.map(([typed, words]) => [lineOf(typed), plain(words)]));
      expect(existsSync(join(place.folder, "pwned"))).toBe(false);
    }, 180_000);

    test("knows runllm, and the program under its path", async () => {
      const place = await makePlace();
      const lines = ["runllm exe", "runllm run a", "../bin/modullm run --model two/small:3"];
      expect(typeAll(lines, await place.script("fish"), place)).toEqual([
        ["runllm exe", ["exectime"]],
        ["runllm run a", ["a.rllm"]],
        ["../bin/modullm run --model two/small:3", ["two/small:3b"]],
      ]);
    }, 180_000);

    test("takes descriptions with whatever signs as text", async () => {
      const place = await makePlace();
      const script = join(place.folder, "../odd.fish");
      writeFileSync(script, fishScript(ODD));
      expect(
        runShell(fish(script), place, ["modullm o", "modullm odd --v", "modullm odd --value "]),
      ).toBe(`odd\t${ODD_TEXT}\n\n--value\t${ODD_TEXT}\n\none\t${ODD_TEXT}\ntwo\t${ODD_TEXT}\n\n`);
      expect(existsSync(join(place.folder, "pwned"))).toBe(false);
    });
  },
);

function fish(script: string): string[] {
  return ["fish", "--no-config", join(import.meta.dir, "capture.fish"), script];
}

/** Each line with what is offered at its end, without descriptions. */
function typeAll(
  lines: readonly string[],
  script: string,
  place: Place,
): (readonly [string, string[]])[] {
  const groups = runShell(fish(script), place, lines)
    .split(/^\n/m)
    .map((group) => group.split("\n").filter((word) => word !== ""));
  return lines.map((line, index) => {
    const words = groups[index] ?? ["nothing was printed"];
    return [line, words.map((word) => word.split("\t")[0] ?? "")] as const;
  });
}
