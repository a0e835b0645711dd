import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  makeFolder,
  type ModelServer,
  programText,
  serveModel,
  worldOf,
} from "../cli/command-line.ts";
import { dataUri, PNG } from "../media/files.ts";

const ROOT = join(import.meta.dir, "../..");
const BINARY = join(ROOT, "dist/modullm");

let server: ModelServer;
beforeAll(() => {
  if (!existsSync(BINARY)) throw new Error("there is no dist/modullm: run npm run build first");
  server = serveModel(['{"out": "ok"}']);
});
afterAll(() => server.stop());

interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: string[], folder: string, env: Record<string, string> = {}) {
  return Bun.spawn([BINARY, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...worldOf(folder), ...server.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function finish(child: ReturnType<typeof start>): Promise<Finished> {
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, stdout, stderr };
}

async function modullm(
  args: string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  return await finish(start(args, folder, env));
}

const RUN = ["run", "a.rllm", "--text", "hi"];

describe("the binary", () => {
  test("runs a program, under both its names", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    expect(await modullm(RUN, folder)).toMatchObject({
      exit: 0,
      stdout: '{"out":"ok"}\n',
      stderr: "",
    });
    const other = spawnSync(join(ROOT, "dist/runllm"), ["--version"], { encoding: "utf8" });
    expect(other.stdout).toBe("0.1.0\n");
  });

  test("has the texts of help and of completion in it", async () => {
    const folder = makeFolder();
    expect((await modullm(["help", "agents"], folder)).stdout).toStartWith(
      '{"topic":"agents","content":"# Agents',
    );
    for (const [shell, end] of [
      ["bash", "complete -o nospace -F _modullm modullm runllm\nfi\n"],
      ["zsh", "compinit\" before this'\nfi\n"],
      ["fish", " -a '(__modullm_programs)'\n"],
      ["powershell", "}\n"],
    ] as const) {
      const { exit, stdout } = await modullm(["completion", shell], folder);
      expect({ exit, end: stdout.endsWith(end) }).toEqual({ exit: 0, end: true });
    }
    expect((await modullm(["completion", "models"], folder)).stdout).toStartWith(
      "builtin/baseline\nrecommended\n",
    );
  });

  test("sends a picture along, from a file and from a URL, and dials no closed address", async () => {
    const schema =
      "{type: object, properties: {picture: {type: string, contentMediaType: image/*}}}";
    const see = programText(
      { max_context_window: "9000", input_schema: schema },
      "See {{input.picture}}",
    );
    const pictures = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(PNG) });
    const folder = makeFolder({
      "see.rllm": see,
      "config/modullm/config.yaml": `media: { hosts: ["127.0.0.1:${pictures.port}"] }\n`,
    });
    writeFileSync(join(folder, "a.png"), PNG);
    const image = { type: "image_url", image_url: { url: dataUri("image/png", PNG) } };
    for (const [picture, name] of [
      ["a.png", "a.png"],
      [`http://127.0.0.1:${pictures.port}/b.png`, "b.png"],
    ]) {
      expect((await modullm(["run", "see.rllm", "--", `picture=${picture}`], folder)).stdout).toBe(
        '{"out":"ok"}\n',
      );
      const sent: unknown = server.asked.at(-1)?.messages.at(-1)?.content;
      expect(sent).toEqual([image, { type: "text", text: `See [image 1: ${name}]` }]);
    }
    const closed = await modullm(
      ["run", "see.rllm", "--", `picture=http://localhost:${pictures.port}/b.png`],
      folder,
    );
    expect(JSON.parse(closed.stdout)).toMatchObject({ error_code: "RLLM_016" });
    await pictures.stop(true);
  });

  test("reads no .env into its environment and runs no code that a folder's bunfig.toml names", async () => {
    const folder = makeFolder({
      "a.rllm": programText(),
      ".env": "SOME_NAME=leaked\nMODULLM_NO_CONFIG_AUTOLOAD=1\n",
      "bunfig.toml": 'preload = ["./evil.ts"]\n',
      "evil.ts": 'require("node:fs").writeFileSync("evil.txt", "ran");',
    });
    const { exit, stderr } = await modullm(RUN, folder);
    expect(exit).toBe(0);
    expect(stderr).toContain("SOME_NAME");
    expect(existsSync(join(folder, "evil.txt"))).toBe(false);
  });

  test("Ctrl-C ends a hanging run with RLLM_022, exit 130, and records it", async () => {
    const hanging = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Promise<Response>(() => {}),
    });
    const folder = makeFolder({ "a.rllm": programText() });
    const child = start([...RUN, "--trace", "t.jsonl"], folder, {
      LOCAL_API_BASE: `http://127.0.0.1:${hanging.port}/v1`,
    });
    while (
      !existsSync(join(folder, "t.jsonl")) ||
      !readFileSync(join(folder, "t.jsonl"), "utf8").includes("attempt-start")
    )
      await Bun.sleep(10);
    child.kill("SIGINT");
    const { exit, stdout } = await finish(child);
    void hanging.stop(true);
    expect(exit).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error_code: "RLLM_022" });
    expect(JSON.parse((await modullm(["stats", "a.rllm"], folder)).stdout)).toMatchObject({
      total_runs: 1,
      failure_count: 1,
    });
  });

  test("a pattern that would backtrack for ever is answered", async () => {
    const folder = makeFolder({
      "a.rllm": programText({
        input_schema: '{type: object, properties: {text: {type: string, pattern: "^(.*a){25}$"}}}',
      }),
    });
    const text = `${"a".repeat(24)}${"b".repeat(5000)}`;
    const { exit, stdout } = await modullm(["run", "a.rllm", "--text", text], folder);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error_code: "RLLM_004" });
  });

  test("a full disk behind stdout is told in a line", async () => {
    const folder = makeFolder();
    const { status, stderr } = spawnSync("sh", ["-c", `"${BINARY}" help rllm > /dev/full`], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^modullm: cannot write the result: .*\n$/);
  });

  test("a .env that is no regular file neither blocks nor fills the memory", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    symlinkSync("/dev/zero", join(folder, ".env"));
    expect((await modullm(RUN, folder)).stdout).toContain("RLLM_018");
  });

  test("a pipe whose reader has gone is no crash", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const { status } = spawnSync(
      "sh",
      ["-c", `"${BINARY}" help rllm | true; "${BINARY}" help commands | head -c 1 > /dev/null`],
      { cwd: folder },
    );
    expect(status).toBe(0);
  });
});

