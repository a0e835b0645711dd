import { expect, test } from "bun:test";
import { GROUPS } from "../../src/cli/groups.ts";
import { COMMANDS } from "../../src/cli/table.ts";
import { modullm } from "./command-line.ts";

test("every command stands in one group of help", () => {
  const grouped = GROUPS.flatMap(({ commands }) => commands);
  expect(new Set(grouped).size).toBe(grouped.length);
  expect(Object.keys(COMMANDS).filter((name) => !grouped.includes(name))).toEqual([]);
});

test("help shows every command, below the title of its group", async () => {
  const { stdout } = await modullm(["--help"]);
  const { commands } = JSON.parse((await modullm(["help", "commands", "--format", "json"])).stdout)
    .content as { commands: { name: string; group: string }[] };
  expect(commands.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
  for (const { name, group } of commands) {
    const title = GROUPS.find((each) => each.name === group)?.title ?? "";
    const part = stdout.slice(stdout.indexOf(`${title}:`)).split("\n\n")[0] ?? "";
    expect(part).toMatch(new RegExp(`^  ${name}( |$)`, "m"));
  }
});
