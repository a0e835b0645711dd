import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, worldOf } from "../cli/command-line.ts";
import { serveVectors } from "../cli/vector-server.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");

beforeAll(() => {
  if (!existsSync(BINARY)) throw new Error("there is no dist/modullm: run npm run build first");
});

/** How many lines came of so many, and the most memory that it took, in MiB. */
async function embedLines(count: number): Promise<{ lines: number; megabytes: number }> {
  const folder = makeFolder();
  const file = join(folder, "lines.txt");
  writeFileSync(file, Array.from({ length: count }, (_, at) => `line ${at} of many\n`).join(""));
  const child = Bun.spawn([BINARY, "embed", "--dimensions", "16"], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...worldOf(folder) },
    stdin: Bun.file(file),
    stdout: "pipe",
    stderr: "ignore",
  });
  let lines = 0;
  for await (const chunk of child.stdout) lines += chunk.filter((byte) => byte === 0x0a).length;
  expect(await child.exited).toBe(0);
  return { lines, megabytes: (child.resourceUsage()?.maxRSS ?? 0) / 2 ** 20 };
}

describe("the binary's vectors", () => {
  test("take as much memory for 100,000 lines as for 10,000", async () => {
    const few = await embedLines(10_000);
    const many = await embedLines(100_000);
    expect([few.lines, many.lines]).toEqual([10_000, 100_000]);
    expect(many.megabytes - few.megabytes).toBeLessThan(48);
  }, 120_000);

  test("end at Ctrl-C with status 130, and cancel what is under way", async () => {
    const server = serveVectors(null);
    const folder = makeFolder();
    const child = Bun.spawn([BINARY, "embed", "--model", "local/m"], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...worldOf(folder), ...server.env },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    try {
      void child.stdin.write("one\ntwo\n");
      await child.stdin.flush();
      while (server.asked.length === 0) await Bun.sleep(5);
      child.kill("SIGINT");
      const printed = await new Response(child.stdout).text();
      expect([await child.exited, JSON.parse(printed)]).toEqual([
        130,
        expect.objectContaining({ error_code: "RLLM_022" }),
      ]);
      while (server.left() === 0) await Bun.sleep(5);
    } finally {
      child.kill();
      server.stop();
    }
  }, 60_000);

  test("end at Ctrl-C while they are computed here, too", async () => {
    const folder = makeFolder();
    const file = join(folder, "lines.txt");
    writeFileSync(file, "some words of many\n".repeat(1_000_000));
    const child = Bun.spawn([BINARY, "embed"], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...worldOf(folder) },
      stdin: Bun.file(file),
      stdout: "pipe",
      stderr: "ignore",
    });
    let [lines, last] = [0, ""];
    for await (const chunk of child.stdout) {
      if (lines === 0) child.kill("SIGINT");
      const text = Buffer.from(chunk).toString("latin1");
      lines += text.split("\n").length - 1;
      last = (last + text).slice(-2000);
    }
    expect([await child.exited, last]).toEqual([130, expect.stringContaining("RLLM_022")]);
    expect(lines).toBeLessThan(1_000_000);
  }, 60_000);

  test("leave when the reader of the result has left", async () => {
    const folder = makeFolder();
    const sh = Bun.spawn(["sh", "-c", `yes word | "${BINARY}" embed --dimensions 16 | head -n 3`], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...worldOf(folder) },
      stdout: "pipe",
      stderr: "ignore",
    });
    const lines = (await new Response(sh.stdout).text()).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual([0, 1, 2]);
    await sh.exited;
  }, 60_000);
});
