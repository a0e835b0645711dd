import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommandLine } from "../../src/cli/index.ts";
import { worldOf } from "../cli/command-line.ts";
import { type Guarded, serveGuarded } from "./authorization-server.ts";
import { call, createWorld, DONE, type World } from "./world.ts";

let guarded: Guarded;
let world: World;
beforeEach(() => {
  guarded = serveGuarded();
  world = createWorld({ mcp: { servers: { desk: { url: guarded.url } } } });
});
afterEach(() => {
  world.stop();
  guarded.stop();
});

const TOOLS = "[{mcp: desk, only: [echo]}]";

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `mcp login` with a user whose browser does what `visit` does. */
async function logIn(
  args: readonly string[] = [],
  visit: (page: URL) => Promise<unknown> = goThrough,
): Promise<Ended> {
  let [stdout, stderr, visiting] = ["", "", false];
  const exit = await runCommandLine(["mcp", "login", "desk", ...args], {
    env: worldOf(world.folder),
    cwd: world.folder,
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: 80,
    stdout: (text) => void (stdout += text),
    stderr(text) {
      stderr += text;
      const page = /https?:\/\/\S+\/authorize\S+/.exec(stderr)?.[0];
      if (page === undefined || visiting) return;
      visiting = true;
      void visit(new URL(page));
    },
    async *stdin() {},
    onInterrupt: () => () => {},
  });
  return { exit, stdout, stderr };
}

async function goThrough(page: URL): Promise<void> {
  const answer = await fetch(page, { redirect: "manual" });
  await fetch(answer.headers.get("location") ?? "");
}

async function trusted(): Promise<void> {
  expect((await logIn()).exit).toBe(0);
  expect((await world.modullm(["mcp", "trust", "desk"])).exit).toBe(0);
}

const loginFile = (): string => join(world.folder, "config/modullm/mcp-logins/desk.json");

describe("modullm mcp login", () => {
  test("proves itself (PKCE), names the server, and keeps the token to itself", async () => {
    const { exit, stdout, stderr } = await logIn();
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: "desk", logged_in: true, scope: "read" });
    expect(guarded.asked).toEqual([
      "401",
      "register",
      "authorize read",
      "token authorization_code",
    ]);
    expect(statSync(loginFile()).mode & 0o777).toBe(0o600);
    for (const secret of guarded.secrets) expect(stdout + stderr).not.toContain(secret);
  });

  test("is told by other commands, and forgotten by logout", async () => {
    await logIn();
    const listed = (await world.modullm(["mcp", "list"])).json();
    expect(listed).toMatchObject({ servers: [{ name: "desk", logged_in: true }] });
    const out = await world.modullm(["mcp", "logout", "desk"]);
    expect(out.json()).toEqual({ name: "desk", logged_in: false, changed: true });
    expect(existsSync(loginFile())).toBe(false);
  });

  test("takes no answer that does not know the state, and waits for the one that does", async () => {
    const { exit } = await logIn([], async (page) => {
      const forged = new URL(page.searchParams.get("redirect_uri") ?? "");
      forged.search = "?code=stolen&state=guessed";
      expect((await fetch(forged)).status).toBe(404);
      await goThrough(page);
    });
    expect(exit).toBe(0);
  });

  test.each<[string, () => void, string, string]>([
    [
      "a server that says it is another",
      () => (guarded.ways.resource = "https://other.example/mcp"),
      "RLLM_025",
      'logins are for "https://other.example/mcp", which is another server',
    ],
    [
      "an authorization server without PKCE",
      () => (guarded.ways.proofs = undefined),
      "RLLM_025",
      "does not say that it takes PKCE with S256",
    ],
    [
      "an answer of another authorization server",
      () => (guarded.ways.iss = "https://evil.example"),
      "RLLM_014",
      "Issuer mismatch",
    ],
    [
      "a token that says it is for another server",
      () => Object.assign(guarded.ways, { isReadable: true, audience: "https://other.example" }),
      "RLLM_014",
      'the token that was given is for "https://other.example"',
    ],
    [
      "a token for another server, which the server does not take",
      () => (guarded.ways.audience = "https://other.example"),
      "RLLM_014",
      "it does not take what it was sent",
    ],
  ])("refuses %s", async (_, behave, code, reason) => {
    behave();
    const { exit, stdout } = await logIn();
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error_code: code,
      message: expect.stringContaining(reason),
    });
  });
});

