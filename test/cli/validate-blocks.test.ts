import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText } from "./command-line.ts";

const WORLD = { PATH: process.env["PATH"] ?? "" };

function withBlock(code: string): string {
  return `${programText()}\n\`\`\`rllm-python pre\n${code}\n\`\`\`\n`;
}

describe("modullm validate with blocks", () => {
  test("shows the line of a block that can't be parsed", async () => {
    const folder = makeFolder({ "a.rllm": withBlock("x = 1\nreturn x") });
    const { exit, stdout, stderr } = await modullm(["validate", "a.rllm"], {
      folder,
      env: WORLD,
      tty: true,
      stdoutTty: false,
    });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: "RLLM_009",
      details: { exception: "SyntaxError", column: 1 },
    });
    expect(stderr).toContain("return x\n");
    expect(stderr).toContain("'return' outside function; assign what the block gives to result");
  });

  test("goes through many files with one session of Python", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `p${index}.rllm`);
    const folder = makeFolder(
      Object.fromEntries(names.map((name) => [name, withBlock(`result = {"a": ${name[1]}x}`)])),
    );
    const good = makeFolder(
      Object.fromEntries(names.map((name) => [name, withBlock('result = {"a": nope}')])),
    );
    const bad = await modullm(["validate", ...names], { folder, env: WORLD });
    expect(bad.exit).toBe(1);
    expect((bad.json() as { ok: boolean }[]).map(({ ok }) => ok)).toEqual(names.map(() => false));
    const warned = await modullm(["validate", ...names], { folder: good, env: WORLD });
    expect(warned.exit).toBe(0);
    expect(warned.json()).toMatchObject(
      names.map(() => ({ warnings: [{ message: '"nope" is never defined' }] })),
    );
    expect(
      (await modullm(["validate", "--strict", "p0.rllm"], { folder: good, env: WORLD })).exit,
    ).toBe(1);
  });

  test("says that Python blocks were not checked where there is no Python", async () => {
    const folder = makeFolder({ "a.rllm": withBlock("x = (") });
    const { exit, stdout } = await modullm(["validate", "a.rllm"], {
      folder,
      env: { PATH: folder },
    });
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      warnings: [{ message: expect.stringContaining("The pre block was not checked: ") }],
    });
  });
});
