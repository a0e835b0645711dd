import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { programText } from "../../library/index/generated-programs.ts";
import { type Served, serveHttp, TOKEN } from "./serving.ts";

/** `npm install --prefix test/server/mcp/peers` brings it. */
const INSPECTOR = join(
  import.meta.dir,
  "peers/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);
const FILES = {
  "library/hello.rllm": programText("hello", "Greets.", "summary: { type: string }"),
};

async function inspect(url: string, ...words: string[]) {
  const child = Bun.spawn(
    [
      process.execPath,
      INSPECTOR,
      "--cli",
      url,
      "--transport",
      "http",
      "--header",
      `Authorization: Bearer ${TOKEN}`,
      "--format",
      "json",
      ...words,
    ],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, stdout, stderr };
}

describe.skipIf(!existsSync(INSPECTOR))(
  "the official inspector (skipped where it is not installed: it is too large for everybody)",
  () => {
    let served: Served;
    beforeAll(async () => {
      served = await serveHttp({ files: FILES });
    });
    afterAll(async () => {
      await served.stop();
    });

    test("lists the tools", async () => {
      const { exit, stdout } = await inspect(served.url, "--method", "tools/list");
      expect(exit).toBe(0);
      expect(stdout).toContain("search_programs");
    }, 60_000);

    test("calls one", async () => {
      const { exit, stdout } = await inspect(
        served.url,
        "--method",
        "tools/call",
        "--tool-name",
        "run_program",
        "--tool-arg",
        "name=hello",
        "--tool-arg",
        'input={"text":"Hi there."}',
      );
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringContaining("cost_usd") });
    }, 60_000);

    test("tells a failed run from a success", async () => {
      const words = ["--method", "tools/call", "--tool-name", "run_program"];
      const given = ["--tool-arg", "name=hello", "--tool-arg", "input={}"];
      const { exit, stdout } = await inspect(served.url, ...words, ...given);
      expect({ exit, stdout }).toEqual({ exit: 5, stdout: expect.stringContaining("RLLM_004") });
    }, 60_000);
  },
);