describe("a run", () => {
  test("without a login is RLLM_014 before anything is paid", async () => {
    await trusted();
    await world.modullm(["mcp", "logout", "desk"]);
    const { outcome } = await world.run(TOOLS, [DONE]);
    expect(outcome.json()).toMatchObject({
      error_code: "RLLM_014",
      details: { provider: "mcp:desk" },
      recovery_hint: "Run `modullm mcp login desk`.",
    });
  });

  test("renews its token after a 401 in mid-session, as often as there is one", async () => {
    await trusted();
    guarded.ways.isOneUse = true;
    const before = guarded.asked.length;
    const turns = ["a", "b", "c"].map((text) => call("echo", { text }));
    const { results } = await world.run(TOOLS, [...turns, DONE]);
    expect(results.map((result) => result.slice(0, 1))).toEqual(["a", "b", "c"]);
    const again = ["401", "token refresh_token", "call echo"];
    expect(guarded.asked.slice(before)).toEqual(["call echo", ...again, ...again]);
  });

  test("renews a token once for all calls that want it", async () => {
    await trusted();
    const turn = ["a", "b", "c"].map((text) => ({ name: "echo", arguments: { text } }));
    guarded.revoke();
    const { outcome, results } = await world.run(TOOLS, [turn, DONE]);
    expect(outcome.exit).toBe(0);
    expect(results.map((result) => result.slice(0, 1))).toEqual(["a", "b", "c"]);
    expect(guarded.asked.filter((each) => each === "token refresh_token")).toHaveLength(1);
  });

  test("renews a token that is about to end, before it is sent", async () => {
    guarded.ways.lasts = 1;
    await trusted();
    guarded.ways.lasts = 3600;
    const before = guarded.asked.length;
    const { outcome } = await world.run(TOOLS, [call("echo", { text: "a" }), DONE]);
    expect(outcome.exit).toBe(0);
    expect(guarded.asked.slice(before)).toEqual(["token refresh_token", "call echo"]);
  });

  test("whose refresh token has ended wants another login, and asks nobody in a run", async () => {
    await trusted();
    guarded.revoke();
    guarded.forget();
    const { outcome } = await world.run(TOOLS, [DONE]);
    expect(outcome.json()).toMatchObject({ error_code: "RLLM_014" });
    expect(guarded.asked.at(-1)).toBe("token refresh_token");
    expect(outcome.stderr).not.toContain("[mcp-sdk]");
  });

  test("tells what rights are missing, and a login with them mends it", async () => {
    await trusted();
    guarded.ways.wants = "read write";
    const { results } = await world.run(TOOLS, [call("echo", { text: "a" }), DONE]);
    expect(results[0]).toContain("RLLM_014");
    expect(results[0]).toContain("it asks for rights that the login does not have");
    expect((await logIn(["--scope", "write"])).exit).toBe(0);
    expect(guarded.asked).toContain("authorize read write");
    const mended = await world.run(TOOLS, [call("echo", { text: "a" }), DONE]);
    expect(mended.results[0]).toStartWith("a ");
  });

  test("shows the token nowhere, though the server quotes it", async () => {
    await trusted();
    const { outcome } = await world.run(TOOLS, [call("echo", { text: "a" }), DONE]);
    await world.modullm(["runs", "list"]);
    const traced = await world.modullm(["trace", "show", "--file", "desk.rllm"]);
    const called = await world.modullm(["mcp", "call", "desk", "echo", "--", "text=a"]);
    expect(called.stdout).toContain("[redacted]");
    const kept = filesBelow(join(world.folder, "data")).map((path) => readFileSync(path, "latin1"));
    const shown = [outcome.stdout, outcome.stderr, traced.stdout, called.stdout, ...kept].join(
      "\n",
    );
    for (const secret of guarded.secrets) expect(shown).not.toContain(secret);
  });

  test("sends a login nowhere but to the address that it was given for", async () => {
    await trusted();
    const other = serveGuarded();
    try {
      world.configure({ mcp: { servers: { desk: { url: other.url } } } });
      const { outcome } = await world.run(TOOLS, [DONE]);
      expect(outcome.json()).toMatchObject({ error_code: "RLLM_014" });
      expect(other.asked).toEqual(["401"]);
    } finally {
      other.stop();
    }
  });
});

test("a static header is sent as it is, and a variable that is not set is RLLM_014", async () => {
  const seen: (string | null)[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      seen.push(request.headers.get("authorization"));
      return new Response("no", { status: 403 });
    },
  });
  const headers = { Authorization: "Bearer ${DESK_API_KEY}" };
  world.configure({ mcp: { servers: { desk: { url: `${server.url.href}mcp`, headers } } } });
  const unset = await world.modullm(["mcp", "inspect", "desk"]);
  expect(unset.json()).toMatchObject({
    error_code: "RLLM_014",
    details: { missing_env_var: "DESK_API_KEY" },
  });
  expect(seen).toEqual([]);
  const set = await world.modullm(["mcp", "inspect", "desk"], { DESK_API_KEY: "very-secret-key" });
  expect(set.json()).toMatchObject({ error_code: "RLLM_025", details: { status: 403 } });
  expect(seen[0]).toBe("Bearer very-secret-key");
  await server.stop(true);
});

test("a login that can't be read is RLLM_018, not another login", async () => {
  await trusted();
  writeFileSync(loginFile(), "{");
  const { json } = await world.modullm(["mcp", "inspect", "desk"]);
  expect(json()).toMatchObject({ error_code: "RLLM_018" });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("a server that asks for a login only when a tool is called is logged in at beforehand", async () => {
  guarded.ways.isOpen = true;
  const { exit, stdout } = await logIn();
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, { logged_in: true }]);
  expect(guarded.asked).toEqual(["register", "authorize read", "token authorization_code"]);
});

test("a server that asks for none is told to ask for none", async () => {
  const { createMcpHandler } = await import("@modelcontextprotocol/server");
  const { newerServer } = await import("./newer-server.ts");
  const handler = createMcpHandler(() => newerServer());
  const open = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) =>
      new URL(request.url).pathname === "/mcp"
        ? await handler.fetch(request)
        : new Response("no", { status: 404 }),
  });
  world.configure({ mcp: { servers: { desk: { url: `${open.url.href}mcp` } } } });
  const { exit, stdout } = await logIn();
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, { logged_in: false }]);
  await open.stop(true);
});
