import { expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "./command-line.ts";

const TERMINAL = join(import.meta.dir, "../../src/cli/terminal.ts");

/**
 * A program that takes a second and a half to end after it was interrupted, and sent SIGINT twice,
 * so many milliseconds apart.
 */
async function interruptTwice(ms: number, { disarms = false } = {}) {
  const script = `
    import { processTerminal } from ${JSON.stringify(TERMINAL)};
    const terminal = processTerminal();
    const disarm = terminal.onInterrupt(() => {
      terminal.stdout("interrupted\\n");
      ${disarms ? "disarm();" : ""}
      setTimeout(() => { terminal.stdout("ended\\n"); process.exit(7); }, 1500);
    });
    setInterval(() => {}, 1000);
    terminal.stdout("ready\\n");
  `;
  const file = join(makeFolder({ "main.ts": script }), "main.ts");
  const child = Bun.spawn([process.execPath, file], { stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const read = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value);
  let text = await read();
  child.kill("SIGINT");
  text += await read();
  await Bun.sleep(ms);
  child.kill("SIGINT");
  for (let more = await read(); more !== ""; more = await read()) text += more;
  return { text, exit: await child.exited };
}

test("processTerminal() takes a signal that follows at once for the same one, handed on", async () => {
  const ended = { text: "ready\ninterrupted\nended\n", exit: 7 };
  expect(await interruptTwice(20)).toEqual(ended);
  expect(await interruptTwice(20, { disarms: true })).toEqual(ended);
});

test("processTerminal() ends the program at a second signal", async () => {
  expect(await interruptTwice(500)).toEqual({ text: "ready\ninterrupted\n", exit: 130 });
});
