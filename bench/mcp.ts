/**
 * What the MCP server costs: its first answer over stdio against an empty server that is made with
 * the SDK and compiled with the same flags, in the same run, interleaved, the least of ROUNDS; and
 * the memory of a hundred sessions over HTTP.
 *   bun scripts/build.ts --binary && bun bench/mcp.ts [ROUNDS]
 * Exits 1 when a target is missed. The start-up of other commands is `bench/startup.ts`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileBinary } from "../scripts/compile.ts";
import { generatedPrograms, writePrograms } from "../test/library/index/generated-programs.ts";

const root = join(import.meta.dir, "..");
const binary = join(root, "dist/modullm");
const rounds = Number(process.argv[2] ?? 21);
const MOST_RATIO = 1.3;
const SESSIONS = 100;
const MOST_MB = 200;
const TOKEN = "a-token-of-the-bench";

const home = mkdtempSync(join(tmpdir(), "modullm-mcp-"));
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  XDG_DATA_HOME: join(home, "data"),
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_STATE_HOME: join(home, "state"),
  MODULLM_MCP_TOKEN: TOKEN,
};
const library = join(home, "programs");
writePrograms(library, generatedPrograms(500));

/** What each of two programs is asked first, in the form of either revision. */
const FIRST = {
  "2025-11-25": {
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "bench", version: "1" },
    },
  },
  "2026-07-28": {
    method: "server/discover",
    params: {
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  },
} as const;

const HEADERS = {
  authorization: `Bearer ${TOKEN}`,
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
  "mcp-protocol-version": "2025-11-25",
};

const empty = await compileEmpty();
let failed = false;
for (const revision of Object.keys(FIRST) as (keyof typeof FIRST)[]) {
  const times = { empty: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.empty.push(await firstAnswer([empty], revision));
    times.ours.push(await firstAnswer([binary, "mcp", "--library", library], revision));
  }
  // The least: whatever else a machine does only makes a start longer.
  const [base, own] = [Math.min(...times.empty), Math.min(...times.ours)];
  const ratio = own / base;
  failed ||= ratio > MOST_RATIO;
  console.log(
    `first answer, ${revision}: ${own.toFixed(1)} ms, an empty server ${base.toFixed(1)} ms, ` +
      `${ratio.toFixed(2)}x (target ${MOST_RATIO}x)${ratio > MOST_RATIO ? "  MISSED" : ""}`,
  );
}

const memory = await memoryOfSessions();
failed ||= memory > MOST_MB;
console.log(
  `${SESSIONS} sessions: ${memory.toFixed(1)} MB resident (target ${MOST_MB} MB)` +
    (memory > MOST_MB ? "  MISSED" : ""),
);
rmSync(home, { recursive: true });
process.exit(failed ? 1 : 0);

/** Milliseconds from the start of a process to its answer. */
async function firstAnswer(command: string[], revision: keyof typeof FIRST): Promise<number> {
  const start = performance.now();
  const child = Bun.spawn(command, { cwd: home, env, stdin: "pipe", stdout: "pipe" });
  await child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, ...FIRST[revision] })}\n`);
  await child.stdin.flush();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const took = performance.now() - start;
  if (!new TextDecoder().decode(value).includes('"result"'))
    throw new Error(`${command.join(" ")} gives no result`);
  await child.stdin.end();
  await child.exited;
  return took;
}

/** Each session is begun, lists tools and opens its stream. */
async function memoryOfSessions(): Promise<number> {
  const child = Bun.spawn([binary, "mcp", "--http", "127.0.0.1:0", "--library", library], {
    cwd: home,
    env,
    stderr: "pipe",
  });
  const said = new TextDecoder().decode((await child.stderr.getReader().read()).value);
  const url = /serving at (\S+)/.exec(said)?.[1] ?? "";
  const streams: Response[] = [];
  for (let count = 0; count < SESSIONS; count++) {
    const begun = await post(url, { id: 1, ...FIRST["2025-11-25"] });
    const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
    await begun.text();
    await (await post(url, { method: "notifications/initialized" }, session)).text();
    await (await post(url, { id: 2, method: "tools/list" }, session)).text();
    const call = { name: "search_programs", arguments: { query: "summarise a contract" } };
    await (await post(url, { id: 3, method: "tools/call", params: call }, session)).text();
    streams.push(await fetch(url, { headers: { ...HEADERS, ...session } }));
  }
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  child.kill("SIGTERM");
  await Promise.all([child.exited, ...streams.map((each) => each.text().catch(() => null))]);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function post(url: string, message: object, headers = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  const response = await fetch(url, { method: "POST", headers: { ...HEADERS, ...headers }, body });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

/** The least that the SDK can do. */
async function compileEmpty(): Promise<string> {
  const source = join(root, "dist", `empty-mcp-${process.pid}.ts`);
  const file = join(home, "empty");
  writeFileSync(
    source,
    'import { McpServer } from "@modelcontextprotocol/server";\n' +
      'import { serveStdio } from "@modelcontextprotocol/server/stdio";\n' +
      'serveStdio(() => new McpServer({ name: "empty", version: "1" }, ' +
      "{ capabilities: { tools: {} } }));\n",
  );
  try {
    await compileBinary(file, { entries: [source] });
  } finally {
    rmSync(source);
  }
  return file;
}
