import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");

beforeAll(() => {
  if (!existsSync(BINARY)) throw new Error("there is no dist/modullm: run npm run build first");
});

/** A server whose answers never end: with what to begin, and what then comes for ever. */
function serveEndless(first: string, more: string) {
  const aborted = Promise.withResolvers<void>();
  const chunk = (content: string): string =>
    `data: ${JSON.stringify({
      id: "c",
      created: 0,
      model: "m",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: { content }, finish_reason: null }],
    })}\n\n`;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch(request) {
      request.signal.addEventListener("abort", () => aborted.resolve());
      const stream = new ReadableStream({
        type: "direct",
        async pull(controller: ReadableStreamDirectController) {
          if (first !== "") await controller.write(chunk(first));
          await controller.flush();
          while (!request.signal.aborted) {
            if (more !== "") await controller.write(chunk(more));
            await controller.flush();
            await Bun.sleep(5);
          }
        },
      });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    },
  });
  return {
    aborted: aborted.promise,
    env: { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` },
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** A pipeline in bash: the status of one of its commands, and what was said on stderr. */
async function pipeline(line: string, { env = {}, place = 0 }: Setting = {}) {
  const folder = makeFolder({ "a.rllm": programText() });
  const child = Bun.spawn(["bash", "-c", `${line}; exit "\${PIPESTATUS[${place}]}"`], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...worldOf(folder), ...env, MODULLM: BINARY },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stderr = await new Response(child.stderr).text();
  return { folder, exit: await child.exited, stderr };
}

interface Setting {
  readonly env?: Record<string, string>;
  /** Of the command in the pipeline. */
  readonly place?: number;
}

/** As of `sort | head`: ended by SIGPIPE, without a word. */
const GONE = { exit: 141, stderr: "" };

describe("a reader of stdout that leaves", () => {
  test.each([
    ["partial objects", "--format ndjson"],
    ["partial objects, streamed", "--stream --format ndjson"],
  ])("ends a run that prints %s", async (_, options) => {
    using server = serveEndless('{"out": "', "word ");
    const run = `"$MODULLM" run a.rllm --text hi ${options} | head -c 10 > /dev/null`;
    expect(await pipeline(run, server)).toMatchObject(GONE);
    await server.aborted;
  });

  test("ends a run that has printed nothing yet", async () => {
    using server = serveEndless("", "");
    expect(await pipeline('"$MODULLM" run a.rllm --text hi | true', server)).toMatchObject(GONE);
    await server.aborted;
  });

  test("ends a run that prints its trace", async () => {
    using server = serveEndless('{"out": "', "word ");
    const run = '"$MODULLM" run a.rllm --text hi --stream --trace /dev/stdout 2>/dev/null';
    expect(await pipeline(`${run} | head -c 10 > /dev/null`, server)).toMatchObject(GONE);
  });

  test("leaves the run on record", async () => {
    using server = serveEndless('{"out": "', "word ");
    const { folder } = await pipeline(
      '"$MODULLM" run a.rllm --text hi --format ndjson | head -c 10 > /dev/null',
      server,
    );
    const stats = Bun.spawnSync([BINARY, "stats", "a.rllm"], { cwd: folder, env: worldOf(folder) });
    expect(JSON.parse(stats.stdout.toString())).toMatchObject({ total_runs: 1, failure_count: 1 });
  });

  test.each([
    ["a long text", '"$MODULLM" help commands | true', 0],
    ["many lines", `yes '{"id": 1, "text": "{}"}' | "$MODULLM" parse --jsonl | head -n 1 >&2`, 1],
  ])("ends a command that prints %s", async (_, line, place) => {
    expect((await pipeline(line, { place })).exit).toBe(141);
  });
});

test("SIGTERM ends a run with RLLM_022 and exit 143", async () => {
  using server = serveEndless("", "");
  const folder = makeFolder({ "a.rllm": programText() });
  const trace = join(folder, "t.jsonl");
  const child = Bun.spawn([BINARY, "run", "a.rllm", "--text", "hi", "--trace", trace], {
    cwd: folder,
    env: { ...worldOf(folder), ...server.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  while (!existsSync(trace) || !readFileSync(trace, "utf8").includes("attempt-start"))
    await Bun.sleep(10);
  child.kill("SIGTERM");
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(await child.exited).toBe(143);
  expect(JSON.parse(stdout)).toMatchObject({ error_code: "RLLM_022" });
  expect(stderr).toMatch(/^error RLLM_022: .+\n$/);
});
