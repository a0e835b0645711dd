/**
 * What a call of a plugin's model costs, from `Model.call` to its last part, against the same
 * request as a bare line of JSON that is sent through `cat` and read back. Then whether memory
 * stays where it is over many chats. All on one processor where `taskset` is there: what it takes
 * to wake another one is no cost of either, and ten times as much.
 *   bun bench/plugin.ts [CHATS] [FOLDER/PLUGIN.ts]
 * Exits 1 when a target is missed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve as absolute } from "node:path";
import type { Manifest } from "../plugins/sdk/protocol.ts";
import type { ModelRequest } from "../src/model/model.ts";
import { createPluginHost } from "../src/plugin/host.ts";
import { createPluginProvider } from "../src/plugin/provider.ts";

const chats = Number(process.argv[2] ?? 5000);
const plugin = process.argv[3] ?? join(import.meta.dir, "../plugins/echo/typescript/echo.ts");
/** A call against a line through `cat`, at the median. */
const TARGET = 3;
/**
 * Growth of the resident memory of host and plugin each, between the highest of the first and of
 * the last five looks at it.
 */
const GROWTH = 0.05;
const ROUNDS = 200;
/** Calls in a row in a round. The plugin has a compiler to warm up as well. */
const CALLS = 20;
const WARM_UP = 150;
const LOOKS = 5;
const MIB = 1024 * 1024;

if (process.env["PLUGIN_BENCH_PINNED"] === undefined && Bun.which("taskset") !== null) {
  const allowed =
    /^Cpus_allowed_list:.*?(\d+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  const command = [
    "taskset",
    "-c",
    allowed,
    process.execPath,
    import.meta.path,
    ...process.argv.slice(2),
  ];
  const pinned = { ...process.env, PLUGIN_BENCH_PINNED: allowed };
  process.exit(
    Bun.spawnSync(command, { env: pinned, stdio: ["inherit", "inherit", "inherit"] }).exitCode,
  );
}
const folder = mkdtempSync(join(tmpdir(), "plugin-bench-"));
const env = { PATH: process.env["PATH"] ?? "", BUN_BE_BUN: "1" };
const manifest: Manifest = await Bun.file(join(dirname(plugin), "modullm-plugin.json")).json();
const host = createPluginHost({
  command: process.execPath,
  args: ["run", absolute(plugin)],
  env,
  cwd: folder,
  name: manifest.name,
  settings: {},
  dataFolder: folder,
  log: (line) => console.error(line),
});
const model = createPluginProvider(host, manifest).model("words");
const request: ModelRequest = {
  // One word, which the echo plugin answers with one part.
  messages: [{ role: "user", content: "Ships" }],
  params: { max_tokens: 100 },
  schema: { type: "object", properties: { title: { type: "string" } }, required: ["title"] },
  stream: false,
  values: {},
};
const { signal } = new AbortController();
const bare = { jsonrpc: "2.0", id: 1, method: "chat", params: { model: "words", ...request } };
const cat = startCat();

const times: { bare: number[]; call: number[] } = { bare: [], call: [] };
for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const [name, work] of [["bare", cat.send] as const, ["call", chat] as const]) {
    for (let n = 0; n < CALLS; n++) {
      const start = performance.now();
      await work();
      if (round >= 0) times[name].push((performance.now() - start) * 1000);
    }
  }
}
const ratio = median(times.call) / median(times.bare);
report(
  ratio <= TARGET,
  `a line through cat ${median(times.bare).toFixed(1)} µs, a call ` +
    `${median(times.call).toFixed(1)} µs: ${ratio.toFixed(2)}x (at most ${TARGET}x)`,
);

// A heap takes its time to find its size.
await memory(4 * chats);
const looks: Memory[] = [];
for (let look = 0; look < 2 * LOOKS; look++) looks.push(await memory(chats));
for (const who of ["host", "plugin"] as const) {
  const [before, after] = [looks.slice(0, LOOKS), looks.slice(LOOKS)].map((some) =>
    Math.max(...some.map((each) => each[who])),
  );
  const growth = (after ?? Number.NaN) / (before ?? Number.NaN) - 1;
  const sizes = looks.map((each) => (each[who] / MIB).toFixed(0)).join(" ");
  report(
    growth <= GROWTH,
    `${who}: ${sizes} MiB, each after ${chats} chats: ${(growth * 100).toFixed(1)} % (at ` +
      `most ${GROWTH * 100} %)`,
  );
}
await host.close();
cat.end();

interface Memory {
  readonly host: number;
  readonly plugin: number;
}

async function chat(): Promise<void> {
  let text = "";
  for await (const part of model.call(request, signal)) if (part.type === "text") text += part.text;
  if (text !== "Ships") throw new Error(`the plugin said "${text}"`);
}

/** Resident memory after that many chats, ten at a time. */
async function memory(count: number): Promise<Memory> {
  for (let n = 0; n < count; n += 10) await Promise.all(Array.from({ length: 10 }, chat));
  Bun.gc(true);
  await Bun.sleep(100);
  return { host: process.memoryUsage.rss(), plugin: await residentOf(host.pid ?? 0) };
}

async function residentOf(pid: number): Promise<number> {
  const shown = await Bun.$`ps -o rss= -p ${pid}`.text();
  return Number(shown.trim()) * 1024;
}

function startCat(): { send: () => Promise<void>; end: () => void } {
  const child = spawn("cat", [], { stdio: ["pipe", "pipe", "inherit"], env });
  let waiting: ((line: string) => void) | null = null;
  let open = "";
  child.stdout.on("data", (bytes: Buffer) => {
    open += bytes.toString();
    const end = open.indexOf("\n");
    if (end === -1) return;
    const read = open.slice(0, end);
    open = open.slice(end + 1);
    waiting?.(read);
  });
  async function send(): Promise<void> {
    const read = await new Promise<string>((resolve) => {
      waiting = resolve;
      child.stdin.write(`${JSON.stringify(bare)}\n`);
    });
    if (JSON.parse(read).id !== 1) throw new Error("cat said something else");
  }
  return { send, end: () => child.stdin.end() };
}

function report(ok: boolean, text: string): void {
  console.log(`${ok ? "ok    " : "MISSED"} ${text}`);
  if (!ok) process.exitCode = 1;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
