import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../cli/command-line.ts";
import { openScreen } from "../onboarding/screen.ts";

const KEY = "sk-typed-abcdefgh12345678";

test("config key takes what is typed at a terminal, and draws none of it", async () => {
  const folder = makeFolder();
  const screen = openScreen(["config", "key", "openai"], { folder });
  await screen.until("OPENAI_API_KEY (what you type is not shown)");
  screen.type(KEY);
  await screen.until("▪".repeat(KEY.length));
  screen.type("\r");
  const { exit, stdout } = await screen.end();
  const path = join(folder, "config/modullm/.env");
  expect({ exit, told: JSON.parse(stdout) as unknown }).toMatchObject({
    exit: 0,
    told: { variable: "OPENAI_API_KEY", path, replaced: false },
  });
  expect(screen.drawn() + stdout).not.toContain(KEY.slice(0, 12));
  expect(readFileSync(path, "utf8")).toBe(`OPENAI_API_KEY=${KEY}\n`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("config key ends with 130 at Ctrl-C, and keeps nothing", async () => {
  const folder = makeFolder();
  const screen = openScreen(["config", "key", "openai"], { folder });
  await screen.until("OPENAI_API_KEY");
  screen.type(`${KEY}\u0003`);
  const { exit, stdout } = await screen.end();
  expect(exit).toBe(130);
  expect(stdout).not.toContain(KEY);
});
