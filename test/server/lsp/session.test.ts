import { expect, test } from "bun:test";
import { makeFolder } from "../../cli/command-line.ts";
import { Editor } from "./editor.ts";
import { Session } from "./session.ts";
import { SESSION_FILES } from "./session-files.ts";

const STEPS = 500;

test(`${STEPS} edits leave no diagnostic that validate would not give of the same texts`, async () => {
  const editor = await Editor.start(makeFolder(SESSION_FILES));
  const session = new Session(editor, 17);
  await session.begin();
  const done: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    done.push(await session.step());
    await session.settle().catch((thrown: unknown) => {
      throw new Error(`after ${done.slice(-5).join("\n")}`, { cause: thrown });
    });
  }
  expect(new Set(done.map((each) => each.split(":")[0])).size).toBeGreaterThan(5);
  expect(await editor.quit()).toBe(0);
}, 600_000);
