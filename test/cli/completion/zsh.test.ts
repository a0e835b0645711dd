import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zshScript } from "../../../src/cli/completion/zsh.ts";
import { ODD } from "./odd.ts";
import { CASES, hasShell, lineOf, makePlace, type Place, plain, runShell } from "./shells.ts";

describe.skipIf(!hasShell("zsh"))("completion in zsh (skipped where zsh is not installed)", () => {
  test("offers what fits where the cursor is", async () => {
    const place = await makePlace();
    const offered = typeAll(
      CASES.map(([typed]) => lineOf(typed)),
      await place.script("zsh"),
      place,
    );
    // A file behind a folder is offered by its name alone: the folder is on the line.
    const wanted = CASES.map(([typed, words]) => [
      lineOf(typed),
      plain(words.map((word) => basename(typed, word))),
    ]);
    expect(offered.map(([line, words]) => [line, plain(words)])).toEqual(wanted);
    expect(existsSync(join(place.folder, "pwned"))).toBe(false);
  }, 180_000);

  test("knows runllm, as a file of fpath too", async () => {
    const place = await makePlace();
    const loader = join(place.folder, "../fpath.zsh");
    const script = await place.script("zsh");
    writeFileSync(
      loader,
      `mkdir -p ../functions; cp ${script} ../functions/_modullm; fpath=($PWD/../functions $fpath); compinit -D -u\n`,
    );
    for (const load of [script, loader]) {
      expect(typeAll(["runllm exe", "runllm run a"], load, place)).toEqual([
        ["runllm exe", ["exectime"]],
        ["runllm run a", ["a.rllm"]],
      ]);
    }
  }, 180_000);

  test("takes descriptions with whatever signs as text", async () => {
    const place = await makePlace();
    const script = join(place.folder, "../odd.zsh");
    writeFileSync(script, zshScript(ODD));
    expect(typeAll(["modullm o", "modullm odd --", "modullm odd --value "], script, place)).toEqual(
      [
        ["modullm o", ["odd"]],
        ["modullm odd --", ["--switch", "--value"]],
        ["modullm odd --value ", ["one", "two"]],
      ],
    );
    expect(existsSync(join(place.folder, "pwned"))).toBe(false);
  }, 180_000);
});

function basename(typed: readonly string[], word: string): string {
  return typed.at(-1) === "sub/" ? word.replace("sub/", "") : word;
}

/** Each line with what is offered at its end. */
function typeAll(
  lines: readonly string[],
  script: string,
  place: Place,
): (readonly [string, string[]])[] {
  const printed = runShell(
    ["zsh", "-f", join(import.meta.dir, "capture.zsh"), script],
    place,
    lines,
  );
  const groups = printed
    .split(/^\n/m)
    .map((group) => [...new Set(group.split("\n").filter((word) => word !== ""))]);
  return lines.map((line, index) => [line, groups[index] ?? ["nothing was printed"]] as const);
}
