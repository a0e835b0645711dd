import { afterEach, describe, expect, test } from "bun:test";
import { makeFolder, modullm, type Setting } from "./command-line.ts";
import { serveVectors, type VectorServer } from "./vector-server.ts";

const servers: VectorServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

function serve(...given: Parameters<typeof serveVectors>): VectorServer {
  const server = serveVectors(...given);
  servers.push(server);
  return server;
}

interface Line {
  readonly index: number;
  readonly embedding: readonly number[] | null;
}

async function embed(args: readonly string[], setting: Setting) {
  const outcome = await modullm(["embed", ...args], setting);
  const lines = outcome.stdout.split("\n").filter((line) => line !== "");
  return { ...outcome, lines: lines.map((line) => JSON.parse(line) as Line) };
}

describe("modullm embed", () => {
  test("prints a line for each line, without a model too, and says so once", async () => {
    const { exit, lines, stderr } = await embed(["--dimensions", "32"], {
      stdin: "to be\nnot to be\n",
    });
    expect([exit, lines.map(({ index }) => index)]).toEqual([0, [0, 1]]);
    expect(lines.map(({ embedding }) => embedding?.length)).toEqual([32, 32]);
    expect(stderr.match(/builtin\/lexical/g)).toHaveLength(1);
  });

  test("asks the model of --model, else that of config.yaml", async () => {
    const server = serve();
    const folder = makeFolder({ "config/modullm/config.yaml": "embedder: local/from-config\n" });
    const named = await embed(["--model", "local/m"], { stdin: "abc", env: server.env, folder });
    expect([named.lines, named.stderr]).toEqual([[{ index: 0, embedding: [3, 0.5] }], ""]);
    const configured = await embed([], { stdin: "abc", env: server.env, folder });
    expect([configured.exit, configured.stderr]).toEqual([0, ""]);
    expect(server.asked.map(({ body }) => body["model"])).toEqual(["m", "from-config"]);
  });

  test("takes lines as they are, however they end", async () => {
    const server = serve();
    const stdin = "\uFEFFone\r\n  two \n\n\r\nz\u00FCri \uFEFF 漢字\r\nno end";
    const { lines } = await embed(["--model", "local/m"], { stdin, env: server.env });
    expect(server.asked.flatMap(({ texts }) => texts)).toEqual([
      "one",
      "  two ",
      "z\u00FCri \uFEFF 漢字",
      "no end",
    ]);
    expect(lines.map(({ index, embedding }) => [index, embedding?.[0] ?? null])).toEqual([
      [0, 3],
      [1, 6],
      [2, null],
      [3, null],
      [4, 9],
      [5, 6],
    ]);
  });

  test("prints nothing for nothing", async () => {
    for (const stdin of ["", new Uint8Array([0xef, 0xbb, 0xbf])])
      expect(await embed([], { stdin })).toMatchObject({ exit: 0, stdout: "" });
    expect((await embed([], { stdin: "\uFEFF\n" })).lines.map(({ index }) => index)).toEqual([0]);
  });

  test("takes lines of a megabyte, and many lines", async () => {
    const server = serve();
    const long = `${"x".repeat(1_000_000)}\n${"é".repeat(1_000_000)}\n`;
    const two = await embed(["--model", "local/m"], { stdin: long, env: server.env });
    expect(two.lines.map(({ embedding }) => embedding?.[0])).toEqual([1_000_000, 1_000_000]);
    const stdin = Array.from({ length: 3000 }, (_, at) => "x".repeat(at % 50) + "y").join("\n");
    const many = await embed(["--model", "local/m"], { stdin, env: server.env });
    expect(many.lines.map(({ embedding }) => embedding?.[0])).toEqual(
      Array.from({ length: 3000 }, (_, at) => (at % 50) + 1),
    );
  });

  test("gives the lines before one that is no text, then the error", async () => {
    const stdin = Buffer.concat([Buffer.from("a\nb\nc"), Buffer.from([0xff, 0x0a, 0x64])]);
    const { exit, lines, stderr } = await embed([], { stdin });
    expect([exit, lines.slice(0, 2).map(({ index }) => index)]).toEqual([1, [0, 1]]);
    expect(lines[2]).toMatchObject({ error_code: "RLLM_016", details: { line: 3 } });
    expect(stderr).toContain("Cannot read line 3 of stdin: it is not UTF-8 text");
  });

  test("fails as the server fails, with what came before", async () => {
    const server = serve((texts) =>
      texts.includes("bad")
        ? Response.json({ error: { message: "no such text" } }, { status: 400 })
        : null,
    );
    const stdin = `${"ok\n".repeat(32)}bad\n`;
    const { exit, lines } = await embed(["--model", "local/m", "--concurrency", "1"], {
      stdin,
      env: server.env,
    });
    expect([exit, lines.length]).toEqual([1, 33]);
    expect(lines.at(-1)).toMatchObject({ error_code: "RLLM_017", details: { status: 400 } });
  });

  test("is interrupted: what is under way is cancelled, exit 130", async () => {
    const server = serve(null);
    const stop = new AbortController();
    const running = embed(["--model", "local/m"], {
      stdin: "a\n",
      env: server.env,
      signal: stop.signal,
    });
    while (server.asked.length === 0) await Bun.sleep(1);
    stop.abort();
    const { exit, lines } = await running;
    expect([exit, lines[0]]).toEqual([130, expect.objectContaining({ error_code: "RLLM_022" })]);
    while (server.left() === 0) await Bun.sleep(1);
  });

  test("waits for no more of a source that says nothing", async () => {
    const stop = new AbortController();
    const running = embed([], { stdin: "a\n", silent: true, signal: stop.signal });
    await Bun.sleep(50);
    stop.abort();
    const { exit, lines } = await running;
    expect([exit, lines.map((line) => "index" in line)]).toEqual([130, [true, false]]);
  });

  test("is on record as a run, with its tags, tokens and requests", async () => {
    const folder = makeFolder();
    const server = serve();
    const args = ["--model", "local/m", "--tag", "job=a"];
    await embed(args, { stdin: "a\nb\n".repeat(40), env: server.env, folder });
    await embed([], { stdin: "a\n", folder });
    const listed = (await modullm(["runs", "list", "--tag", "job=a"], { folder })).json();
    expect(listed).toEqual([
      expect.objectContaining({
        program: "modullm embed",
        model: "local/m",
        status: "ok",
        calls: 3,
        prompt_tokens: 80,
        cost_usd: null,
        tags: { job: "a" },
      }),
    ]);
    const { programs } = (await modullm(["stats"], { folder })).json() as {
      programs: { app_path: string; total_runs: number }[];
    };
    expect(programs.map(({ app_path: path, total_runs: runs }) => [path, runs])).toEqual([
      ["modullm embed", 2],
    ]);
  });

  test("keeps to --budget", async () => {
    const server = serve();
    const stdin = "some words\n".repeat(200);
    const args = ["--model", "local/m", "--budget", "calls=2", "--concurrency", "1"];
    const { exit, lines } = await embed(args, { stdin, env: server.env });
    expect([exit, server.asked.length, lines.length]).toEqual([1, 2, 65]);
    expect(lines.at(-1)).toMatchObject({ error_code: "RLLM_020" });
  });

  test("refuses what can't be, before anything is read", async () => {
    for (const args of [
      ["--dimensions", "0"],
      ["--dimensions", "many"],
      ["--purpose", "fun"],
      ["--concurrency", "0"],
      ["--tag", "x"],
      ["extra"],
    ])
      expect([args, (await embed(args, { stdin: "a" })).exit]).toEqual([args, 2]);
    for (const model of ["lexical", "builtin/baseline", "anthropic/claude-haiku-4-5", "no/body"]) {
      const { exit, lines } = await embed(["--model", model], { stdin: "a" });
      expect([model, exit, lines[0]]).toEqual([
        model,
        1,
        expect.objectContaining({ error_code: "RLLM_002" }),
      ]);
    }
  });

  test("lets no key out, whatever the server says", async () => {
    const key = "sk-planted-0123456789";
    const server = serve(() => Response.json({ error: `bad ${key}` }, { status: 401 }));
    const env = { ...server.env, LOCAL_API_KEY: key };
    const { stdout, stderr } = await embed(["--model", "local/m"], { stdin: "a", env });
    expect(`${stdout}${stderr}`).not.toContain(key);
  });
});