describe("the run history", () => {
  test("two hundred runs at once on one new file lose nothing", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    const results = await Promise.all(Array.from({ length: 200 }, () => modullm(RUN, folder)));
    expect(results.filter(({ exit, stderr }) => exit !== 0 || stderr !== "")).toEqual([]);
    const { stdout } = await modullm(["stats", "a.rllm"], folder);
    expect(JSON.parse(stdout)).toMatchObject({ total_runs: 200, success_count: 200 });
    expect(integrity(folder)).toBe("ok");
  }, 180_000);

  test("kill -9 at any moment loses no finished run and corrupts nothing", async () => {
    const folder = makeFolder({ "a.rllm": programText() });
    let finished = 0;
    for (let round = 0; round < 30; round++) {
      const child = start(RUN, folder);
      const timer = setTimeout(() => child.kill("SIGKILL"), 10 + round * 3);
      if ((await finish(child)).exit === 0) finished++;
      clearTimeout(timer);
    }
    const { stdout } = await modullm(["stats", "a.rllm"], folder);
    expect((JSON.parse(stdout) as { total_runs: number }).total_runs).toBeGreaterThanOrEqual(
      finished,
    );
    if (finished > 0) expect(integrity(folder)).toBe("ok");
    expect((await modullm(RUN, folder)).exit).toBe(0);
  }, 180_000);

  test("a data folder that is a file warns once and fails no run", async () => {
    const folder = makeFolder({ "a.rllm": programText(), data: "not a folder" });
    const { exit, stdout, stderr } = await modullm(RUN, folder);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n' });
    expect(stderr.match(/warning:/g)).toHaveLength(1);
  });

  const asUser =
    process.getuid?.() === 0 &&
    spawnSync("su", ["nobody", "-s", "/bin/sh", "-c", "true"]).status === 0;
  test.skipIf(process.getuid?.() === 0 && !asUser)(
    "a read-only home warns once and fails no run",
    async () => {
      const folder = makeFolder({ "a.rllm": programText() });
      chmodSync(folder, 0o555);
      const env = Object.entries({ ...worldOf(folder), ...server.env }).map(
        ([name, value]) => `${name}=${value}`,
      );
      const command = ["env", ...env, BINARY, ...RUN];
      // Root may write anywhere, so root tries it as nobody.
      const all = asUser ? ["su", "nobody", "-s", "/bin/sh", "-c", command.join(" ")] : command;
      const child = Bun.spawn(all, { cwd: folder, stdout: "pipe", stderr: "pipe" });
      const [stdout, stderr] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      expect({ exit: await child.exited, stdout }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n' });
      expect(stderr.match(/warning:/g)).toHaveLength(1);
    },
  );

  const mountable = process.platform === "linux" && process.getuid?.() === 0 && tryMount();
  test.skipIf(!mountable)(
    "a full disk warns and fails no run (a tiny tmpfs; needs root to mount)",
    async () => {
      const folder = makeFolder({ "a.rllm": programText() });
      const disk = join(folder, "data");
      mkdirSync(disk);
      expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]).status).toBe(0);
      try {
        await modullm(RUN, folder);
        try {
          writeFileSync(join(disk, "filler"), Buffer.alloc(1_000_000));
        } catch {
          // Full is what it should be.
        }
        const { exit, stdout, stderr } = await modullm(RUN, folder);
        expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n' });
        expect(stderr).toContain("warning:");
      } finally {
        spawnSync("umount", ["-l", disk]);
      }
    },
  );
});

function integrity(folder: string): unknown {
  const database = new Database(join(folder, "data/modullm/stats.db"), { readonly: true });
  const row = database.query("PRAGMA integrity_check").get() as { integrity_check: string };
  database.close();
  return row.integrity_check;
}

function tryMount(): boolean {
  const folder = makeFolder();
  const mounted =
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
  if (mounted) spawnSync("umount", ["-l", folder]);
  return mounted;
}
